/**
 * Three tabs of one user, and 50 MB of text. A tab that stops reading costs the others nothing and the server next to
 * nothing, and ends with the same text when it reads on.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chunk, HandmadeAgent } from './support/agents.mjs';
import { residentBytes } from './support/crowd.mjs';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { Tab } from './support/tab.mjs';

const deltaBytes = 1000;
const deltas = 50_000;
const warmUpDeltas = 2_000;
const marks = 10;
/** The agent is never further ahead of the tabs that read: they get everything in time or the test stands still. */
const aheadBytesMax = 500_000;
/** What the stalled tab may cost, as the mean over the marks. */
const costBytesMax = 10e6;
/** Commits that are slow for a moment leave a server larger by chance, never smaller: the least of so many counts. */
const sessionsEach = 2;

const settings = [
  ...['runs.output_bytes=256MiB', 'limits.dead_peer=10m', 'limits.heartbeat=1m'],
  // Retention would take what the stalled tab has yet to read.
  'retention.thread_bytes=0',
];

/** Streams numbered deltas, each as soon as `mayGoOn` for what was streamed before, and the end when it `mayEnd`. */
async function stream(response, count, { mayGoOn, mayEnd }) {
  for (let index = 0; index < count; index += 1) {
    await mayGoOn(index * deltaBytes);
    const text = `${index} `.padEnd(deltaBytes, 'abcdefghi ');
    if (!response.write(chunk(text))) await new Promise((drained) => response.once('drain', drained));
  }
  await mayEnd;
  const finish = { index: 0, delta: {}, finish_reason: 'stop' };
  response.end(`data: ${JSON.stringify({ choices: [finish] })}\n\ndata: [DONE]\n\n`);
}

/** What is kept of a thread: how much text came, its hash, and the hash in the terminal event. */
class Reader {
  bytes = 0;
  ending;
  #text = createHash('sha256');

  constructor(name) {
    this.tab = new Tab(name, { keep: (event) => this.#take(event) });
  }

  get hash() {
    return this.#text.copy().digest('hex');
  }

  #take({ type, seq, payload }) {
    if (type === 'token') {
      this.#text.update(payload.delta);
      this.bytes += Buffer.byteLength(payload.delta);
    }
    if (type === 'agent_error') this.tab.problems.push(JSON.stringify(payload));
    if (type === 'agent_completed') this.ending = { seq, hash: createHash('sha256').update(payload.text).digest('hex') };
  }
}

async function readers(t, server, token, names, threadId) {
  const all = names.map((name) => new Reader(name));
  for (const { tab } of all) {
    tab.follow(threadId);
    await tab.connect(server.url, token);
    t.after(() => tab.close());
    await tab.until(() => tab.threads.get(threadId).isCaughtUp, 'the thread to be read');
  }
  return all;
}

async function create(server, token, threadId) {
  const response = await fetch(`${server.url}/v1/threads`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ thread_id: threadId }),
  });
  assert.equal(response.status, 201);
}

function ended({ tab, ending }) {
  assert.deepEqual(tab.problems, []);
  return ending;
}

/** One server from its start: a small run to warm up, then the large one. Resolves with what was measured. */
async function session(t, { stalls }) {
  let steady = [];
  const mayGoOn = async (streamed) => {
    const isBehind = ({ bytes }) => bytes < streamed - aheadBytesMax;
    for (const reader of steady) if (isBehind(reader)) await reader.tab.until(() => !isBehind(reader), 'the others to read');
  };
  let goToEnd;
  const mayEnd = new Promise((resolve) => (goToEnd = resolve));
  const agent = await HandmadeAgent.start((response, number) =>
    number === 1 ? stream(response, warmUpDeltas, { mayGoOn }) : stream(response, deltas, { mayGoOn, mayEnd }),
  );
  t.after(() => agent.close());
  const server = await Server.start({ agents: [agent.spec], settings });
  t.after(() => server.stop());
  const token = await demoToken(server.url, 'ada');

  await create(server, token, 'warm-up');
  const early = await readers(t, server, token, ['one', 'two'], 'warm-up');
  await early[0].tab.request({ type: 'user_message', message_id: 'w', thread_id: 'warm-up', content: 'go' });
  for (const reader of early) await reader.tab.until(() => ended(reader), 'the warm-up to end');

  await create(server, token, 'long');
  steady = await readers(t, server, token, ['steady one', 'steady two'], 'long');
  const stalled = stalls ? (await readers(t, server, token, ['stalled'], 'long'))[0] : undefined;
  stalled?.tab.pause();
  const resident = [];
  const sent = await steady[0].tab.request({ type: 'user_message', message_id: 'm', thread_id: 'long', content: 'go' });
  assert.equal(sent.type, 'ack', JSON.stringify(sent));
  for (let mark = 1; mark <= marks; mark += 1) {
    const wanted = (mark * deltas * deltaBytes) / marks;
    for (const reader of steady) {
      await reader.tab.until(() => ended(reader) ?? reader.bytes >= wanted, `${reader.tab.name} to have ${wanted} bytes`);
    }
    resident.push(residentBytes(server.pid));
  }
  goToEnd();
  for (const reader of steady) await reader.tab.until(() => ended(reader), `${reader.tab.name} to see the end`);
  for (const reader of steady) {
    assert.equal(reader.bytes, deltas * deltaBytes);
    assert.equal(reader.hash, reader.ending.hash, 'the terminal event has the text of the tokens');
    assert.equal(reader.hash, steady[0].hash);
  }
  return { resident, steady, stalled };
}

test('a tab that stops reading costs nothing that grows, and reads the same text later', async (t) => {
  const without = [];
  const withIt = [];
  let last;
  for (let round = 0; round < sessionsEach; round += 1) {
    without.push((await session(t, { stalls: false })).resident);
    last = await session(t, { stalls: true });
    withIt.push(last.resident);
  }
  const { steady, stalled } = last;
  const megabytes = (list) => list.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ');
  for (const list of without) t.diagnostic(`resident without the stalled tab, MB: ${megabytes(list)}`);
  for (const list of withIt) t.diagnostic(`resident with it, MB:                 ${megabytes(list)}`);

  assert.equal(stalled.ending, undefined, 'the others were served while it did not read');
  const all = deltas * deltaBytes;
  assert.ok(stalled.bytes < all / 2, `the kernel holds back what it does not read: ${stalled.bytes} bytes came`);
  const least = (lists) => last.resident.map((_, mark) => Math.min(...lists.map((list) => list[mark])));
  const [base, costly] = [least(without), least(withIt)];
  const cost = costly.reduce((sum, bytes, mark) => sum + bytes - base[mark], 0) / marks;
  t.diagnostic(`the stalled tab costs ${(cost / 1e6).toFixed(1)} MB`);
  assert.ok(cost < costBytesMax, `the stalled tab costs ${cost} bytes`);

  stalled.tab.resume();
  await stalled.tab.until(() => ended(stalled), 'the stalled tab to see the end');
  assert.deepEqual(stalled.ending, steady[0].ending);
  assert.equal(stalled.hash, steady[0].hash);
  t.diagnostic(`frames: steady ${steady.map(({ tab }) => tab.frames).join(', ')}; stalled ${stalled.tab.frames}`);
  assert.ok(stalled.tab.frames * 10 < deltas, 'what it missed came folded');
});
