/**
 * What a thread looks like to a reader: turns of the user and of the assistant, an assistant's turn
 * made of parts.
 *
 * All values are immutable; an unchanged turn or part keeps its identity, so a page renders only
 * what changed. Nothing in them depends on how the events were folded; therefore times come only
 * from events that are never folded.
 */

import type { Json, Usage } from '../events.js';
import type { RunState } from '../shapes.js';

export interface Transcript {
  readonly turns: readonly Turn[];
  /** The seq of the last event applied. */
  readonly seq: number;
  readonly title: string | undefined;
  readonly deleted: boolean;
}

export type Turn = UserTurn | AssistantTurn;

export interface UserTurn {
  readonly role: 'user';
  readonly messageId: string;
  readonly runId: string | undefined;
  readonly content: string;
  readonly createdAt: number;
}

export interface AssistantTurn {
  readonly role: 'assistant';
  readonly runId: string;
  readonly agentName: string | undefined;
  readonly state: RunState;
  readonly parts: readonly Part[];
  /** Of a failed run; absent if the reason was not kept. */
  readonly failure: Failure | undefined;
  readonly cancelled: { readonly by: string | undefined; readonly reason: string | undefined } | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  /** Time of the last event that is never folded: the start of what is going on. */
  readonly boundaryAt: number | undefined;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly recoverable: boolean;
}

export type Part = TextPart | ThinkingPart | ToolPart;

export interface TextPart {
  readonly kind: 'text';
  readonly id: string;
  readonly text: string;
}

/** `startedAt` and `endedAt` are present where an event that is never folded bounds the part. */
export interface ThinkingPart {
  readonly kind: 'thinking';
  readonly id: string;
  readonly text: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

export interface ToolPart {
  readonly kind: 'tool';
  readonly id: string;
  readonly name: string;
  readonly state: 'preparing' | 'executing' | 'completed' | 'failed';
  /** The arguments as the agent streamed them, until `arguments` is known. */
  readonly argumentsText: string;
  readonly arguments: Json | undefined;
  readonly result: Json | undefined;
  readonly error: Json | undefined;
  readonly startedAt: number | undefined;
  readonly durationMilliseconds: number | undefined;
}

export const emptyTranscript: Transcript = { turns: [], seq: 0, title: undefined, deleted: false };

export function emptyAssistantTurn(runId: string, state: RunState): AssistantTurn {
  return {
    role: 'assistant',
    runId,
    agentName: undefined,
    state,
    parts: [],
    failure: undefined,
    cancelled: undefined,
    finishReason: undefined,
    usage: undefined,
    boundaryAt: undefined,
  };
}

/** Whether the turn may still change. */
export function isActive(turn: Turn): turn is AssistantTurn {
  return turn.role === 'assistant' && (turn.state === 'queued' || turn.state === 'running');
}

/** Over without an end that was seen, with nothing left of it (applySnapshot). */
export function isLost(turn: AssistantTurn): boolean {
  return turn.state === 'failed' && turn.failure === undefined && turn.parts.length === 0;
}

/** The run that is going on, if any; of several, the one that runs before those that wait. */
export function activeTurn(transcript: Transcript): AssistantTurn | undefined {
  const active = transcript.turns.filter(isActive);
  return active.find((turn) => turn.state === 'running') ?? active[0];
}

/** The answer without thinking and tools. */
export function textOf(turn: Turn): string {
  if (turn.role === 'user') return turn.content;
  return turn.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}
