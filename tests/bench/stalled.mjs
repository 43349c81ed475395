/**
 * What 1,000 readers that stop reading cost a server that has 1,000 readers who go on, while megabytes are said in the
 * stalled ones' threads: resident memory at marks, beside the same session without the stalled readers. Each session
 * has a server of its own. At the end some of the stalled read on, and must get everything.
 */

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { chunk, HandmadeAgent } from '../e2e/support/agents.mjs';
import { residentBytes } from '../e2e/support/crowd.mjs';
import { demoToken } from '../e2e/support/person.mjs';
import { Server } from '../e2e/support/server.mjs';
import { Tab } from '../e2e/support/tab.mjs';
import { load, metric, pin, until } from './machine.mjs';

const users = 100;
const tabsEach = 10;
/** An answer: as long as a folded frame may be, so that no frame makes a write larger than others do. */
const answerDeltas = 60;
const deltaBytes = 1000;
/** Answers in each thread at the marks. */
const backlogs = [33, 100];
const laterSeconds = 120;
const trickleMilliseconds = 500;
/** Of the stalled, those that read on at the end. */
const readingOn = 20;
const settings = [
  ...['server.cores=1', 'server.drain_timeout=0s', 'runs.idle_timeout=1h', 'runs.history_messages=0', 'runs.queue_per_thread=1000', 'runs.active_per_user=10000'],
  ...['limits.stalled_reader=1h', 'limits.heartbeat=10m', 'limits.dead_peer=1h'],
];

/** The readers' agents: one never ends and says a little now and then, the other says all at once. */
class Agents {
  #waiting = [];

  static async start() {
    const agents = new Agents();
    agents.trickle = await HandmadeAgent.start((response) => agents.#waiting.push(response));
    const answer = chunk('abcdefghi '.repeat(deltaBytes / 10)).repeat(answerDeltas);
    const finish = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
    agents.flood = await HandmadeAgent.start((response) => response.end(answer + finish));
    agents.specs = ['trickle', 'flood'].map((name) => agents[name].spec.replace('default=', `${name}=`));
    agents.drip = setInterval(() => agents.#waiting.forEach((response) => response.write(chunk('a few words '))), trickleMilliseconds);
    return agents;
  }

  async close() {
    clearInterval(this.drip);
    await Promise.all([this.trickle.close(), this.flood.close()]);
  }
}

async function post(server, token, path, body) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** A user with a thread, and `tabs` tabs that read it. */
async function gather(server, name, tabs) {
  const threadId = `thread-${name}`;
  const token = await demoToken(server.url, name);
  await post(server, token, '/v1/threads', { thread_id: threadId });
  const readers = Array.from({ length: tabs }, () => {
    const reader = { bytes: 0, folded: 0 };
    reader.tab = new Tab(threadId, {
      keep: (event) => {
        if (event.type === 'token') reader.bytes += event.payload.delta.length;
        if (event.first_seq !== undefined) reader.folded += 1;
      },
    });
    reader.tab.follow(threadId);
    return reader;
  });
  await Promise.all(readers.map(({ tab }) => tab.connect(server.url, token)));
  await Promise.all(readers.map(({ tab }) => tab.until(() => tab.threads.get(threadId).isCaughtUp, 'the thread to be read')));
  let messages = 0;
  const say = (agent) => {
    messages += 1;
    const message = { message_id: `m${messages}`, content: 'go', agent, on_active: 'queue' };
    return post(server, token, `/v1/threads/${threadId}/messages`, message);
  };
  return { readers, say };
}

async function gatherAll(server, name, tabs) {
  const all = [];
  for (let index = 0; index < users; index += 1) all.push(await gather(server, `${name}-${index}`, tabs));
  return all;
}

/** Memory of the kernel's TCP, bytes: of both ends of all sockets of the machine. */
function kernelBytes() {
  return Number(/^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))[1]) * 4096;
}

/** A session with its own server and agents; resolves with what was measured at every mark. */
async function session({ stalls }) {
  const agents = await Agents.start();
  const server = await Server.start({ agents: [...agents.specs, 'default=scripted'], settings });
  pin(server.pid, '0');
  try {
    return await measured(server, stalls ? tabsEach : 0);
  } finally {
    await server.stop();
    await agents.close();
  }
}

async function measured(server, stalledEach) {
  const marks = [];
  const mark = async (what) => {
    await setTimeout(5000);
    const blocked = await metric(server, 'goldenpath_net_writes_blocked_total');
    marks.push({ what, resident: residentBytes(server.pid), kernel: kernelBytes(), blocked });
  };

  const steady = await gatherAll(server, 'live', tabsEach);
  for (const { say } of steady) await say('trickle');
  const live = steady.flatMap(({ readers }) => readers);
  await mark('1,000 live readers');
  const told = await gatherAll(server, 'stalled', stalledEach);
  const stalled = told.flatMap(({ readers }) => readers);
  for (const { tab } of stalled) tab.pause();
  await mark('1,000 more, which stop reading');
  let answers = 0;
  for (const backlog of backlogs) {
    const folded = await metric(server, 'goldenpath_log_events_folded_total');
    const more = backlog - answers;
    await Promise.all(
      told.map(async ({ say }) => {
        for (let index = 0; index < more; index += 1) await say('flood');
      }),
    );
    // Folding is the last that is done for an answer, and leaves one event of its deltas.
    const wanted = folded + more * users * (answerDeltas - 1);
    await until(async () => (await metric(server, 'goldenpath_log_events_folded_total')) >= wanted, 'all to be said');
    answers = backlog;
    await mark(`${((backlog * answerDeltas * deltaBytes) / 1e6).toFixed(0)} MB of answers in each of ${users} threads`);
  }
  await setTimeout(laterSeconds * 1000);
  await mark(`${laterSeconds} s later`);
  const said = answers * answerDeltas * deltaBytes;

  const problems = [...live, ...stalled].flatMap(({ tab }) => tab.problems);
  const slow = stalled.filter((_, index) => index % (stalled.length / readingOn) === 0);
  const ahead = stalled.filter(({ bytes }) => bytes === said).length;
  for (const { tab } of slow) tab.resume();
  for (const reader of slow) await reader.tab.until(() => reader.bytes >= said, 'a stalled reader to read on');
  for (const { bytes, folded, tab } of slow) {
    problems.push(...tab.problems);
    if (bytes !== said || folded === 0) problems.push(`${tab.name} got ${bytes} bytes, ${folded} folded events`);
  }
  if (ahead > 0) problems.push(`${ahead} readers did not stall`);
  if (live.some(({ bytes }) => bytes === 0)) problems.push('a live reader got nothing');
  for (const { tab } of [...live, ...stalled]) tab.close();
  if (problems.length > 0) throw new Error(`not valid: ${problems.slice(0, 5).join('; ')}`);
  return marks;
}

export async function stalled() {
  const without = await session({ stalls: false });
  const withThem = await session({ stalls: true });
  const count = users * tabsEach;
  const growth = (marks, index) => marks[index].resident - marks[0].resident;
  for (const [index, { what, resident, kernel, blocked }] of withThem.entries()) {
    const each = (growth(withThem, index) - growth(without, index)) / count;
    const result = {
      bench: 'stalled',
      mark: what,
      resident_bytes: resident,
      resident_bytes_without: without[index].resident,
      bytes_per_stalled_reader: Math.round(each),
      writes_blocked: blocked,
      kernel_bytes: kernel,
      kernel_bytes_without: without[index].kernel,
    };
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    console.log(
      `stalled: ${what}: ${megabytes(resident)} MB resident, ${megabytes(without[index].resident)} MB without the stalled; ` +
        `${(each / 1000).toFixed(1)} kB each`,
    );
    console.log(JSON.stringify(result));
  }
  console.log(`# load: ${load()}`);
}
