/**
 * Outbox: messages on their way to the server, each accepted exactly once.
 *
 * How it works. A message gets its `message_id` here and keeps it: the server accepts an id once
 * and answers a repetition with the same ack, so the outbox may send as often as it likes. It sends
 * again on every new connection, when no answer came within `answerMilliseconds`, and, with
 * back-off, after an error whose advice is to try later. Per thread only the oldest message is
 * under way, so messages cannot overtake each other. `run_active` is the caller's to decide and
 * fails the message like an error that would come again.
 */

import { backoffMilliseconds } from './backoff.js';
import { codes } from './codes.gen.js';
import type { Command, MessageAccepted, OnActive } from './commands.js';
import { GoldenpathError, isCode } from './errors.js';
import type { AckFrame, ErrorFrame } from './frames.js';
import type { Platform, TimerHandle } from './ports.js';

export interface MessageDraft {
  /** A new thread is made if absent. */
  readonly threadId?: string;
  readonly content: string;
  readonly agent?: string;
  readonly onActive?: OnActive;
}

/** A message the server has not accepted yet. `sent`: it has left at least once. */
export interface PendingMessage {
  readonly messageId: string;
  readonly threadId: string | undefined;
  readonly content: string;
  readonly sent: boolean;
  readonly createdAt: number;
}

interface Entry {
  readonly draft: MessageDraft;
  readonly messageId: string;
  readonly createdAt: number;
  readonly resolve: (accepted: MessageAccepted) => void;
  readonly reject: (error: GoldenpathError) => void;
  sent: boolean;
  attempts: number;
  timer: TimerHandle | undefined;
}

export interface OutboxLimits {
  readonly answerMilliseconds: number;
  readonly attemptsMax: number;
}

export class Outbox {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly platform: Pick<Platform, 'timers' | 'random' | 'uuid'>,
    private readonly limits: OutboxLimits,
    private readonly isOpen: () => boolean,
    private readonly send: (command: Command) => void,
    private readonly changed: () => void,
  ) {}

  add(draft: MessageDraft): { readonly messageId: string; readonly accepted: Promise<MessageAccepted> } {
    const messageId = this.platform.uuid();
    const accepted = new Promise<MessageAccepted>((resolve, reject) => {
      const createdAt = this.platform.timers.now();
      const progress = { sent: false, attempts: 0, timer: undefined };
      this.entries.set(messageId, { draft, messageId, createdAt, resolve, reject, ...progress });
    });
    this.sendHeads();
    this.changed();
    return { messageId, accepted };
  }

  pending(): readonly PendingMessage[] {
    return Array.from(this.entries.values(), ({ draft, messageId, sent, createdAt }) => ({
      messageId,
      threadId: draft.threadId,
      content: draft.content,
      sent,
      createdAt,
    }));
  }

  /** Takes a message back that has never left. False if it has, or is unknown. */
  withdraw(messageId: string): boolean {
    const entry = this.entries.get(messageId);
    if (entry === undefined || entry.sent) return false;
    this.remove(entry);
    entry.reject(new GoldenpathError('withdrawn', 'the message was taken back'));
    return true;
  }

  /** A connection opened: the oldest message of every thread goes out. */
  resume(): void {
    for (const entry of this.entries.values()) this.disarm(entry);
    this.sendHeads();
  }

  /** A connection ended: nothing is sent until the next one. */
  suspend(): void {
    for (const entry of this.entries.values()) this.disarm(entry);
  }

  /** False if the frame answers no message. */
  settle(frame: AckFrame | ErrorFrame): boolean {
    const entry = frame.id === undefined ? undefined : this.entries.get(frame.id);
    if (entry === undefined) return false;
    if (frame.type === 'ack') this.accept(entry, frame);
    else this.refuse(entry, frame as ErrorFrame);
    return true;
  }

  rejectAll(error: GoldenpathError): void {
    for (const entry of [...this.entries.values()]) {
      this.remove(entry);
      entry.reject(error);
    }
  }

  private accept(entry: Entry, frame: AckFrame): void {
    entry.resolve(frame as unknown as MessageAccepted);
    this.remove(entry);
    this.sendHeads();
  }

  private refuse(entry: Entry, frame: ErrorFrame): void {
    const advice = isCode(frame.code) ? codes[frame.code].retry : 'never';
    entry.attempts += 1;
    const again = advice !== 'never' && frame.code !== 'run_active' && entry.attempts < this.limits.attemptsMax;
    if (again) {
      this.arm(entry, 250 + backoffMilliseconds(entry.attempts, this.platform.random));
      return;
    }
    this.remove(entry);
    entry.reject(new GoldenpathError(frame.code, frame.message, frame.details));
    this.sendHeads();
  }

  private sendHeads(): void {
    if (!this.isOpen()) return;
    const lanes = new Set<string>();
    for (const entry of this.entries.values()) {
      const lane = entry.draft.threadId ?? entry.messageId;
      if (!lanes.has(lane) && entry.timer === undefined) this.transmit(entry);
      lanes.add(lane);
    }
  }

  private transmit(entry: Entry): void {
    const { threadId, content, agent, onActive } = entry.draft;
    this.arm(entry, this.limits.answerMilliseconds);
    entry.sent = true;
    this.send({
      type: 'user_message',
      id: entry.messageId,
      message_id: entry.messageId,
      content,
      ...(threadId !== undefined && { thread_id: threadId }),
      ...(agent !== undefined && { agent }),
      ...(onActive !== undefined && { on_active: onActive }),
    });
  }

  private arm(entry: Entry, milliseconds: number): void {
    this.disarm(entry);
    entry.timer = this.platform.timers.set(() => {
      entry.timer = undefined;
      if (this.isOpen()) this.transmit(entry);
    }, milliseconds);
  }

  private disarm(entry: Entry): void {
    if (entry.timer !== undefined) this.platform.timers.clear(entry.timer);
    entry.timer = undefined;
  }

  private remove(entry: Entry): void {
    this.disarm(entry);
    this.entries.delete(entry.messageId);
    this.changed();
  }
}
