/** Frames without a seq, from the server to the client (docs/protocol.md, section 2). None of them is stored. */

import type { ChatEvent, JsonObject } from './events.js';
import type { Message, Run } from './shapes.js';

export interface WelcomeFrame {
  readonly type: 'welcome';
  readonly connection_id: string;
  readonly user_id: string;
  readonly server_time: number;
  readonly protocol: string;
  readonly heartbeat_seconds: number;
  readonly limits: { readonly message_bytes?: number; readonly connections_per_user?: number };
  readonly token_expires_at?: number;
}

/** The fields beside `id` depend on the command; `AckFields` in commands.ts names them. */
export interface AckFrame {
  readonly type: 'ack';
  readonly id?: string;
  readonly [field: string]: unknown;
}

export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: string;
  readonly code: string;
  readonly message: string;
  readonly retry: boolean;
  readonly details: JsonObject;
}

/** Replaces all the client knows of a thread up to `seq`. */
export interface SnapshotFrame {
  readonly type: 'snapshot';
  readonly thread_id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly reason: 'retention' | 'epoch' | 'requested';
  readonly messages: readonly Message[];
  readonly runs: readonly Run[];
}

export interface CaughtUpFrame {
  readonly type: 'caught_up';
  readonly thread_id: string;
  readonly epoch?: string;
  readonly seq: number;
}

export interface GoawayFrame {
  readonly type: 'goaway';
  readonly reconnect_after_ms: number;
  readonly reason: string;
}

export interface PongFrame {
  readonly type: 'pong';
  readonly [field: string]: unknown;
}

/** Events of one thread that are applied together or not at all. */
export interface BatchFrame {
  readonly type: 'batch';
  readonly first_seq: number;
  readonly seq: number;
  readonly events: readonly ChatEvent[];
}

export type ControlFrame =
  WelcomeFrame | AckFrame | ErrorFrame | SnapshotFrame | CaughtUpFrame | GoawayFrame | PongFrame;

/** What one text frame from the server is, after decoding. */
export type Incoming =
  | { readonly kind: 'events'; readonly events: readonly ChatEvent[] }
  | { readonly kind: 'control'; readonly frame: ControlFrame };
