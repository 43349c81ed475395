/**
 * A tab without the SDK, for tests that judge the server alone: it holds cursors, comes back with them, applies folded
 * events and batches, and keeps everything it ever saw.
 *
 * What it saw of a thread is a list of stretches. A stretch is contiguous under one epoch: it begins at 0 or at a
 * snapshot, and goes on over any number of connections. Whatever breaks the wire contract is put into `problems`.
 */

import WebSocket from 'ws';
import { Watched } from './until.mjs';

export class Tab extends Watched {
  /** By thread: `{ epoch, seq, stretches: [{ epoch, after, events, snapshot }], isCaughtUp, isMissing }`. */
  threads = new Map();
  problems = [];
  /** Frames that brought events, and how many events they brought. */
  frames = 0;
  #keep;
  #socket;
  #asked = new Map();
  #commands = 0;

  /** `keep` is what becomes of an event; by default it is kept as it came. */
  constructor(name, { keep = (event, stretch) => stretch.events.push(event) } = {}) {
    super();
    this.name = name;
    this.#keep = keep;
  }

  get isOpen() {
    return this.#socket !== undefined;
  }

  /** `way` is how the cursors are told: 'address' in the URL, 'command' by the first frame. */
  async connect(url, token, way = 'command') {
    const held = [...this.threads].filter(([, { epoch }]) => epoch !== undefined);
    const cursors = held.map(([id, { seq, epoch }]) => `${id}:${seq}:${epoch}`).join(',');
    const query = way === 'address' && cursors !== '' ? `?after=${encodeURIComponent(cursors)}` : '?resume=1';
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws${query}`, ['goldenpath.v1'], {
      headers: { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      maxPayload: 0,
    });
    this.closed = new Promise((gone) => socket.once('close', gone)).then(() => this.#onClosed());
    socket.on('error', () => undefined);
    for (const thread of this.threads.values()) {
      thread.isCaughtUp = false;
      if (thread.epoch === undefined) thread.seq = 0;
    }
    const isWelcome = await new Promise((settled) => {
      socket.on('message', (data) => {
        this.#socket = socket;
        this.#receive(JSON.parse(data));
        settled(true);
      });
      socket.once('close', () => settled(false));
    });
    if (!isWelcome) return false;
    const told = query === '?resume=1' ? [] : held.map(([id]) => id);
    const untold = [...this.threads.keys()].filter((id) => !told.includes(id));
    if (untold.length > 0) void this.request({ type: 'subscribe', threads: untold.map((id) => this.#position(id)) });
    return true;
  }

  /** Reads the thread from its beginning, from now on and after every reconnect. */
  follow(threadId) {
    if (this.threads.has(threadId)) return;
    this.threads.set(threadId, { epoch: undefined, seq: 0, stretches: [], isCaughtUp: false, isMissing: false });
    if (this.isOpen) void this.request({ type: 'subscribe', ...this.#position(threadId) });
  }

  /** Resolves with the ack or error; with undefined if the connection ended before. */
  request(command) {
    if (!this.isOpen) return Promise.resolve(undefined);
    this.#commands += 1;
    const id = `c${this.#commands}`;
    const answer = new Promise((resolve) => this.#asked.set(id, { command, resolve }));
    this.#socket.send(JSON.stringify({ ...command, id }));
    return answer;
  }

  /** Leaves the bytes in the kernel, until its buffers are full and the server cannot write any more. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  close() {
    this.#socket?.terminate();
  }

  #position(threadId) {
    const { epoch, seq } = this.threads.get(threadId);
    return { thread_id: threadId, after: seq, ...(epoch !== undefined && { epoch }) };
  }

  #onClosed() {
    this.#socket = undefined;
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { resolve } of asked) resolve(undefined);
    this.changed();
  }

  #problem(text) {
    this.problems.push(`${this.name}: ${text}`);
  }

  #receive(frame) {
    if (frame.type === 'ack' || frame.type === 'error') this.#onAnswer(frame);
    else if (frame.type === 'snapshot') this.#onSnapshot(frame);
    else if (frame.type === 'caught_up') this.#onCaughtUp(frame);
    else if (frame.type === 'batch') this.#onBatch(frame);
    else if (frame.event_id !== undefined) this.#onEvents([frame]);
    this.changed();
  }

  #onAnswer(frame) {
    const asked = this.#asked.get(frame.id);
    this.#asked.delete(frame.id);
    if (asked?.command.type === 'subscribe') {
      if (frame.type === 'error') this.#problem(`cannot subscribe: ${JSON.stringify(frame)}`);
      for (const { thread_id: id, epoch } of frame.threads ?? [frame]) this.#learnEpoch(id, epoch);
    }
    const missing = this.threads.get(frame.details?.thread_id);
    if (asked !== undefined) asked.resolve(frame);
    else if (frame.code === 'thread_not_found' && missing !== undefined) missing.isMissing = true;
    else this.#problem(`an answer to nothing: ${JSON.stringify(frame)}`);
  }

  /** The epoch comes with the ack or with caught_up; of a list of threads some may be replayed before the ack. */
  #learnEpoch(threadId, epoch) {
    const thread = this.threads.get(threadId);
    if (thread === undefined || thread.epoch !== undefined) return;
    if (thread.seq === 0) this.#begin(thread, { epoch, after: 0 });
    thread.epoch = epoch;
    thread.stretches.at(-1).epoch = epoch;
  }

  #begin(thread, { epoch, after, snapshot }) {
    thread.epoch = epoch;
    thread.seq = after;
    thread.stretches.push({ epoch, after, snapshot, events: [] });
  }

  #onSnapshot(frame) {
    const thread = this.threads.get(frame.thread_id);
    if (thread.epoch === frame.epoch) this.#problem(`a snapshot (${frame.reason}) of the epoch that is held already`);
    this.#begin(thread, { epoch: frame.epoch, after: frame.seq, snapshot: frame });
  }

  #onCaughtUp(frame) {
    this.#learnEpoch(frame.thread_id, frame.epoch);
    const thread = this.threads.get(frame.thread_id);
    if (frame.epoch !== thread.epoch)
      this.#problem(`${frame.thread_id}: went on from epoch ${thread.epoch} to ${frame.epoch} without a snapshot`);
    if (frame.seq !== thread.seq) this.#problem(`${frame.thread_id}: caught up at ${frame.seq}, holds ${thread.seq}`);
    thread.isCaughtUp = true;
  }

  /** Applied as a whole, or not at all. */
  #onBatch({ first_seq: first, seq, events }) {
    let next = first;
    const numbered = events.map((event) => {
      const one = event.seq === undefined ? { ...event, seq: next } : event;
      if ((one.first_seq ?? one.seq) !== next) this.#problem(`in batch ${first}…${seq}: ${one.seq}, expected ${next}`);
      next = one.seq + 1;
      return one;
    });
    if (next !== seq + 1) this.#problem(`batch ${first}…${seq} ends at ${next - 1}`);
    this.#onEvents(numbered);
  }

  #onEvents(events) {
    this.frames += 1;
    for (const event of events) {
      const thread = this.threads.get(event.thread_id);
      const from = event.first_seq ?? event.seq;
      if (thread === undefined) {
        this.#problem(`an event of a thread not subscribed to: ${JSON.stringify(event)}`);
        continue;
      }
      if (thread.epoch === undefined && thread.seq === 0) this.#begin(thread, { epoch: undefined, after: 0 });
      if (from !== thread.seq + 1) this.#problem(`${event.thread_id}: ${from}…${event.seq} after ${thread.seq}`);
      thread.seq = event.seq;
      this.#keep(event, thread.stretches.at(-1));
    }
  }
}
