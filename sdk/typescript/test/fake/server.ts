/**
 * FakeServer: goldenpath in memory, for tests of the client and for trying out the page without the
 * binary.
 *
 * Transport-free: `accept` takes a Peer. The knobs at the top let a test break a promise on purpose
 * (drop an event, answer no ping, refuse a command); `commands` and `queries` record what clients
 * asked.
 */

import type { Command } from '../../src/commands.js';
import type { ChatEvent, EventType } from '../../src/events.js';
import { FakeSession, type Peer } from './session.js';
import { FakeThread, type Payload } from './thread.js';

type UserMessage = Extract<Command, { type: 'user_message' }>;

export class FakeServer {
  /** Tokens that are taken, and the user each belongs to. */
  readonly tokens = new Map<string, string>([['token-1', 'ada']]);
  readonly commands: Command[] = [];
  readonly queries: string[] = [];
  readonly sessions = new Set<FakeSession>();
  /** Error codes to answer the next commands of a type with; `silence` does not answer at all. */
  readonly plannedErrors = new Map<string, string[]>();
  heartbeatSeconds = 20;
  tokenExpiresAt: number | undefined;
  answersPings = true;
  sendsBatches = false;
  /** Seqs that live delivery loses. */
  readonly lostSeqs = new Set<number>();
  /** Called when a run starts; an agent that answers is scriptedAgent.ts. */
  onRun: (thread: FakeThread, runId: string, content: string) => void = () => undefined;

  private readonly threads = new Map<string, FakeThread>();
  private readonly accepted = new Map<string, { content: string; ack: object }>();
  private nextId = 1;

  constructor(readonly seconds: () => number) {}

  newId(prefix: string): string {
    return `${prefix}_${this.nextId++}`;
  }

  /** Undefined if the token was refused; the peer has been told and closed. */
  accept(peer: Peer, url: string, protocols: readonly string[]): FakeSession | undefined {
    const query = new URL(url).searchParams;
    this.queries.push(decodeURIComponent(new URL(url).search));
    const user = this.tokens.get(tokenIn(protocols));
    const session = new FakeSession(this, peer, user ?? '', query);
    if (user === undefined) {
      session.close(4401, 'unauthenticated');
      return undefined;
    }
    this.sessions.add(session);
    session.open();
    return session;
  }

  leave(session: FakeSession): void {
    this.sessions.delete(session);
  }

  /** Finds or makes. */
  thread(user: string, id: string): FakeThread {
    const found = this.find(user, id);
    if (found !== undefined) return found;
    const thread = new FakeThread(id, user, this.seconds);
    this.threads.set(`${user}/${id}`, thread);
    return thread;
  }

  find(user: string, id: string): FakeThread | undefined {
    const thread = this.threads.get(`${user}/${id}`);
    return thread?.deleted ? undefined : thread;
  }

  threadsOf(user: string): FakeThread[] {
    const own = [...this.threads.values()].filter((thread) => thread.user === user && !thread.deleted);
    return own.sort((a, b) => b.updatedAt - a.updatedAt);
  }

  append<T extends EventType>(thread: FakeThread, type: T, payload: Payload<T>, runId?: string): ChatEvent {
    const event = thread.append(type, payload, runId);
    if (this.lostSeqs.delete(event.seq)) return event;
    for (const session of this.sessions) if (session.user === thread.user) session.deliver(event);
    return event;
  }

  userMessage(user: string, command: UserMessage): object | string {
    const known = this.accepted.get(`${user}/${command.message_id}`);
    if (known !== undefined) return known.content === command.content ? known.ack : 'idempotency_conflict';
    const thread = this.thread(user, command.thread_id ?? this.newId('thr'));
    const active = thread.activeRuns()[0];
    if (active !== undefined && (command.on_active ?? 'reject') === 'reject') return 'run_active';
    if (active !== undefined && command.on_active === 'interrupt') this.stop(user, active.run_id);
    return this.startRun(thread, command, active !== undefined && command.on_active === 'queue');
  }

  /** Ends a run with its terminal event, and starts the one that waits for it. */
  finishRun<T extends 'agent_completed' | 'agent_error' | 'agent_cancelled'>(
    thread: FakeThread,
    runId: string,
    type: T,
    payload: Payload<T>,
  ): void {
    const states = { agent_completed: 'completed', agent_error: 'failed', agent_cancelled: 'cancelled' } as const;
    thread.setRun(runId, states[type]);
    this.append(thread, type, payload, runId);
    const next = thread.runs.find((run) => run.state === 'queued');
    if (next !== undefined) this.beginRun(thread, next.run_id);
  }

  stop(user: string, runId: string): object | string {
    for (const thread of this.threadsOf(user)) {
      if (!thread.activeRuns().some((run) => run.run_id === runId)) continue;
      this.finishRun(thread, runId, 'agent_cancelled', { by: user, reason: 'user' });
      return { run_id: runId };
    }
    return 'run_not_found';
  }

  private startRun(thread: FakeThread, command: UserMessage, queued: boolean): object {
    const runId = this.newId('run');
    thread.title ||= command.content.slice(0, 80);
    const state = queued ? 'queued' : 'running';
    thread.runs.push({
      run_id: runId,
      thread_id: thread.id,
      message_id: command.message_id,
      agent_name: 'default',
      state,
      created_at: this.seconds(),
    });
    const { message_id, content } = command;
    const { seq } = this.append(thread, 'user_message', { message_id, content }, runId);
    const ack = { thread_id: thread.id, message_id, run_id: runId, seq };
    this.accepted.set(`${thread.user}/${message_id}`, { content, ack });
    if (!queued) this.beginRun(thread, runId);
    return ack;
  }

  private beginRun(thread: FakeThread, runId: string): void {
    thread.setRun(runId, 'running');
    this.append(thread, 'agent_started', { message_id: this.newId('msg') }, runId);
    const run = thread.runs.find((candidate) => candidate.run_id === runId);
    const question = thread.messages().find((message) => message.message_id === run?.message_id);
    this.onRun(thread, runId, question?.content ?? '');
  }
}

function tokenIn(protocols: readonly string[]): string {
  const entry = protocols.find((protocol) => protocol.startsWith('jwt.')) ?? 'jwt.';
  return atob(entry.slice('jwt.'.length).replaceAll('-', '+').replaceAll('_', '/'));
}
