/**
 * Chat: the page without its pictures: threads, the open conversation, messages on their way,
 * stopping.
 *
 * How it works. The open thread, and a few opened before it, are followed from the first event; of
 * all others the client hears live events, which keep the marks in the list right. New threads get
 * their id here, so a message can be written, shown and kept while there is no connection.
 * `changed` is called after every change; the page then reads what it shows.
 */

import {
  activeTurn,
  type ChatEvent,
  type GoldenpathClient,
  GoldenpathError,
  type MessageAccepted,
  randomUuid,
  type SnapshotFrame,
} from '@goldenpath/client';
import { titleFrom } from '../view/format.ts';
import { Conversations } from './conversations.ts';
import { entriesOf, type Entry, type Refusal, type Underway } from './entries.ts';
import { ThreadList, type ThreadRow } from './threadList.ts';

export class Chat {
  private readonly conversations = new Conversations();
  private readonly list = new ThreadList();
  private readonly underway = new Map<string, Underway>();
  /** Runs whose stop was asked for and has not been answered by their end. */
  private readonly stopping = new Set<string>();
  /** Messages whose run shall be stopped as soon as it has an id. */
  private readonly stopWanted = new Set<string>();
  private nextPage: string | null = null;
  private listLoaded = false;
  private refreshing: Promise<void> | undefined;
  private openThreadId = newThreadId();

  constructor(
    private readonly client: GoldenpathClient,
    private readonly changed: () => void,
    private readonly now: () => number = () => Date.now() / 1000,
  ) {
    client.on('events', ({ threadId, events }) => this.receive(threadId, events));
    client.on('activity', (events) => this.note(events));
    client.on('snapshot', (frame) => this.replace(frame));
    client.on('caughtUp', ({ threadId }) => this.conversations.loaded(threadId));
    client.on('missing', ({ threadId }) => this.conversations.drop(threadId));
    for (const name of ['snapshot', 'caughtUp', 'missing'] as const) client.on(name, changed);
    client.on('state', ({ status }) => {
      if (status === 'open') void this.refresh();
    });
  }

  get threadId(): string {
    return this.openThreadId;
  }

  get threads(): readonly ThreadRow[] {
    return this.list.rows();
  }

  get hasMoreThreads(): boolean {
    return this.nextPage !== null;
  }

  /** Nothing has been heard of the threads yet. */
  get isStarting(): boolean {
    return !this.listLoaded;
  }

  get title(): string {
    return this.list.title(this.openThreadId);
  }

  /** The open thread exists only here: nothing was sent in it. */
  get isNew(): boolean {
    return !this.list.has(this.openThreadId) && !this.conversations.has(this.openThreadId);
  }

  get isLoading(): boolean {
    return this.conversations.get(this.openThreadId).loading;
  }

  get isExpired(): boolean {
    return this.conversations.get(this.openThreadId).expired;
  }

  get entries(): readonly Entry[] {
    const { transcript, refusals } = this.conversations.get(this.openThreadId);
    return entriesOf(transcript, this.coming(), refusals, this.client.state.status === 'open');
  }

  /** An answer is being written or waited for in the open thread. */
  get isBusy(): boolean {
    return this.coming().length > 0 || this.active() !== undefined;
  }

  get isStopping(): boolean {
    const active = this.active();
    if (active !== undefined) return this.stopping.has(active.runId);
    return this.coming().some(
      ({ messageId, runId = '' }) => this.stopWanted.has(messageId) || this.stopping.has(runId),
    );
  }

  get lastMessage(): string | undefined {
    return this.entries.findLast((entry) => entry.kind === 'question')?.content;
  }

  open(threadId: string): void {
    this.openThreadId = threadId;
    this.hold(threadId);
    this.client.follow(threadId);
    this.list.see(threadId);
    this.changed();
  }

  /** Opens a thread that exists only here until a message is sent in it. */
  openNew(): void {
    this.openThreadId = newThreadId();
    this.changed();
  }

  /** The thread to show when none is asked for. */
  openFirst(): void {
    const first = this.list.rows()[0];
    if (first === undefined) this.openNew();
    else this.open(first.threadId);
  }

  send(content: string): void {
    const threadId = this.openThreadId;
    this.list.add(threadId, titleFrom(content), this.now());
    const { messageId, accepted } = this.client.sendMessage({ threadId, content, onActive: 'queue' });
    this.underway.set(messageId, { messageId, threadId, content, runId: undefined });
    accepted.then(
      (ack) => this.accepted(ack),
      (error: unknown) => this.refused(threadId, messageId, content, error),
    );
    this.changed();
  }

  resend(refusal: Refusal): void {
    this.conversations.dismiss(this.openThreadId, refusal.messageId);
    this.send(refusal.content);
  }

  dismiss(refusal: Refusal): void {
    this.conversations.dismiss(this.openThreadId, refusal.messageId);
    this.changed();
  }

  /** Stops the answer of the open thread, also one that has no run yet. */
  stop(): void {
    const active = this.active();
    if (active !== undefined) this.stopRun(active.runId);
    else for (const message of this.coming()) this.stopComing(message);
    this.changed();
  }

  rename(threadId: string, title: string): void {
    this.list.rename(threadId, title);
    this.client.renameThread(threadId, title).catch(() => this.refresh());
    this.changed();
  }

  remove(threadId: string): void {
    this.forget(threadId);
    this.client.deleteThread(threadId).catch(() => this.refresh());
  }

  async loadMoreThreads(): Promise<void> {
    if (this.nextPage === null) return;
    const page = await this.client.threads({ cursor: this.nextPage });
    this.nextPage = page.next_cursor;
    this.list.merge(page.threads);
    this.changed();
  }

  private receive(threadId: string, events: readonly ChatEvent[]): void {
    const transcript = this.conversations.apply(threadId, events);
    for (const event of events) if (event.type === 'user_message') this.underway.delete(event.payload.message_id);
    this.note(events);
    if (transcript.deleted) this.forget(threadId);
    this.changed();
  }

  private replace(frame: SnapshotFrame): void {
    this.conversations.replace(frame);
    for (const message of frame.messages) this.underway.delete(message.message_id);
  }

  private note(events: readonly ChatEvent[]): void {
    const unknown = events.filter((event) => !this.list.note(event, this.openThreadId));
    if (unknown.some((event) => event.type !== 'thread_updated')) void this.refresh();
    for (const event of events) if (isTerminal(event) && event.run_id !== undefined) this.stopping.delete(event.run_id);
    this.changed();
  }

  /** Asks for the newest threads; calls made meanwhile share the answer. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.client
      .threads()
      .then(({ threads, next_cursor }) => {
        this.list.merge(threads);
        if (!this.listLoaded) this.nextPage = next_cursor;
        this.listLoaded = true;
      })
      .catch(() => undefined)
      .finally(() => {
        this.refreshing = undefined;
        this.changed();
      });
    return this.refreshing;
  }

  private accepted(ack: MessageAccepted): void {
    const sent = this.underway.get(ack.message_id);
    if (sent !== undefined) this.underway.set(ack.message_id, { ...sent, runId: ack.run_id });
    this.hold(ack.thread_id);
    if (this.stopWanted.delete(ack.message_id)) this.stopRun(ack.run_id);
    this.changed();
  }

  private refused(threadId: string, messageId: string, content: string, error: unknown): void {
    this.underway.delete(messageId);
    this.stopWanted.delete(messageId);
    const isKnown = error instanceof GoldenpathError;
    const [code, message] = isKnown ? [error.code, error.message] : ['internal', String(error)];
    if (code !== 'withdrawn') this.conversations.refuse(threadId, { messageId, content, code, message });
    this.changed();
  }

  /** Keeps the conversation, and lets the least recently opened one go if there are too many. */
  private hold(threadId: string): void {
    const letGo = this.conversations.hold(threadId);
    if (letGo !== undefined) this.client.unfollow(letGo);
  }

  private stopComing({ messageId, runId }: Underway): void {
    if (runId !== undefined) this.stopRun(runId);
    else if (!this.client.withdraw(messageId)) this.stopWanted.add(messageId);
  }

  private stopRun(runId: string): void {
    this.stopping.add(runId);
    this.client.stop(runId).catch(() => {
      this.stopping.delete(runId);
      this.changed();
    });
  }

  private forget(threadId: string): void {
    this.list.remove(threadId);
    this.client.unfollow(threadId);
    this.conversations.drop(threadId);
    if (threadId === this.openThreadId) this.openFirst();
    this.changed();
  }

  private coming(): readonly Underway[] {
    return [...this.underway.values()].filter((message) => message.threadId === this.openThreadId);
  }

  private active() {
    return activeTurn(this.conversations.get(this.openThreadId).transcript);
  }
}

function isTerminal(event: ChatEvent): boolean {
  return event.type === 'agent_completed' || event.type === 'agent_error' || event.type === 'agent_cancelled';
}

function newThreadId(): string {
  return `web-${randomUuid()}`;
}
