/**
 * A person in Node: the SDK over `ws`, the transcripts of the threads followed, and every event as
 * it was delivered.
 *
 * `fact` checks of tests look at `transcript` and `events`; the latter is kept apart from the SDK's
 * own bookkeeping, so that a test can judge it.
 */

import { applyEvents, applySnapshot, emptyTranscript, firstSeq, GoldenpathClient, textOf } from '@goldenpath/client';
import WebSocket from 'ws';
import { Watched } from './until.mjs';

export async function demoToken(url, user) {
  const response = await fetch(`${url}/v1/demo/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (!response.ok) throw new Error(`no demo session: ${response.status} ${await response.text()}`);
  return (await response.json()).token;
}

export class Person extends Watched {
  #transcripts = new Map();
  #events = new Map();
  snapshots = [];
  missing = [];
  errors = [];

  /** `patience` is what the back-off multiplies with: 0 comes back at once. */
  constructor(url, user, { patience = 0 } = {}) {
    super();
    this.client = new GoldenpathClient({
      url: `${url.replace(/^http/, 'ws')}/ws`,
      token: () => demoToken(url, user),
      platform: { WebSocket, random: () => patience },
    });
    this.client.on('events', ({ threadId, events }) => this.#receive(threadId, events));
    this.client.on('snapshot', (frame) => {
      this.snapshots.push(frame);
      this.#transcripts.set(frame.thread_id, applySnapshot(this.transcript(frame.thread_id), frame));
    });
    this.client.on('missing', ({ threadId }) => this.missing.push(threadId));
    this.client.on('error', (error) => this.errors.push(error));
    for (const name of ['state', 'events', 'snapshot', 'caughtUp', 'missing', 'error', 'outbox']) {
      this.client.on(name, () => this.changed());
    }
  }

  static async open(url, user, options) {
    const person = new Person(url, user, options);
    person.client.connect();
    await person.isOpen();
    return person;
  }

  isOpen() {
    return this.until(
      () => this.client.state.status === 'open',
      'the connection to open',
      () => JSON.stringify(this.client.state),
    );
  }

  transcript(threadId) {
    return this.#transcripts.get(threadId) ?? emptyTranscript;
  }

  events(threadId) {
    return this.#events.get(threadId) ?? [];
  }

  /** The answer to the last message of the thread. */
  answer(threadId) {
    return this.transcript(threadId).turns.findLast((turn) => turn.role === 'assistant');
  }

  text(threadId) {
    const answer = this.answer(threadId);
    return answer === undefined ? '' : textOf(answer);
  }

  /** Resolves with the answer when its run is over. */
  async ending(threadId, runId) {
    const over = () => {
      const turn = this.transcript(threadId).turns.find(
        (candidate) => candidate.role === 'assistant' && candidate.runId === runId,
      );
      return turn !== undefined && !['queued', 'running'].includes(turn.state) && turn;
    };
    return this.until(over, `run ${runId} to end`, () => JSON.stringify(this.events(threadId).at(-1)));
  }

  /** Every seq that was delivered, with folded events taken for all they cover. */
  seqs(threadId) {
    return this.events(threadId).flatMap((event) => {
      const from = firstSeq(event);
      return Array.from({ length: event.seq - from + 1 }, (_, index) => from + index);
    });
  }

  close() {
    this.client.close();
  }

  #receive(threadId, events) {
    this.#events.set(threadId, [...this.events(threadId), ...events]);
    this.#transcripts.set(threadId, applyEvents(this.transcript(threadId), events));
  }
}

/** 1, 2, … `last`. */
export function upTo(last) {
  return Array.from({ length: last }, (_, index) => index + 1);
}
