/**
 * Subscriptions: the threads a client follows and the cursor it holds in each.
 *
 * How it works. A followed thread has a cursor (seq, epoch) that only `receive` and `snapshot`
 * move. The first address of a connection carries all cursors, so the server replays before it
 * sends anything live. A thread followed later, or one in which a gap was seen, gets a `subscribe`
 * command; until its ack arrives, what does not continue the cursor is old live traffic and is
 * dropped, because the replay covers it.
 *
 * Invariants: (1) events leave `receive` in order, gapless, each seq once; (2) a cursor never
 * decreases but by a snapshot.
 * On limit:   `healsMax` gaps in a row without progress answer `broken`: the caller drops the
 * connection and backs off.
 */

import type { Command } from './commands.js';
import type { ChatEvent } from './events.js';
import type { SnapshotFrame } from './frames.js';
import { admit } from './sequence.js';

export interface Cursor {
  readonly seq: number;
  readonly epoch?: string;
}

export type Delivery =
  | { readonly kind: 'deliver'; readonly events: readonly ChatEvent[] }
  | { readonly kind: 'drop' }
  | { readonly kind: 'resubscribe'; readonly command: Command }
  | { readonly kind: 'broken' }
  | { readonly kind: 'unfollowed' };

interface Subscription {
  seq: number;
  epoch: string | undefined;
  /** The connection in use has been told of this thread. */
  announced: boolean;
  /** Id of the subscribe command whose ack is outstanding. */
  positioning: string | undefined;
  heals: number;
}

const healsMax = 3;

/** Longer addresses than this are refused by common proxies; the cursors then go as first frames. */
const queryCharactersMax = 1500;

export class Subscriptions {
  private readonly threads = new Map<string, Subscription>();
  private nextId = 1;

  /** `allThreads`: also get the live events of all other threads of the user. */
  constructor(private readonly allThreads: boolean) {}

  follow(threadId: string, after: number): void {
    const fresh = { epoch: undefined, announced: false, positioning: undefined, heals: 0 };
    this.threads.set(threadId, { seq: after, ...fresh });
  }

  unfollow(threadId: string): void {
    this.threads.delete(threadId);
  }

  cursor(threadId: string): Cursor | undefined {
    const thread = this.threads.get(threadId);
    return thread && { seq: thread.seq, ...(thread.epoch !== undefined && { epoch: thread.epoch }) };
  }

  threadIds(): readonly string[] {
    return [...this.threads.keys()];
  }

  /** What a new connection starts with: the query of its address and the frames to send after the welcome. */
  opening(): { readonly query: string; readonly commands: readonly Command[] } {
    for (const thread of this.threads.values()) {
      thread.announced = true;
      thread.positioning = undefined;
      thread.heals = 0;
    }
    const items = [...this.threads].map(([id, { seq, epoch }]) => [id, seq, epoch].filter(isPresent).join(':'));
    if (this.allThreads) items.push('*');
    const query = `after=${items.map(encodeItem).join(',')}`;
    if (items.length > 0 && query.length <= queryCharactersMax) return { query, commands: [] };
    return { query: 'resume=1', commands: this.subscribeAll() };
  }

  /** Commands for the threads followed after `opening` was taken. */
  late(): readonly Command[] {
    const late = [...this.threads].filter(([, thread]) => !thread.announced);
    return late.map(([threadId]) => this.subscribe(threadId));
  }

  /** The command that makes the server serve `threadId` from the cursor held. */
  subscribe(threadId: string): Command {
    const thread = this.threads.get(threadId)!;
    const id = `subscribe-${this.nextId++}`;
    thread.announced = true;
    thread.positioning = id;
    const epoch = thread.epoch === undefined ? {} : { epoch: thread.epoch };
    return { type: 'subscribe', id, thread_id: threadId, after: thread.seq, ...epoch };
  }

  /** Takes events of one thread that arrived together; they are delivered all or not at all. */
  receive(events: readonly ChatEvent[]): Delivery {
    const threadId = events[0]!.thread_id;
    const thread = this.threads.get(threadId);
    if (thread === undefined) return { kind: 'unfollowed' };
    const admission = admit(thread.seq, events);
    if (admission.kind === 'apply') {
      thread.seq = admission.seq;
      thread.heals = 0;
      return { kind: 'deliver', events: admission.events };
    }
    if (admission.kind === 'duplicate' || thread.positioning !== undefined) return { kind: 'drop' };
    thread.heals += 1;
    return thread.heals > healsMax ? { kind: 'broken' } : { kind: 'resubscribe', command: this.subscribe(threadId) };
  }

  /** False if the thread is not followed. */
  snapshot(frame: SnapshotFrame): boolean {
    const thread = this.threads.get(frame.thread_id);
    if (thread === undefined) return false;
    thread.seq = frame.seq;
    thread.epoch = frame.epoch;
    thread.heals = 0;
    return true;
  }

  /** The epoch the server named. A known one is replaced by a snapshot only: the cursor belongs to it. */
  confirm(threadId: string, epoch: string | undefined): void {
    const thread = this.threads.get(threadId);
    if (thread !== undefined) thread.epoch ??= epoch;
  }

  /** The thread whose subscribe command has this id; from now on a gap in it is a gap. */
  settle(commandId: string): string | undefined {
    for (const [threadId, thread] of this.threads) {
      if (thread.positioning !== commandId) continue;
      thread.positioning = undefined;
      return threadId;
    }
    return undefined;
  }

  private subscribeAll(): readonly Command[] {
    const commands = [...this.threads.keys()].map((threadId) => this.subscribe(threadId));
    if (!this.allThreads) return commands;
    return [...commands, { type: 'subscribe', id: `subscribe-${this.nextId++}`, thread_id: '*' }];
  }
}

function isPresent(part: string | number | undefined): boolean {
  return part !== undefined;
}

/** Ids, seqs, `:` and `*` are legal in a query as they are; only an epoch may need escaping. */
function encodeItem(item: string): string {
  return encodeURIComponent(item).replaceAll('%3A', ':').replaceAll('%40', '@');
}
