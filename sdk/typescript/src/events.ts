/**
 * The events of one thread, as stored and replayed by the server (docs/protocol.md, section 1).
 *
 * `seq` is gapless per thread from 1 and is the only cursor. A folded event covers `first_seq` to `seq`; an event
 * without `first_seq` covers itself. Times are seconds since 1970 with fractions.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Usage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
}

interface Payloads {
  user_message: { readonly message_id: string; readonly content: string; readonly parts?: readonly Json[] };
  agent_started: { readonly message_id: string; readonly parent_run_id?: string };
  agent_thinking: { readonly part_id: string; readonly delta: string };
  token: { readonly part_id: string; readonly delta: string };
  tool_args_delta: { readonly tool_call_id: string; readonly tool_name: string; readonly delta: string };
  tool_executing: { readonly tool_call_id: string; readonly tool_name: string; readonly arguments?: Json };
  tool_completed: {
    readonly tool_call_id: string;
    readonly tool_name: string;
    readonly success: boolean;
    readonly result?: Json;
    readonly error?: Json;
    readonly duration_ms?: number;
  };
  agent_completed: {
    readonly text?: string;
    readonly result?: Json;
    readonly usage?: Usage;
    readonly finish_reason?: string;
    readonly duration_ms?: number;
  };
  agent_error: { readonly code: string; readonly message: string; readonly recoverable?: boolean };
  agent_cancelled: { readonly by?: string; readonly reason?: string };
  thread_updated: { readonly title?: string; readonly status?: 'active' | 'deleted'; readonly metadata?: JsonObject };
  custom: { readonly name: string; readonly value?: Json; readonly ephemeral?: boolean };
}

export type EventType = keyof Payloads;

interface Envelope {
  readonly seq: number;
  readonly first_seq?: number;
  readonly event_id: string;
  readonly thread_id: string;
  readonly run_id?: string;
  readonly timestamp: number;
  readonly agent_name?: string;
}

/** One event of the type `T`; without `T`, the union of all of them. */
export type EventOf<T extends EventType> = T extends EventType
  ? Envelope & { readonly type: T; readonly payload: Payloads[T] }
  : never;

/**
 * An event of a later protocol version, or one whose payload cannot be read: it only holds its
 * place in the sequence.
 */
export interface UnreadableEvent extends Envelope {
  readonly type: 'unreadable';
  readonly payload: JsonObject;
}

export type ChatEvent = EventOf<EventType> | UnreadableEvent;

/** Fields an event of each type cannot be understood without; all are strings. */
export const essentialFields: { readonly [T in EventType]: readonly (keyof Payloads[T] & string)[] } = {
  user_message: ['message_id', 'content'],
  agent_started: ['message_id'],
  agent_thinking: ['part_id', 'delta'],
  token: ['part_id', 'delta'],
  tool_args_delta: ['tool_call_id', 'tool_name', 'delta'],
  tool_executing: ['tool_call_id', 'tool_name'],
  tool_completed: ['tool_call_id', 'tool_name'],
  agent_completed: [],
  agent_error: ['code', 'message'],
  agent_cancelled: [],
  thread_updated: [],
  custom: ['name'],
};

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(essentialFields, type);
}

/** The first seq an event covers. */
export function firstSeq(event: Envelope): number {
  return event.first_seq ?? event.seq;
}
