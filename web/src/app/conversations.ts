/**
 * Conversations: the transcripts this page holds, and how far each is loaded.
 *
 * A followed thread is loading until it first caught up. At most `heldMax` threads are held; `hold`
 * answers which one to let go for it.
 */

import {
  applyEvents,
  applySnapshot,
  type ChatEvent,
  emptyTranscript,
  type SnapshotFrame,
  type Transcript,
} from '@goldenpath/client';
import type { Refusal } from './entries.ts';

interface Conversation {
  transcript: Transcript;
  loading: boolean;
  /** The oldest part is no longer in the log; what is shown of it are saved messages. */
  expired: boolean;
  refusals: readonly Refusal[];
}

const heldMax = 8;

export class Conversations {
  /** Least recently opened first. */
  private readonly held = new Map<string, Conversation>();

  /** Opens a conversation; answers the one that is let go, if any. */
  hold(threadId: string): string | undefined {
    const conversation = this.held.get(threadId) ?? { ...fresh(), loading: true };
    this.held.delete(threadId);
    this.held.set(threadId, conversation);
    const oldest = this.held.size > heldMax ? this.held.keys().next().value : undefined;
    if (oldest !== undefined) this.held.delete(oldest);
    return oldest;
  }

  has(threadId: string): boolean {
    return this.held.has(threadId);
  }

  get(threadId: string): Readonly<Conversation> {
    return this.held.get(threadId) ?? fresh();
  }

  apply(threadId: string, events: readonly ChatEvent[]): Transcript {
    const conversation = this.at(threadId);
    conversation.transcript = applyEvents(conversation.transcript, events);
    return conversation.transcript;
  }

  replace(frame: SnapshotFrame): void {
    const conversation = this.at(frame.thread_id);
    conversation.transcript = applySnapshot(conversation.transcript, frame);
    conversation.expired = frame.reason !== 'requested';
  }

  loaded(threadId: string): void {
    this.at(threadId).loading = false;
  }

  refuse(threadId: string, refusal: Refusal): void {
    const conversation = this.at(threadId);
    conversation.refusals = [...conversation.refusals, refusal];
  }

  /** Takes a refused message off the log. */
  dismiss(threadId: string, messageId: string): void {
    const conversation = this.at(threadId);
    conversation.refusals = conversation.refusals.filter((refusal) => refusal.messageId !== messageId);
  }

  drop(threadId: string): void {
    this.held.delete(threadId);
  }

  private at(threadId: string): Conversation {
    const conversation = this.held.get(threadId) ?? fresh();
    this.held.set(threadId, conversation);
    return conversation;
  }
}

function fresh(): Conversation {
  return { transcript: emptyTranscript, loading: false, expired: false, refusals: [] };
}
