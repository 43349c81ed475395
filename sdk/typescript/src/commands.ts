/**
 * The commands of the client and the fields of their acks (docs/protocol.md, section 3).
 *
 * Every command goes out as one flat JSON object with its `type` and an `id`; the answer is the
 * `ack` or `error` frame that echoes the id.
 */

import type { JsonObject } from './events.js';
import type { Message, Thread } from './shapes.js';

/** What to do with a message while a run is active on its thread. */
export type OnActive = 'reject' | 'queue' | 'interrupt';

export interface CommandFields {
  subscribe: { readonly thread_id: string; readonly after?: number | 'now'; readonly epoch?: string };
  unsubscribe: { readonly thread_id: string };
  user_message: {
    readonly message_id: string;
    readonly thread_id?: string;
    readonly content: string;
    readonly agent?: string;
    readonly on_active?: OnActive;
  };
  stop: { readonly run_id: string; readonly reason?: string };
  threads: { readonly limit?: number; readonly cursor?: string };
  create_thread: { readonly thread_id?: string; readonly title?: string; readonly metadata?: JsonObject };
  rename_thread: { readonly thread_id: string; readonly title: string };
  delete_thread: { readonly thread_id: string };
  history: { readonly thread_id: string; readonly limit?: number; readonly cursor?: string };
  auth: { readonly token: string };
  ping: { readonly [field: string]: string | number };
}

export interface AckFields {
  subscribe: { readonly thread_id: string; readonly epoch: string; readonly seq: number };
  unsubscribe: { readonly thread_id: string };
  user_message: MessageAccepted;
  stop: { readonly run_id: string };
  threads: { readonly threads: readonly Thread[]; readonly next_cursor: string | null };
  create_thread: { readonly thread: Thread };
  rename_thread: { readonly thread: Thread };
  delete_thread: { readonly thread_id: string };
  history: { readonly thread_id: string; readonly messages: readonly Message[]; readonly next_cursor: string | null };
  auth: { readonly token_expires_at?: number | null };
}

export interface MessageAccepted {
  readonly thread_id: string;
  readonly message_id: string;
  readonly run_id: string;
  readonly seq: number;
}

export type CommandType = keyof CommandFields;

/** A command answered by an `ack` with fields: all but `ping`, which a `pong` answers. */
export type AckedCommandType = keyof AckFields;

/** A command as it goes over the wire. */
export type Command<T extends CommandType = CommandType> = T extends CommandType
  ? { readonly type: T; readonly id: string } & CommandFields[T]
  : never;
