/**
 * FakeSession: the server's side of one connection, over any transport that can send text and close.
 *
 * It serves what docs/protocol.md promises: cursors in the address, replay before live, commands with acks.
 */

import type { Command } from '../../src/commands.js';
import type { ChatEvent } from '../../src/events.js';
import type { FakeServer } from './server.js';
import type { FakeThread } from './thread.js';

export interface Peer {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export class FakeSession {
  private readonly subscribed = new Set<string>();
  private all = false;

  constructor(
    private readonly server: FakeServer,
    private readonly peer: Peer,
    readonly user: string,
    readonly query: URLSearchParams,
  ) {}

  open(): void {
    this.frame({
      type: 'welcome',
      connection_id: this.server.newId('con'),
      user_id: this.user,
      server_time: this.server.seconds(),
      protocol: 'goldenpath.v1',
      heartbeat_seconds: this.server.heartbeatSeconds,
      limits: { message_bytes: 1_048_576, connections_per_user: 10 },
      ...(this.server.tokenExpiresAt !== undefined && { token_expires_at: this.server.tokenExpiresAt }),
    });
    const after = this.query.get('after');
    if (after === null) this.all = !this.query.has('resume');
    for (const item of after?.split(',') ?? []) {
      const [id = '', seq = '0', epoch] = item.split(':');
      if (id === '*') this.all = true;
      else this.serve(id, Number(seq), epoch);
    }
  }

  /** Live delivery of what a thread of this session's user appended. */
  deliver(event: ChatEvent): void {
    if (this.all || this.subscribed.has(event.thread_id)) this.frame(event);
  }

  frame(frame: object): void {
    this.peer.send(JSON.stringify(frame));
  }

  close(code: number, name: string, message = name): void {
    this.frame({ type: 'error', code: name, message, retry: false, details: {} });
    this.peer.close(code, name);
  }

  command(command: Command): void {
    this.server.commands.push(command);
    const planned = this.server.plannedErrors.get(command.type)?.shift();
    if (planned === undefined) this.carryOut(command);
    else if (planned !== 'silence') this.error(command, planned);
  }

  private carryOut(command: Command): void {
    switch (command.type) {
      case 'subscribe':
        this.subscribe(command);
        return;
      case 'unsubscribe':
        this.subscribed.delete(command.thread_id);
        this.ack(command, { thread_id: command.thread_id });
        return;
      case 'user_message':
        this.answer(command, this.server.userMessage(this.user, command));
        return;
      case 'stop':
        this.answer(command, this.server.stop(this.user, command.run_id));
        return;
      case 'threads':
        this.ack(command, { threads: this.server.threadsOf(this.user).map((t) => t.shape()), next_cursor: null });
        return;
      case 'create_thread': {
        const thread = this.server.thread(this.user, command.thread_id ?? this.server.newId('thr'));
        thread.title = command.title ?? thread.title;
        this.ack(command, { thread: thread.shape() });
        return;
      }
      case 'rename_thread':
        this.withThread(command, command.thread_id, (thread) => {
          thread.title = command.title;
          this.ack(command, { thread: thread.shape() });
          this.server.append(thread, 'thread_updated', { title: command.title });
        });
        return;
      case 'delete_thread':
        this.withThread(command, command.thread_id, (thread) => {
          this.ack(command, { thread_id: thread.id });
          this.server.append(thread, 'thread_updated', { status: 'deleted' });
          thread.deleted = true;
        });
        return;
      case 'history':
        this.withThread(command, command.thread_id, (thread) =>
          this.ack(command, { thread_id: thread.id, messages: thread.messages(), next_cursor: null }),
        );
        return;
      case 'auth':
        this.ack(command, { token_expires_at: this.server.tokenExpiresAt });
        return;
      case 'ping':
        if (this.server.answersPings) this.frame({ ...command, type: 'pong' });
        return;
    }
  }

  private subscribe(command: Extract<Command, { type: 'subscribe' }>): void {
    if (command.thread_id === '*') {
      this.all = true;
      this.ack(command, { thread_id: '*' });
      return;
    }
    this.withThread(command, command.thread_id, (thread) => {
      this.ack(command, { thread_id: thread.id, epoch: thread.epoch, seq: thread.head });
      const after = command.after === 'now' ? thread.head : (command.after ?? 0);
      this.serve(thread.id, after, command.epoch);
    });
  }

  private serve(threadId: string, after: number, epoch: string | undefined): void {
    const thread = this.server.find(this.user, threadId);
    if (thread === undefined) {
      const message = 'no such thread';
      this.frame({ type: 'error', code: 'thread_not_found', message, retry: false, details: {} });
      return;
    }
    this.subscribed.add(threadId);
    const from = this.canServe(thread, after, epoch) ? after : this.snapshot(thread, epoch);
    const events = thread.since(from);
    const first = events[0];
    if (first !== undefined && this.server.sendsBatches) {
      this.frame({ type: 'batch', first_seq: first.first_seq ?? first.seq, seq: thread.head, events });
    } else {
      for (const event of events) this.frame(event);
    }
    this.frame({ type: 'caught_up', thread_id: threadId, epoch: thread.epoch, seq: thread.head });
  }

  private canServe(thread: FakeThread, after: number, epoch: string | undefined): boolean {
    return after >= thread.retainedAfter && after <= thread.head && (epoch ?? thread.epoch) === thread.epoch;
  }

  private snapshot(thread: FakeThread, epoch: string | undefined): number {
    const reason = (epoch ?? thread.epoch) === thread.epoch ? 'retention' : 'epoch';
    const { id, epoch: current, head, runs } = thread;
    this.frame({
      type: 'snapshot',
      thread_id: id,
      epoch: current,
      seq: head,
      reason,
      messages: thread.messages(),
      runs,
    });
    return head;
  }

  private withThread(command: Command, threadId: string, use: (thread: FakeThread) => void): void {
    const thread = this.server.find(this.user, threadId);
    if (thread === undefined) this.error(command, 'thread_not_found');
    else use(thread);
  }

  private answer(command: Command, result: object | string): void {
    if (typeof result === 'string') this.error(command, result);
    else this.ack(command, result);
  }

  private ack(command: Command, fields: object): void {
    this.frame({ type: 'ack', id: command.id, ...fields });
  }

  private error(command: Command, code: string): void {
    this.frame({ type: 'error', id: command.id, code, message: code, retry: false, details: {} });
  }
}
