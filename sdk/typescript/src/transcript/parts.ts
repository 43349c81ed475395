/** How events of a run change the parts of its turn. Pure; parts keep the order in which they began. */

import type { EventOf, Json } from '../events.js';
import type { AssistantTurn, Part, TextPart, ThinkingPart, ToolPart } from './turns.js';

/** The id of the text a snapshot brought; the first text that goes on after it takes the part over. */
export const snapshotPartId = 'snapshot';

export function appendText(turn: AssistantTurn, id: string, delta: string): readonly Part[] {
  const last = turn.parts.at(-1);
  if (last?.kind === 'text' && last.id === snapshotPartId && !turn.parts.some((part) => part.id === id)) {
    return [...turn.parts.slice(0, -1), { ...last, id, text: last.text + delta }];
  }
  const fresh: TextPart = { kind: 'text', id, text: '' };
  return update(turn.parts, 'text', id, fresh, (part) => ({ ...part, text: part.text + delta }));
}

export function appendThinking(turn: AssistantTurn, id: string, delta: string): readonly Part[] {
  const followsText = turn.parts.at(-1)?.kind === 'text';
  const startedAt = followsText ? undefined : turn.boundaryAt;
  const fresh: ThinkingPart = { kind: 'thinking', id, text: '', startedAt, endedAt: undefined };
  return update(turn.parts, 'thinking', id, fresh, (part) => ({ ...part, text: part.text + delta }));
}

export function appendArguments(turn: AssistantTurn, payload: EventOf<'tool_args_delta'>['payload']): readonly Part[] {
  const { tool_call_id: id, tool_name: name, delta } = payload;
  return update(turn.parts, 'tool', id, freshTool(id, name), (part) => ({
    ...part,
    argumentsText: part.argumentsText + delta,
  }));
}

export function executeTool(turn: AssistantTurn, event: EventOf<'tool_executing'>): readonly Part[] {
  const { tool_call_id: id, tool_name: name } = event.payload;
  return update(endThinking(turn.parts, event.timestamp), 'tool', id, freshTool(id, name), (part) => ({
    ...part,
    name,
    state: 'executing',
    arguments: event.payload.arguments ?? parsed(part.argumentsText),
    startedAt: event.timestamp,
  }));
}

export function completeTool(turn: AssistantTurn, event: EventOf<'tool_completed'>): readonly Part[] {
  const { tool_call_id: id, tool_name: name, success, result, error, duration_ms } = event.payload;
  return update(turn.parts, 'tool', id, freshTool(id, name), (part) => ({
    ...part,
    state: success ? 'completed' : 'failed',
    result,
    error,
    durationMilliseconds: duration_ms,
  }));
}

/** If thinking is what happens last, it ends at `timestamp`. */
export function endThinking(parts: readonly Part[], timestamp: number): readonly Part[] {
  const last = parts.at(-1);
  if (last?.kind !== 'thinking' || last.endedAt !== undefined) return parts;
  return [...parts.slice(0, -1), { ...last, endedAt: timestamp }];
}

function freshTool(id: string, name: string): ToolPart {
  return {
    kind: 'tool',
    id,
    name,
    state: 'preparing',
    argumentsText: '',
    arguments: undefined,
    result: undefined,
    error: undefined,
    startedAt: undefined,
    durationMilliseconds: undefined,
  };
}

type PartOf<Kind extends Part['kind']> = Extract<Part, { readonly kind: Kind }>;

function update<Kind extends Part['kind']>(
  parts: readonly Part[],
  kind: Kind,
  id: string,
  fresh: PartOf<Kind>,
  change: (part: PartOf<Kind>) => PartOf<Kind>,
): readonly Part[] {
  const index = parts.findLastIndex((part) => part.kind === kind && part.id === id);
  if (index < 0) return [...parts, change(fresh)];
  return parts.with(index, change(parts[index] as PartOf<Kind>));
}

function parsed(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
