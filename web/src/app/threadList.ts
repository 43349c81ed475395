/**
 * ThreadList: the threads of the user with their marks, newest activity first.
 *
 * It is filled by `threads` pages and kept up to date by events, followed or not. `note` answers
 * false for an event of a thread it does not know: the caller then asks for the list again.
 */

import type { ChatEvent, Thread } from '@goldenpath/client';

export interface ThreadRow {
  readonly threadId: string;
  readonly title: string;
  readonly running: boolean;
  /** An answer ended here while another thread was open. */
  readonly unread: boolean;
}

interface Entry {
  readonly threadId: string;
  title: string;
  updatedAt: number;
  runs: Set<string>;
  unread: boolean;
}

export const untitled = 'New chat';

const terminalTypes = new Set(['agent_completed', 'agent_error', 'agent_cancelled']);

export class ThreadList {
  private readonly entries = new Map<string, Entry>();

  /** Takes a page of the server; what it says of a thread is newer than what is known. */
  merge(threads: readonly Thread[]): void {
    for (const thread of threads) {
      if (thread.status === 'deleted') continue;
      const runs = new Set(thread.active_runs.map((run) => run.run_id));
      const { thread_id: threadId, updated_at: updatedAt } = thread;
      const known = this.entries.get(threadId);
      const title = thread.title || (known?.title ?? '');
      this.entries.set(threadId, { threadId, title, updatedAt, runs, unread: known?.unread ?? false });
    }
  }

  /** Adds a thread this page is about to make; the server may give it another title. */
  add(threadId: string, title: string, now: number): void {
    if (this.entries.has(threadId)) return;
    this.entries.set(threadId, { threadId, title, updatedAt: now, runs: new Set(), unread: false });
  }

  rename(threadId: string, title: string): void {
    const entry = this.entries.get(threadId);
    if (entry !== undefined) entry.title = title;
  }

  remove(threadId: string): void {
    this.entries.delete(threadId);
  }

  /** The reader has seen this thread. */
  see(threadId: string): void {
    const entry = this.entries.get(threadId);
    if (entry !== undefined) entry.unread = false;
  }

  /** False if the thread is not in the list. `openId` is the thread the reader sees. */
  note(event: ChatEvent, openId: string): boolean {
    const entry = this.entries.get(event.thread_id);
    if (entry === undefined) return false;
    entry.updatedAt = Math.max(entry.updatedAt, event.timestamp);
    if (event.type === 'thread_updated') this.noteUpdate(entry, event);
    else if (event.run_id !== undefined) noteRun(entry, event, event.run_id, openId);
    return true;
  }

  rows(): readonly ThreadRow[] {
    const sorted = [...this.entries.values()].sort((a, b) => b.updatedAt - a.updatedAt);
    return sorted.map(({ threadId, title, runs, unread }) => {
      return { threadId, title: title || untitled, running: runs.size > 0, unread };
    });
  }

  has(threadId: string): boolean {
    return this.entries.has(threadId);
  }

  /** The title as given, or nothing. */
  title(threadId: string): string {
    return this.entries.get(threadId)?.title ?? '';
  }

  private noteUpdate(entry: Entry, event: Extract<ChatEvent, { type: 'thread_updated' }>): void {
    entry.title = event.payload.title ?? entry.title;
    if (event.payload.status === 'deleted') this.entries.delete(entry.threadId);
  }
}

function noteRun(entry: Entry, event: ChatEvent, runId: string, openId: string): void {
  if (!terminalTypes.has(event.type)) {
    entry.runs.add(runId);
    return;
  }
  entry.runs.delete(runId);
  if (entry.threadId !== openId) entry.unread = true;
}
