/**
 * One user who talks without pause in several threads and tabs, with every agent and every way to send, and remembers
 * what was promised: each message with its ack or refusal. What was not answered is sent again, with the same id.
 */

import { setTimeout } from 'node:timers/promises';
import { demoToken } from './person.mjs';
import { Tab } from './tab.mjs';

/** Answers after which a message does not exist. */
const refusals = new Set(['run_active', 'rate_limited']);
const messagesPerThread = 30;

export class Chatter {
  tabs = [];
  /** By message_id: `{ threadId, command, ack, refusal }`. */
  messages = new Map();
  problems = [];
  /** Threads that were sent to since somebody cleared this. */
  touched = new Set();
  #talking = false;
  #slots = [];

  constructor(name, { tabs, threads, random }) {
    this.name = name;
    this.random = random;
    this.tabs = Array.from({ length: tabs }, (_, index) => new Tab(`${name}, tab ${index}`));
    this.#slots = Array.from({ length: threads }, (_, index) => ({ index, generation: 0, sent: 0, pending: undefined }));
  }

  get threadIds() {
    return [...new Set([...this.messages.values()].map(({ threadId }) => threadId))];
  }

  /** Signs in at a server that has come (back). */
  async meet(url) {
    this.url = url;
    this.token = await demoToken(url, this.name);
  }

  async connect(tab) {
    if (!tab.isOpen) await tab.connect(this.url, this.token, this.random() < 0.5 ? 'address' : 'command');
  }

  /** Talks until `hush`, or until nobody answers any more. */
  async talk() {
    this.#talking = true;
    await Promise.all(this.#slots.map((slot) => this.#talkIn(slot)));
  }

  hush() {
    this.#talking = false;
  }

  /** Sends what was never answered, so that every message has its ack or its refusal. */
  async settle() {
    for (const slot of this.#slots) while (slot.pending !== undefined && (await this.#deliver(slot))) await setTimeout(5);
  }

  async #talkIn(slot) {
    while (this.#talking) {
      slot.pending ??= this.#compose(slot);
      if (!(await this.#deliver(slot))) return;
      await setTimeout(this.random() * 40);
    }
  }

  #compose(slot) {
    slot.sent += 1;
    if (slot.sent > messagesPerThread) Object.assign(slot, { sent: 1, generation: slot.generation + 1 });
    const threadId = `${this.name}-${slot.index}-${slot.generation}`;
    const messageId = `${threadId}-m${slot.sent}`;
    const onActive = ['reject', 'queue', 'queue', 'interrupt'][Math.floor(this.random() * 4)];
    const pace = this.random() < 0.3 ? 0 : Math.floor(100 + this.random() * 900);
    const tokens = Math.floor(5 + this.random() * 150);
    const agent = this.random() < 0.4 ? 'model' : 'scripted';
    const content = `Message ${messageId} says “grüß dich” 🙂 tokens=${tokens} rate=${pace} thinking=2`;
    const command = { message_id: messageId, thread_id: threadId, content, agent, on_active: onActive };
    this.messages.set(messageId, { threadId, command });
    return messageId;
  }

  /** False if nobody answered. */
  async #deliver(slot) {
    const message = this.messages.get(slot.pending);
    this.touched.add(message.threadId);
    const answer = await this.#send(message.command);
    if (answer === undefined) return false;
    slot.pending = undefined;
    this.#learn(message, answer);
    if (answer.type !== 'ack') return true;
    for (const tab of this.tabs) tab.follow(message.threadId);
    const fate = this.random();
    if (fate < 0.1) await this.#stop(answer.run_id);
    if (fate > 0.9) await this.#repeat();
    return true;
  }

  #learn(message, answer) {
    const { message_id: messageId } = message.command;
    if (answer.type === 'ack') {
      const { run_id: runId, seq, thread_id: threadId } = answer;
      const ack = { runId, seq, threadId };
      if (message.ack !== undefined && JSON.stringify(message.ack) !== JSON.stringify(ack))
        this.problems.push(`${messageId} was acked as ${JSON.stringify(message.ack)} and as ${JSON.stringify(ack)}`);
      message.ack ??= ack;
      return;
    }
    if (message.ack !== undefined) this.problems.push(`${messageId} was acked and refused: ${JSON.stringify(answer)}`);
    if (refusals.has(answer.code)) message.refusal = answer.code;
    else this.problems.push(`${messageId} was answered by ${JSON.stringify(answer)}`);
  }

  async #send(command) {
    if (this.random() < 0.15) return this.#post(command);
    const open = this.tabs.filter((tab) => tab.isOpen);
    if (open.length === 0) return undefined;
    return open[Math.floor(this.random() * open.length)].request({ type: 'user_message', ...command });
  }

  async #post({ thread_id: threadId, ...body }) {
    try {
      const response = await fetch(`${this.url}/v1/threads/${threadId}/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      return response.status === 202 ? { type: 'ack', ...answer } : { type: 'error', ...answer.error };
    } catch {
      return undefined;
    }
  }

  async #stop(runId) {
    const answer = await this.#tab()?.request({ type: 'stop', run_id: runId });
    if (answer?.type === 'error' && answer.code !== 'run_not_found')
      this.problems.push(`stop of ${runId}: ${JSON.stringify(answer)}`);
  }

  /** A message that was acked is sent again: the ack must be the same. */
  async #repeat() {
    const acked = [...this.messages.values()].filter(({ ack }) => ack !== undefined);
    const message = acked[Math.floor(this.random() * acked.length)];
    this.touched.add(message.threadId);
    const answer = await this.#send(message.command);
    if (answer !== undefined) this.#learn(message, answer);
  }

  #tab() {
    return this.tabs.find((tab) => tab.isOpen);
  }
}
