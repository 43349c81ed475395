/**
 * applySnapshot: a transcript after the server said that the log no longer reaches back to it, or
 * is another one.
 *
 * A snapshot has the saved messages but not thinking and tools, and of finished runs not why they
 * failed. What the reader already saw is not taken away where the snapshot agrees with it: turns
 * before its first message stay, and so do finished turns with the text it has. Elsewhere its text
 * is the truth, and thinking and tools stay beside it.
 */

import type { SnapshotFrame } from '../frames.js';
import type { Message, MessageStatus, Run, RunState } from '../shapes.js';
import { snapshotPartId } from './parts.js';
import {
  type AssistantTurn,
  emptyAssistantTurn,
  isActive,
  type Part,
  textOf,
  type Transcript,
  type Turn,
} from './turns.js';

export function applySnapshot(transcript: Transcript, frame: SnapshotFrame): Transcript {
  const known = transcript.turns;
  const runs = new Map(frame.runs.map((run) => [run.run_id, run]));
  const saved = frame.messages.map((message) => toTurn(message, known, runs));
  const turns = [...turnsBefore(known, saved), ...saved];
  const shown = new Set(turns.map((turn) => (turn.role === 'assistant' ? turn.runId : undefined)));
  for (const run of frame.runs) {
    const active = run.state === 'queued' || run.state === 'running';
    if (active && !shown.has(run.run_id)) {
      insertAfterQuestion(turns, run.message_id, { ...emptyAssistantTurn(run.run_id, run.state), agentName: run.agent_name });
      shown.add(run.run_id);
    }
  }
  // A run that was under way and is over without an answer: what the reader saw of it was lost.
  for (const turn of known) {
    if (turn.role !== 'assistant' || !isActive(turn) || shown.has(turn.runId)) continue;
    const question = saved.find((each) => each.role === 'user' && each.runId === turn.runId);
    if (question?.role !== 'user') continue;
    insertAfterQuestion(turns, question.messageId, { ...emptyAssistantTurn(turn.runId, 'failed'), agentName: turn.agentName });
  }
  return { ...transcript, turns, seq: frame.seq };
}

function toTurn(message: Message, known: readonly Turn[], runs: ReadonlyMap<string, Run>): Turn {
  if (message.role === 'user') {
    const { message_id: messageId, run_id: runId, content, created_at: createdAt } = message;
    return { role: 'user', messageId, runId, content, createdAt };
  }
  const runId = message.run_id ?? message.message_id;
  const held = known.find((turn): turn is AssistantTurn => turn.role === 'assistant' && turn.runId === runId);
  if (held !== undefined && !isActive(held) && textOf(held) === message.content) return held;
  const run = runs.get(runId);
  const state = run?.state ?? stateOf[message.status];
  const text: readonly Part[] =
    message.content === '' ? [] : [{ kind: 'text', id: snapshotPartId, text: message.content }];
  const besides = (held?.parts ?? []).filter((part) => part.kind !== 'text');
  const isOver = state !== 'queued' && state !== 'running';
  return {
    ...(held ?? emptyAssistantTurn(runId, state)),
    state,
    agentName: run?.agent_name ?? held?.agentName,
    parts: [...(isOver ? besides.map(closed) : besides), ...text],
    failure: state === 'failed' ? held?.failure : undefined,
    cancelled: state === 'cancelled' ? (held?.cancelled ?? { by: undefined, reason: undefined }) : undefined,
  };
}

/** Nobody will answer a tool call of a run that is over. */
function closed(part: Part): Part {
  return part.kind === 'tool' && part.state !== 'completed' ? { ...part, state: 'failed' } : part;
}

const stateOf: { readonly [Status in MessageStatus]: RunState } = {
  complete: 'completed',
  streaming: 'running',
  cancelled: 'cancelled',
  failed: 'failed',
};

function turnsBefore(known: readonly Turn[], saved: readonly Turn[]): readonly Turn[] {
  const first = saved[0];
  if (first === undefined) return [];
  const index = known.findIndex((turn) => keyOf(turn) === keyOf(first));
  return index < 0 ? [] : known.slice(0, index);
}

function insertAfterQuestion(turns: Turn[], messageId: string, answer: AssistantTurn): void {
  const question = turns.findIndex((turn) => turn.role === 'user' && turn.messageId === messageId);
  turns.splice(question < 0 ? turns.length : question + 1, 0, answer);
}

/** Distinguishes the turns of one thread. */
export function keyOf(turn: Turn): string {
  return turn.role === 'user' ? `user:${turn.messageId}` : `run:${turn.runId}`;
}
