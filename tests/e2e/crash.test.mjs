/**
 * The binary is killed at random moments while people talk, and started again on the same data. Nothing that was promised
 * or shown as kept may be missing, and what was shown and is missing must be told by a new epoch.
 *
 * GP_KILLS: how many kills (50). GP_SEED: the choice of moments and messages; printed.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Chatter } from './support/chatter.mjs';
import { CrashAudit, freshReader } from './support/crashAudit.mjs';
import { startTokenAgent } from './support/crowd.mjs';
import { contractProblems, Transcript } from './support/eventLists.mjs';
import { Server } from './support/server.mjs';
import { randomFrom, soon } from './support/until.mjs';

const kills = Number(process.env.GP_KILLS ?? 50);
const seed = Number(process.env.GP_SEED ?? Date.now() % 1_000_000);
const people = [2, 3, 2, 3];
const talkMilliseconds = { least: 30, most: 700 };
/** Start-up is killed, too, before or after it listens. */
const killsPerStartUpKill = 4;
const startUpMilliseconds = 150;

test(`${kills} kills at random moments lose nothing that was promised or shown as kept (GP_SEED=${seed})`, async (t) => {
  const random = randomFrom(seed);
  const agent = await startTokenAgent(60, 300);
  t.after(() => agent.close());
  const data = await mkdtemp(join(tmpdir(), 'goldenpath-crash-'));
  const options = { data, agents: ['scripted=scripted', agent.spec.replace('default=', 'model=')] };
  const chatters = people.map(
    (tabs, index) => new Chatter(`person${index}`, { tabs, threads: 2, random: randomFrom(seed + index + 1) }),
  );
  const audit = new CrashAudit();
  let server = await Server.start(options);
  t.after(() => server.end('SIGKILL'));
  await Promise.all(chatters.map((chatter) => chatter.meet(server.url)));

  for (let kill = 1; kill <= kills; kill += 1) {
    const talks = await gather(chatters, random);
    await setTimeout(talkMilliseconds.least + random() * (talkMilliseconds.most - talkMilliseconds.least));
    const { ending } = server;
    assert.equal(ending, undefined, `the server ended by itself: ${JSON.stringify(ending)}\n${server.output}`);
    await server.end('SIGKILL');
    const killedAt = Date.now() / 1000;
    for (const chatter of chatters) chatter.hush();
    await soon(Promise.all(talks), 'the talks to end with the server');
    if (kill % killsPerStartUpKill === 0) await Server.startAndKill(options, random() * startUpMilliseconds);
    server = await Server.start(options);
    await inspect(`after kill ${kill}`, { server, chatters, audit, killedAt });
  }

  await finish(server, chatters);
  for (const chatter of chatters) chatter.touched = new Set(chatter.threadIds);
  await inspect('at the end', { server, chatters, audit, killedAt: Infinity });
  await agree(chatters);
  await server.stop();
  await rm(data, { recursive: true });
  const acked = chatters.flatMap(({ messages }) => [...messages.values()].filter(({ ack }) => ack !== undefined)).length;
  t.diagnostic(`${kills} kills, ${acked} acked messages, ${audit.losses} times a reader was told of a loss`);
});

/** Everybody comes back and talks: some tabs before, some while others talk, some stay away this time. */
async function gather(chatters, random) {
  const plans = chatters.flatMap((chatter) => chatter.tabs.map((tab, index) => ({ chatter, tab, index, fate: random() })));
  const early = plans.filter(({ index, fate }) => index === 0 || fate < 0.4);
  const late = plans.filter(({ index, fate }) => index > 0 && fate >= 0.4 && fate < 0.8);
  await Promise.all(early.map(({ chatter, tab }) => chatter.connect(tab)));
  const later = late.map(async ({ chatter, tab, fate }) => {
    await setTimeout((fate - 0.4) * 1000);
    await chatter.connect(tab);
  });
  return [...chatters.map((chatter) => chatter.talk()), ...later];
}

/** What the audit finds wrong ends the test. */
async function inspect(when, { server, chatters, audit, killedAt }) {
  for (const chatter of chatters) {
    await Promise.all(chatter.tabs.map((tab) => tab.closed));
    await chatter.meet(server.url);
    const problems = await audit.audit(chatter, [...chatter.touched], killedAt);
    assert.deepEqual(problems.slice(0, 10), [], `${when}: ${problems.length} problems (data: ${server.data})`);
    chatter.touched.clear();
  }
}

/** All that was sent gets its answer, and every run its end. */
async function finish(server, chatters) {
  for (const chatter of chatters) {
    await Promise.all(chatter.tabs.map((tab) => chatter.connect(tab)));
    await chatter.settle();
    const reader = await freshReader('the last reader', server.url, chatter.token, chatter.threadIds);
    const threads = [...reader.threads].filter(([, { isMissing }]) => !isMissing);
    const isOver = ([, { stretches }]) => contractProblems(stretches[0].events).unfinished.length === 0;
    await reader.until(() => threads.every(isOver), `the runs of ${chatter.name} to end`);
    reader.close();
    for (const tab of chatter.tabs) {
      await tab.until(
        () => threads.every(([threadId, { seq }]) => tab.threads.get(threadId)?.seq >= seq),
        `${tab.name} to catch up`,
      );
      tab.close();
    }
  }
}

/** Every tab, whatever it went through, reads what a fresh reader reads. */
async function agree(chatters) {
  for (const { name, url, token, tabs, threadIds } of chatters) {
    const reader = await freshReader(`${name}, fresh`, url, token, threadIds);
    for (const [threadId, { stretches, isMissing }] of reader.threads) {
      if (isMissing) continue; // every message to it was refused, says the audit
      const truth = Transcript.of(stretches);
      assert.ok(truth.messages.length > 0, `${threadId} has messages`);
      for (const tab of tabs) {
        const mine = Transcript.of(tab.threads.get(threadId).stretches);
        assert.equal(mine.difference(truth), undefined, `${tab.name} reads ${threadId} as a fresh reader does`);
      }
    }
    reader.close();
  }
}
