/** The objects that acks, snapshots and HTTP answers carry (docs/protocol.md, section 3, Shapes). */

import type { JsonObject } from './events.js';

export type RunState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

export interface Run {
  readonly run_id: string;
  readonly thread_id: string;
  readonly message_id: string;
  readonly agent_name: string;
  readonly state: RunState;
  readonly error_code?: string;
  readonly created_at: number;
  readonly finished_at?: number;
}

export interface Thread {
  readonly thread_id: string;
  readonly title: string;
  readonly status: 'active' | 'deleted';
  readonly metadata: JsonObject;
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_seq: number;
  readonly active_runs: readonly Run[];
}

export type MessageStatus = 'complete' | 'streaming' | 'cancelled' | 'failed';

export interface Message {
  readonly message_id: string;
  readonly thread_id: string;
  readonly role: 'user' | 'assistant';
  readonly content: string;
  readonly run_id?: string;
  readonly seq: number;
  readonly status: MessageStatus;
  readonly created_at: number;
}
