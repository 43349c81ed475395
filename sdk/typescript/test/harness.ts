/** A client in a World, and what it reported. */

import { type ClientEvents, type ClientOptions, GoldenpathClient } from '../src/client.js';
import { applyEvents } from '../src/transcript/apply.js';
import { applySnapshot } from '../src/transcript/snapshot.js';
import { emptyTranscript, textOf, type Transcript } from '../src/transcript/turns.js';
import { settle, World } from './fake/world.js';

export class Harness {
  readonly client: GoldenpathClient;
  readonly tokenReasons: string[] = [];
  readonly resumed: number[] = [];
  readonly deliveries: ClientEvents['events'][] = [];
  readonly activity: ClientEvents['activity'][] = [];
  readonly missing: string[] = [];
  readonly transcripts = new Map<string, Transcript>();
  /** What the token provider answers; the last one is kept. */
  tokens: (string | null | Error)[] = ['token-1'];

  constructor(
    readonly world = new World(),
    options: Partial<ClientOptions> = {},
  ) {
    this.client = new GoldenpathClient({
      url: 'ws://server/ws',
      token: (reason) => this.provide(reason),
      platform: world.platform(),
      ...options,
    });
    this.client.on('resumed', ({ events }) => this.resumed.push(events));
    this.client.on('missing', ({ threadId }) => this.missing.push(threadId));
    this.client.on('activity', (events) => this.activity.push(events));
    this.client.on('events', (delivery) => {
      this.deliveries.push(delivery);
      this.transcripts.set(delivery.threadId, applyEvents(this.transcript(delivery.threadId), delivery.events));
    });
    this.client.on('snapshot', (frame) => {
      this.transcripts.set(frame.thread_id, applySnapshot(this.transcript(frame.thread_id), frame));
    });
  }

  static async open(options: Partial<ClientOptions> = {}): Promise<Harness> {
    const harness = new Harness(new World(), options);
    harness.client.connect();
    await settle();
    return harness;
  }

  get server(): World['server'] {
    return this.world.server;
  }

  get status(): string {
    return this.client.state.status;
  }

  transcript(threadId: string): Transcript {
    return this.transcripts.get(threadId) ?? emptyTranscript;
  }

  text(threadId: string): string {
    return this.transcript(threadId)
      .turns.filter((turn) => turn.role === 'assistant')
      .map(textOf)
      .join('|');
  }

  seqs(): number[] {
    return this.deliveries.flatMap((delivery) => delivery.events.map((event) => event.seq));
  }

  commands(type: string): object[] {
    return this.server.commands.filter((command) => command.type === type);
  }

  private async provide(reason: string): Promise<string | null> {
    this.tokenReasons.push(reason);
    const token = this.tokens.length > 1 ? this.tokens.shift()! : this.tokens[0]!;
    if (token instanceof Error) throw token;
    return token;
  }
}

/** A thread of ada's with a run that has said `words`. */
export function startedThread(harness: Harness, threadId: string, words: readonly string[]) {
  const { server } = harness;
  const thread = server.thread('ada', threadId);
  const message = {
    type: 'user_message',
    id: 'x',
    message_id: `of-${threadId}`,
    thread_id: threadId,
    content: 'hi',
  } as const;
  const { run_id: runId } = server.userMessage('ada', message) as { run_id: string };
  const say = (word: string) => server.append(thread, 'token', { part_id: 'p', delta: word }, runId);
  words.forEach(say);
  const finish = () => server.finishRun(thread, runId, 'agent_completed', { text: '', finish_reason: 'stop' });
  return { thread, runId, say, finish };
}
