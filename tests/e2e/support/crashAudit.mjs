/**
 * The judge of crash.test.mjs: compares all that was promised and seen before a kill with what is served after it.
 *
 * It is called while nobody talks, so every run is over: those that the kill interrupted were ended by the server before
 * it took connections. It sees the server as any client does.
 */

import { contractProblems, difference, isGated, isTerminal, Transcript } from './eventLists.mjs';
import { Tab } from './tab.mjs';

/** A tab that has read all these threads from the beginning, or knows that they do not exist. */
export async function freshReader(name, url, token, threadIds) {
  const reader = new Tab(name);
  for (const threadId of threadIds) reader.follow(threadId);
  await reader.connect(url, token);
  await reader.until(
    () => [...reader.threads.values()].every(({ isCaughtUp, isMissing }) => isCaughtUp || isMissing),
    'a fresh reader to catch up',
    () => JSON.stringify([...reader.threads].map(([id, { seq, isCaughtUp }]) => [id, seq, isCaughtUp])),
  );
  return reader;
}

export class CrashAudit {
  #losses = new Set();
  #readers = [];

  /** How often a reader lost events it had seen, and was told so by a new epoch. */
  get losses() {
    return this.#losses.size;
  }

  /**
   * `killedAt`: seconds since 1970. Returns all that is wrong in these threads. What the fresh reader sees is held
   * against the server at the next audit, too.
   */
  async audit(chatter, threadIds, killedAt) {
    const { name, url, token } = chatter;
    const reader = await freshReader(`${name}, reader`, url, token, threadIds);
    const problems = [...reader.problems, ...chatter.problems];
    const readers = this.#readers.filter((old) => old.chatter === chatter).map((old) => old.tab);
    for (const [threadId, { stretches, isMissing }] of reader.threads) {
      if (isMissing) {
        problems.push(...this.#promises(chatter, threadId, []));
        continue;
      }
      const [{ epoch, events }] = stretches;
      const { problems: broken, unfinished } = contractProblems(events);
      const found = [
        ...broken,
        ...unfinished.map((runId) => `${runId} has no terminal event`),
        ...this.#notInterrupted(events, killedAt),
        ...this.#promises(chatter, threadId, events),
        ...[...chatter.tabs, ...readers].flatMap((tab) => this.#seenBy(tab, threadId, { epoch, events })),
        ...(await this.#stored(chatter, threadId, Transcript.of(stretches))),
      ];
      problems.push(...found.map((problem) => `${threadId}: ${problem}`));
    }
    problems.push(...chatter.tabs.flatMap((tab) => tab.problems));
    reader.close();
    this.#readers = [...this.#readers.filter((old) => old.chatter !== chatter), { chatter, tab: reader }];
    return problems;
  }

  #notInterrupted(events, killedAt) {
    return events
      .filter((event) => isTerminal(event) && event.timestamp > killedAt && event.payload.code !== 'interrupted')
      .map((event) => `a run was ended after the kill by ${JSON.stringify(event)}`);
  }

  #promises({ messages }, threadId, events) {
    const problems = [];
    const byMessage = new Map(
      events.filter(({ type }) => type === 'user_message').map((event) => [event.payload.message_id, event]),
    );
    for (const [messageId, message] of messages) {
      if (message.threadId !== threadId) continue;
      const event = byMessage.get(messageId);
      if (message.refusal !== undefined && event !== undefined) problems.push(`${messageId} was refused and is served`);
      if (message.ack === undefined) continue;
      const { runId, seq } = message.ack;
      if (event === undefined) problems.push(`${messageId} was acked (${runId}, seq ${seq}) and is lost`);
      else if (event.run_id !== runId || event.seq !== seq)
        problems.push(`${messageId} was acked as ${runId}, seq ${seq} and is served as ${event.run_id}, seq ${event.seq}`);
      else if (event.payload.content !== message.command.content) problems.push(`${messageId} has another content`);
    }
    return problems;
  }

  /** Every stretch of a tab against what is served now. */
  #seenBy(tab, threadId, { epoch, events }) {
    const stretches = tab.threads.get(threadId)?.stretches ?? [];
    const problems = [];
    stretches.forEach((stretch, index) => {
      const say = (what) => problems.push(`${tab.name}, epoch ${stretch.epoch}: ${what}`);
      const lost = difference(stretch.events, events);
      if (lost !== undefined && stretch.epoch === epoch) say(`${lost}, and the epoch is the same`);
      const firm = stretch.events.slice(0, stretch.events.findLastIndex(isGated) + 1);
      const broken = difference(firm, events);
      if (broken !== undefined) say(`${broken}, although it was shown as kept`);
      const next = stretches[index + 1];
      if (lost !== undefined && next !== undefined) this.#losses.add(stretch);
      if (stretch.epoch === undefined || next === undefined) return;
      const reason = next.snapshot?.reason;
      if (reason !== 'epoch') say(`was followed by epoch ${next.epoch} with a snapshot for ${reason}`);
    });
    return problems;
  }

  /** History says the same as the log. A message that a kill caught half accepted has no seq and is not counted. */
  async #stored({ url, token, messages: sent }, threadId, transcript) {
    const messages = [];
    let cursor = null;
    do {
      const query = new URLSearchParams({ limit: '200', ...(cursor !== null && { cursor }) });
      const response = await fetch(`${url}/v1/threads/${threadId}/messages?${query}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      if (response.status !== 200) return [`history answers ${response.status}`];
      const page = await response.json();
      messages.unshift(...page.messages);
      cursor = page.next_cursor;
    } while (cursor !== null);
    const accepted = messages.filter(({ seq, message_id: id }) => seq > 0 || sent.get(id)?.ack !== undefined);
    const stored = Transcript.of([{ snapshot: { messages: accepted, runs: [] }, events: [] }]);
    const problem = stored.difference(transcript);
    return problem === undefined ? [] : [`history: ${problem}`];
  }
}
