/**
 * GoldenpathClient: one user's resumable connection to a goldenpath server.
 *
 * How it works. `follow(thread)` promises every event of a thread: in order, without gap or
 * duplicate, across any number of reconnects (`events`); where the server's log no longer reaches
 * back, a `snapshot` replaces what was known. Threads that are not followed are heard of as
 * `activity`, live and without promise. Messages are accepted exactly once (Outbox), commands wait
 * for a connection (Requests), and the connection comes back by itself (Link).
 *
 * Owner: the application; `close()` ends it for good, `connect()` starts it again.
 */

import type { AckFields, Command, CommandFields, MessageAccepted } from './commands.js';
import { connectionLost } from './ending.js';
import { Emitter } from './emitter.js';
import { GoldenpathError } from './errors.js';
import { type ChatEvent, firstSeq, type JsonObject } from './events.js';
import type { AckFrame, ControlFrame, ErrorFrame, Incoming, SnapshotFrame, WelcomeFrame } from './frames.js';
import { Link } from './link.js';
import { type MessageDraft, Outbox, type PendingMessage } from './outbox.js';
import { platform, type Platform } from './ports.js';
import { Requests } from './requests.js';
import type { Thread } from './shapes.js';
import type { ClientState } from './state.js';
import { type Cursor, Subscriptions } from './subscriptions.js';
import { type TokenProvider, TokenSource } from './token.js';
import { TokenRefresh } from './tokenRefresh.js';

export interface ClientOptions {
  /** Address of the server's `/ws`, with `ws:` or `wss:` and without a query. */
  readonly url: string;
  readonly token: TokenProvider;
  /** Hear of threads that are not followed, as `activity`. Default true. */
  readonly allThreads?: boolean;
  /** How long a command may wait for its answer. Default 20 s. */
  readonly requestMilliseconds?: number;
  readonly platform?: Partial<Platform>;
}

export interface ClientEvents {
  state: ClientState;
  /** Events of a followed thread that arrived together and belong together. */
  events: { readonly threadId: string; readonly events: readonly ChatEvent[] };
  /** Replaces what is known of a followed thread. */
  snapshot: SnapshotFrame;
  /** A followed thread is up to date. */
  caughtUp: { readonly threadId: string; readonly seq: number };
  /** A followed thread does not exist, or no longer; it is not followed any more. */
  missing: { readonly threadId: string };
  /** Live events of threads that are not followed. */
  activity: readonly ChatEvent[];
  /** Every followed thread is up to date again after a lost connection that cost `events` events of delay. */
  resumed: { readonly events: number };
  /** The messages not accepted yet changed. */
  outbox: readonly PendingMessage[];
  /** An error of the server that answers no command. */
  error: GoldenpathError;
}

export interface Submission {
  readonly messageId: string;
  /** Rejects with a GoldenpathError if the server will not take the message. */
  readonly accepted: Promise<MessageAccepted>;
}

const outboxLimits = { answerMilliseconds: 15_000, attemptsMax: 8 };

export class GoldenpathClient {
  private readonly emitter = new Emitter<ClientEvents>();
  private readonly subscriptions: Subscriptions;
  private readonly requests: Requests;
  private readonly outbox: Outbox;
  private readonly tokens: TokenSource;
  private readonly refresh: TokenRefresh;
  private readonly link: Link;
  private messageBytesMax = Infinity;
  private openingCommands: readonly Command[] = [];
  /** Threads of the connection's address that have not caught up yet. */
  private behind = new Set<string>();
  private eventsBehind = 0;
  /** A connection was lost, and its threads have not all caught up since. */
  private resuming = false;

  constructor(options: ClientOptions) {
    const world = platform(options.platform);
    const send: Link['send'] = (command) => {
      if (this.link.isOpen) this.link.send(command);
    };
    this.subscriptions = new Subscriptions(options.allThreads ?? true);
    this.requests = new Requests(world.timers, options.requestMilliseconds ?? 20_000, send);
    this.outbox = new Outbox(
      world,
      outboxLimits,
      () => this.link.isOpen,
      send,
      () => this.emitter.emit('outbox', this.outbox.pending()),
    );
    this.tokens = new TokenSource(options.token);
    this.refresh = new TokenRefresh(world.timers, () => this.renewToken());
    this.link = new Link(world, options.url, this.tokens, {
      query: () => this.open(),
      welcome: (frame) => this.welcome(frame),
      receive: (incoming) => this.receive(incoming),
      lost: () => this.lost(),
      state: (state) => this.emitter.emit('state', state),
    });
  }

  get state(): ClientState {
    return this.link.state;
  }

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (payload: ClientEvents[Name]) => void): () => void {
    return this.emitter.on(name, listener);
  }

  connect(): void {
    this.link.connect();
  }

  /** Ends the connection and fails everything that waits for an answer. */
  close(): void {
    this.link.close();
    const error = new GoldenpathError('client_closed', 'the client was closed');
    this.requests.rejectAll(error);
    this.outbox.rejectAll(error);
  }

  /** While reconnecting: does not wait for the next attempt. */
  retryNow(): void {
    this.link.retryNow();
  }

  /** Finds out at once whether the connection still lives, for instance when a page comes back to the foreground. */
  probe(): void {
    this.link.probe();
  }

  /** Drops the connection as a failing network would; the client comes back by itself. */
  dropConnection(): void {
    this.link.drop();
  }

  /** Delivers everything after the seq `after` as `events`. Following a followed thread again changes nothing. */
  follow(threadId: string, after = 0): void {
    if (this.subscriptions.cursor(threadId) !== undefined) return;
    this.subscriptions.follow(threadId, after);
    if (this.link.isOpen) this.link.send(this.subscriptions.subscribe(threadId));
  }

  unfollow(threadId: string): void {
    this.subscriptions.unfollow(threadId);
  }

  /** The last seq delivered of a followed thread. */
  cursor(threadId: string): Cursor | undefined {
    return this.subscriptions.cursor(threadId);
  }

  /** Sends a message that the server accepts exactly once, now or when there is a connection; follows its thread. */
  sendMessage(draft: MessageDraft): Submission {
    const submission = this.outbox.add(draft);
    const accepted = submission.accepted.then((ack) => {
      this.follow(ack.thread_id, ack.seq - 1);
      return ack;
    });
    return { messageId: submission.messageId, accepted };
  }

  /** Whether a message of this content fits what the server takes; true while the limit is unknown. */
  fits(content: string): boolean {
    const envelopeBytesMax = 2048;
    return new TextEncoder().encode(JSON.stringify(content)).length + envelopeBytesMax <= this.messageBytesMax;
  }

  /** Takes a message back that has not left yet. */
  withdraw(messageId: string): boolean {
    return this.outbox.withdraw(messageId);
  }

  pendingMessages(): readonly PendingMessage[] {
    return this.outbox.pending();
  }

  /** Stops a run on every tab. A run that is over already is no error. */
  async stop(runId: string, reason?: string): Promise<void> {
    const fields = { run_id: runId, ...(reason !== undefined && { reason }) };
    await this.requests.request('stop', fields).catch(unlessCode('run_not_found'));
  }

  /** Newest activity first. */
  threads(page: CommandFields['threads'] = {}): Promise<AckFields['threads']> {
    return this.requests.request('threads', page);
  }

  async createThread(fields: { threadId: string; title?: string; metadata?: JsonObject }): Promise<Thread> {
    const { threadId, ...rest } = fields;
    return (await this.requests.request('create_thread', { thread_id: threadId, ...rest })).thread;
  }

  async renameThread(threadId: string, title: string): Promise<Thread> {
    return (await this.requests.request('rename_thread', { thread_id: threadId, title })).thread;
  }

  /** A thread that does not exist is no error. */
  async deleteThread(threadId: string): Promise<void> {
    await this.requests.request('delete_thread', { thread_id: threadId }).catch(unlessCode('thread_not_found'));
    this.unfollow(threadId);
  }

  history(threadId: string, page: { limit?: number; cursor?: string } = {}): Promise<AckFields['history']> {
    return this.requests.request('history', { thread_id: threadId, ...page });
  }

  private open(): string {
    const { query, commands } = this.subscriptions.opening();
    this.openingCommands = commands;
    return query;
  }

  private welcome(frame: WelcomeFrame): void {
    this.messageBytesMax = frame.limits?.message_bytes ?? Infinity;
    for (const command of [...this.openingCommands, ...this.subscriptions.late()]) this.link.send(command);
    this.requests.resend();
    this.outbox.resume();
    this.refresh.start(frame.server_time, frame.token_expires_at);
    this.startCatchingUp();
  }

  private lost(): void {
    this.refresh.stop();
    this.outbox.suspend();
    this.resuming = true;
  }

  private receive(incoming: Incoming): void {
    if (incoming.kind === 'control') this.receiveControl(incoming.frame);
    else this.receiveEvents(incoming.events);
  }

  private receiveEvents(events: readonly ChatEvent[]): void {
    const delivery = this.subscriptions.receive(events);
    switch (delivery.kind) {
      case 'deliver':
        this.deliver(delivery.events);
        return;
      case 'unfollowed':
        this.emitter.emit('activity', events);
        return;
      case 'resubscribe':
        this.link.send(delivery.command);
        return;
      case 'broken':
        this.link.drop({ ...connectionLost, retry: 'later', message: 'the sequence of a thread stays broken' });
        return;
      case 'drop':
        return;
    }
  }

  private deliver(events: readonly ChatEvent[]): void {
    const threadId = events[0]!.thread_id;
    this.link.progress();
    if (this.behind.has(threadId)) {
      this.eventsBehind += events.reduce((sum, event) => sum + event.seq - firstSeq(event) + 1, 0);
    }
    this.emitter.emit('events', { threadId, events });
  }

  private receiveControl(frame: ControlFrame): void {
    switch (frame.type) {
      case 'ack':
        this.receiveAnswer(frame);
        return;
      case 'error':
        this.receiveAnswer(frame);
        return;
      case 'snapshot':
        if (this.subscriptions.snapshot(frame)) this.emitter.emit('snapshot', frame);
        return;
      case 'caught_up':
        this.subscriptions.confirm(frame.thread_id, frame.epoch);
        this.emitter.emit('caughtUp', { threadId: frame.thread_id, seq: frame.seq });
        this.caughtUp(frame.thread_id);
        return;
      case 'goaway':
        this.link.goaway(frame.reconnect_after_ms);
        return;
      case 'welcome':
      case 'pong':
        return;
    }
  }

  private receiveAnswer(frame: AckFrame | ErrorFrame): void {
    const subscribed = frame.id === undefined ? undefined : this.subscriptions.settle(frame.id);
    if (subscribed !== undefined) this.subscribed(subscribed, frame);
    else if (this.outbox.settle(frame) || this.requests.settle(frame)) this.link.progress();
    else if (isError(frame)) this.unanswered(frame);
  }

  /**
   * A cursor of the address that could not be served is refused without its name: each that is
   * still behind is asked for.
   */
  private unanswered(frame: ErrorFrame): void {
    const behind = frame.code === 'thread_not_found' ? [...this.behind] : [];
    for (const threadId of behind) this.link.send(this.subscriptions.subscribe(threadId));
    if (behind.length === 0) this.emitter.emit('error', new GoldenpathError(frame.code, frame.message, frame.details));
  }

  private subscribed(threadId: string, frame: AckFrame | ErrorFrame): void {
    if (!isError(frame)) {
      this.subscriptions.confirm(threadId, typeof frame['epoch'] === 'string' ? frame['epoch'] : undefined);
      return;
    }
    this.subscriptions.unfollow(threadId);
    this.emitter.emit('missing', { threadId });
    this.caughtUp(threadId);
  }

  private startCatchingUp(): void {
    this.behind = new Set(this.subscriptions.threadIds());
    this.eventsBehind = 0;
    this.endCatchingUp();
  }

  private caughtUp(threadId: string): void {
    this.behind.delete(threadId);
    this.endCatchingUp();
  }

  private endCatchingUp(): void {
    if (!this.resuming || this.behind.size > 0) return;
    this.resuming = false;
    this.emitter.emit('resumed', { events: this.eventsBehind });
  }

  private async renewToken(): Promise<number | null | undefined> {
    const token = await this.tokens.renew();
    if (token === null) return undefined;
    return (await this.requests.request('auth', { token })).token_expires_at;
  }
}

function isError(frame: AckFrame | ErrorFrame): frame is ErrorFrame {
  return frame.type === 'error';
}

function unlessCode(code: string): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof GoldenpathError && error.code === code) return undefined;
    throw error;
  };
}
