/**
 * Disks that are full, read-only, taken or from the future: the sender is told, nothing that was acked is lost, and the
 * server lives on or refuses to start with a sentence.
 *
 * The tests with a file system of their own need root and mount(8); elsewhere they are skipped and say so.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { contractProblems, difference } from './support/eventLists.mjs';
import { freshReader } from './support/crashAudit.mjs';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

const threadId = 'filled';
const messagesMax = 2000;
const content = `${'What a long message this is. '.repeat(150)} tokens=3 rate=0 tool=0`;

const cleanups = [];

/** The newest first: a server ends before its disk goes. */
afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()();
});

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'goldenpath-disk-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function start(options) {
  const server = await Server.start(options);
  cleanups.push(() => server.end('SIGKILL'));
  return server;
}

/** A tmpfs at `path`, gone after the test; or undefined, with the reason printed. */
function smallDisk(t, size) {
  const path = folder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    t.skip(`no file system can be mounted here: ${(mounted.error?.message ?? mounted.stderr).trim()}`);
    return undefined;
  }
  cleanups.push(() => execFileSync('umount', ['--lazy', path]));
  return path;
}

function remount(path, options) {
  execFileSync('mount', ['-o', `remount,${options}`, path]);
}

/** One user who posts messages one after the other, and remembers each answer. */
class Sender {
  acked = [];
  refused = [];
  #sent = 0;

  static async signIn(url) {
    const sender = new Sender();
    sender.url = url;
    sender.token = await demoToken(url, 'ada');
    return sender;
  }

  /** The status of the answer; 0 if the connection broke instead. */
  async send(messageId = undefined) {
    this.#sent += 1;
    const body = { message_id: messageId ?? `m${this.#sent}`, content, on_active: 'queue' };
    const response = await fetch(`${this.url}/v1/threads/${threadId}/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).catch((error) => error.cause ?? error);
    if (response instanceof Error) {
      this.refused.push({ messageId: body.message_id, status: 0, code: 'no answer', message: String(response) });
      return 0;
    }
    const answer = await response.json();
    if (response.status === 202) this.acked.push({ messageId: body.message_id, ...answer });
    else this.refused.push({ messageId: body.message_id, status: response.status, ...answer.error });
    return response.status;
  }

  /** Until a message is refused for another reason than too many runs, which end by themselves. */
  async fill() {
    while (this.#sent < messagesMax) {
      if ((await this.send()) === 202) continue;
      if (this.refused.at(-1).code !== 'rate_limited') return;
      await setTimeout(10);
    }
    assert.fail(`${messagesMax} messages and the disk is not full`);
  }
}

async function readiness(url) {
  return (await fetch(`${url}/health/ready`)).status;
}

async function becomes(url, status) {
  const seen = (async () => {
    while ((await readiness(url)) !== status) await setTimeout(20);
  })();
  await soon(seen, `/health/ready to answer ${status}`);
}

/** Every acked message is in the log in its place, and every run has its end. */
async function nothingIsLost(server, sender) {
  const read = async () => {
    const reader = await freshReader('the reader', server.url, sender.token, [threadId]);
    reader.close();
    assert.deepEqual(reader.problems, []);
    return reader.threads.get(threadId).stretches[0].events;
  };
  let events = await read();
  const runsEnd = (async () => {
    while (contractProblems(events).unfinished.length > 0) {
      await setTimeout(50);
      events = await read();
    }
  })();
  await soon(runsEnd, 'all runs to end', () => JSON.stringify(contractProblems(events)));
  assert.deepEqual(contractProblems(events).problems, []);
  const asked = events.filter(({ type }) => type === 'user_message');
  const served = new Map(asked.map((event) => [event.payload.message_id, event]));
  for (const { messageId, run_id: runId, seq } of sender.acked) {
    assert.deepEqual([served.get(messageId)?.run_id, served.get(messageId)?.seq], [runId, seq], messageId);
  }
  return events;
}

function alive(server) {
  assert.equal(server.ending, undefined, `the server ended: ${JSON.stringify(server.ending)}\n${server.output}`);
}

async function tellsOfTheFullDisk(server, sender) {
  await sender.fill();
  if (sender.refused.at(-1).status === 0) await setTimeout(500); // who breaks a connection may be dying
  alive(server);
  const { status, code, message } = sender.refused.at(-1);
  assert.deepEqual([status, code], [503, 'store_unavailable'], message);
  assert.match(message, /goldenpath\.db: .*(full|disk I\/O error|too large)/i);
  assert.ok(sender.acked.length > 0);
  // What is left of the disk may take small things for a while.
  const notReady = (async () => {
    while ((await readiness(server.url)) !== 503) await sender.send();
  })();
  await soon(notReady, '/health/ready to answer 503');
  const clear = new Set(['store_unavailable', 'rate_limited']);
  assert.deepEqual(sender.refused.filter((refusal) => !clear.has(refusal.code)), []);
  alive(server);
}

test('a limit on the size of files refuses messages and kills nobody', async (t) => {
  const data = folder();
  const limit = 2_000_000;
  const server = await start({ data, wrapper: ['prlimit', `--fsize=${limit}:${limit}`] });
  const sender = await Sender.signIn(server.url);
  await tellsOfTheFullDisk(server, sender);
  await server.end('SIGKILL');
  const next = await start({ data });
  sender.url = next.url;
  await nothingIsLost(next, sender);
});

test('a full disk refuses messages, and the thread goes on without a gap when there is room again', async (t) => {
  const data = smallDisk(t, '4m');
  if (data === undefined) return;
  const server = await start({ data });
  const sender = await Sender.signIn(server.url);
  await tellsOfTheFullDisk(server, sender);
  const refused = sender.refused.findLast(({ code }) => code === 'store_unavailable').messageId;

  remount(data, 'size=64m');
  await becomes(server.url, 200);
  assert.equal(await sender.send(refused), 202, 'what was refused can be sent again');
  assert.equal(await sender.send(), 202);
  const events = await nothingIsLost(server, sender);
  assert.equal(events.filter(({ payload }) => payload.message_id === refused && payload.content === content).length, 1);
  alive(server);

  await server.end('SIGKILL');
  const next = await start({ data });
  sender.url = next.url;
  assert.equal(difference(events, await nothingIsLost(next, sender)), undefined, 'the same, whatever was folded since');
});

test('a server that is killed while its disk is full starts again when there is room, with all it acked', async (t) => {
  const data = smallDisk(t, '4m');
  if (data === undefined) return;
  const server = await start({ data });
  const sender = await Sender.signIn(server.url);
  await tellsOfTheFullDisk(server, sender);
  await server.end('SIGKILL');
  remount(data, 'size=64m');
  const next = await start({ data });
  sender.url = next.url;
  await nothingIsLost(next, sender);
  assert.equal(await sender.send(), 202);
});

/** A data directory with one message in it, of a server that ended in good order. */
async function written(data) {
  const server = await start({ data });
  assert.equal(await (await Sender.signIn(server.url)).send(), 202);
  await server.end('SIGTERM');
}

function sentence({ code, signal, output }, expected) {
  assert.deepEqual([code, signal], [1, null], output);
  assert.match(output, expected);
  assert.equal(output.trim().split('\n').at(-1).indexOf('goldenpath: '), 0, output);
}

test('a second server on the same data refuses to start and names the first', async (t) => {
  const data = folder();
  const first = await start({ data });
  sentence(await Server.refused({ data }), new RegExp(`in use by the process with pid ${first.pid}; stop that process`));
  assert.equal(await readiness(first.url), 200);
});

test('data of a newer schema is refused with both versions, and left as it is', async (t) => {
  const data = folder();
  await written(data);
  const sql = 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version=99"); c.commit()';
  const python = spawnSync('python3', ['-c', sql, join(data, 'goldenpath.db')], { encoding: 'utf8' });
  if (python.error !== undefined) return t.skip(`no python3 to write the version with: ${python.error.message}`);
  assert.equal(python.status, 0, python.stderr);
  const both = /goldenpath\.db has schema version 99, and this program knows versions up to \d+/;
  sentence(await Server.refused({ data }), both);
});

test('a read-only file system is refused with a sentence', async (t) => {
  const data = smallDisk(t, '8m');
  if (data === undefined) return;
  await written(data);
  remount(data, 'ro');
  sentence(await Server.refused({ data }), /read-only file system|readonly|make the directory and its files writable/i);
});

test('a database file without write permission is told to who starts the server or who sends', async () => {
  const data = folder();
  await written(data);
  let wrapper = [];
  if (process.getuid() === 0) {
    // Root may write anything, so the server runs as nobody.
    const nobody = 65_534;
    for (const name of readdirSync(data)) chownSync(join(data, name), nobody, nobody);
    chownSync(data, nobody, nobody);
    wrapper = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  }
  chmodSync(join(data, 'goldenpath.db'), 0o444);
  const advice = /goldenpath\.db.*make the directory and its files writable/;
  const server = await start({ data, wrapper }).catch((error) => error);
  if (server instanceof Error) return assert.match(server.message, advice);
  const sender = await Sender.signIn(server.url);
  assert.equal(await sender.send('m2'), 503);
  assert.equal(sender.refused[0].code, 'store_unavailable');
  assert.match(sender.refused[0].message, advice);
  await becomes(server.url, 503);
  return alive(server);
});
