/**
 * FakeThread: the log of one thread, with the server's rules for seq, folding and retention.
 *
 * `since` answers everything after a seq as a lagging reader gets it: adjacent deltas of one part
 * merged, in one list that the fake server sends as single events or as a batch.
 */

import type { ChatEvent, EventOf, EventType } from '../../src/events.js';
import { firstSeq } from '../../src/events.js';
import type { Message, MessageStatus, Run, Thread } from '../../src/shapes.js';

export type Payload<T extends EventType> = EventOf<T>['payload'];

const foldable = new Set<string>(['agent_thinking', 'token', 'tool_args_delta']);

export class FakeThread {
  readonly events: ChatEvent[] = [];
  readonly runs: Run[] = [];
  title = '';
  epoch = 'e1';
  deleted = false;
  /** Events up to this seq can no longer be replayed. */
  retainedAfter = 0;
  updatedAt: number;

  constructor(
    readonly id: string,
    readonly user: string,
    private readonly seconds: () => number,
  ) {
    this.updatedAt = seconds();
  }

  get head(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  append<T extends EventType>(type: T, payload: Payload<T>, runId?: string): ChatEvent {
    const seq = this.head + 1;
    this.updatedAt = this.seconds();
    const run = runId === undefined ? {} : { run_id: runId, agent_name: 'default' };
    const envelope = { seq, event_id: `evt_${seq}`, thread_id: this.id, timestamp: this.updatedAt, ...run };
    const event = { type, ...envelope, payload } as unknown as ChatEvent;
    this.events.push(event);
    return event;
  }

  since(after: number): ChatEvent[] {
    const folded: ChatEvent[] = [];
    for (const event of this.events.slice(after)) {
      const last = folded.at(-1);
      if (last !== undefined && foldable.has(event.type) && sameStream(last, event)) {
        folded[folded.length - 1] = merge(last, event);
      } else {
        folded.push(event);
      }
    }
    return folded;
  }

  activeRuns(): Run[] {
    return this.runs.filter((run) => run.state === 'running' || run.state === 'queued');
  }

  setRun(runId: string, state: Run['state']): void {
    const index = this.runs.findIndex((run) => run.run_id === runId);
    const run = this.runs[index];
    if (run !== undefined) this.runs[index] = { ...run, state };
  }

  shape(): Thread {
    return {
      thread_id: this.id,
      title: this.title,
      status: this.deleted ? 'deleted' : 'active',
      metadata: {},
      created_at: this.events[0]?.timestamp ?? this.updatedAt,
      updated_at: this.updatedAt,
      last_seq: this.head,
      active_runs: this.activeRuns(),
    };
  }

  messages(): Message[] {
    const messages: Message[] = [];
    for (const event of this.events) {
      const base = { thread_id: this.id, run_id: event.run_id ?? '', seq: event.seq, created_at: event.timestamp };
      if (event.type === 'user_message') {
        const { message_id, content } = event.payload;
        messages.push({ ...base, message_id, role: 'user', content, status: 'complete' });
      } else if (event.type === 'agent_started') {
        const { message_id } = event.payload;
        const content = this.textOfRun(event.run_id);
        messages.push({ ...base, message_id, role: 'assistant', content, status: this.statusOfRun(event.run_id) });
      }
    }
    return messages;
  }

  private textOfRun(runId: string | undefined): string {
    const tokens = this.events.filter((event) => event.type === 'token' && event.run_id === runId);
    return tokens.map((event) => (event as EventOf<'token'>).payload.delta).join('');
  }

  private statusOfRun(runId: string | undefined): MessageStatus {
    const state = this.runs.find((run) => run.run_id === runId)?.state;
    if (state === 'failed' || state === 'cancelled') return state;
    return state === 'completed' ? 'complete' : 'streaming';
  }
}

function sameStream(a: ChatEvent, b: ChatEvent): boolean {
  if (a.type !== b.type || a.run_id !== b.run_id) return false;
  const [first, second] = [a.payload, b.payload] as Record<string, unknown>[];
  return first!['part_id'] === second!['part_id'] && first!['tool_call_id'] === second!['tool_call_id'];
}

function merge(a: ChatEvent, b: ChatEvent): ChatEvent {
  const delta = (a.payload as { delta: string }).delta + (b.payload as { delta: string }).delta;
  return { ...b, first_seq: firstSeq(a), payload: { ...b.payload, delta } } as ChatEvent;
}
