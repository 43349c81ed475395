/**
 * Hostile strangers: what arrives here no client of ours would send. After each attack the server must still serve a
 * whole chat; it must not have grown, printed much, or told one user about another.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { residentBytes } from './support/crowd.mjs';
import { demoToken, Person, upTo } from './support/person.mjs';
import { RawConnection } from './support/rawConnection.mjs';
import { Server } from './support/server.mjs';
import { randomFrom, soon } from './support/until.mjs';

const binary = resolvePath(fileURLToPath(new URL('../..', import.meta.url)), process.env.GP_SERVER ?? 'build/release/bin/goldenpath');
const isSanitized = process.env.GP_SANITIZED !== undefined;
const terminal = new Set(['agent_completed', 'agent_error', 'agent_cancelled']);
const logLinesMax = 20;
const mebibyte = 1024 * 1024;

let server;
let people = 0;

before(async () => (server = await Server.start()));

afterEach(async () => {
  people += 1;
  const person = await Person.open(server.url, `honest-${people}`);
  const { threadId, runId } = await answered(person, 'tokens=20 rate=0 are you there');
  await person.ending(threadId, runId);
  assert.equal(person.answer(threadId).state, 'completed');
  const seqs = person.seqs(threadId);
  assert.deepEqual(seqs, upTo(seqs.length), 'no gap and no duplicate');
  person.close();
  const lines = server.output.trim().split('\n').length;
  assert.ok(lines <= logLinesMax, `${lines} lines were printed:\n${server.output.slice(0, 4000)}`);
});

after(() => server.stop());

/** Sends one message and resolves with where it went. */
async function answered(person, content, threadId) {
  const ack = await person.client.sendMessage({ content, ...(threadId !== undefined && { threadId }) }).accepted;
  return { threadId: ack.thread_id, runId: ack.run_id };
}

async function raw(t, user, query, { url } = server) {
  const connection = await RawConnection.open(url, await demoToken(url, user), query);
  t.after(() => connection.close());
  return connection;
}

/** A TCP connection that is open; what the server does to it later is no error. */
async function stranger() {
  const socket = connect(server.port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends `bytes` and resolves with all the server says until it closes. */
async function lastWords(bytes) {
  const socket = await stranger();
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  await soon(closed, 'the server to close', () => Buffer.concat(chunks).toString('latin1').slice(0, 400));
  return Buffer.concat(chunks);
}

function handshake(token) {
  return Buffer.from(
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
}

/** A masked frame, with a mask of zeros; `length` may lie about the payload. */
function frame(payload, { opcode = 1, head = 0x80, length = BigInt(Buffer.byteLength(payload)) } = {}) {
  const start = Buffer.from([head | opcode]);
  let size;
  if (length < 126n) size = Buffer.from([0x80 | Number(length)]);
  else if (length < 65_536n) size = Buffer.from([0x80 | 126, Number(length >> 8n), Number(length & 255n)]);
  else {
    size = Buffer.alloc(9);
    size[0] = 0x80 | 127;
    size.writeBigUInt64BE(length, 1);
  }
  return Buffer.concat([start, size, Buffer.alloc(4), Buffer.from(payload)]);
}

function randomBytes(random, length) {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** The close code in the last frame of what a server said, and what came before it. */
function closeCode(said) {
  const at = said.lastIndexOf(0x88);
  return at < 0 ? undefined : said.readUInt16BE(at + 2);
}

test('random bytes, before and after a handshake, end their own connection only', async () => {
  const random = randomFrom(20_260_101);
  const token = await demoToken(server.url, 'noise');
  for (let round = 0; round < 200; round += 1) {
    const said = await lastWords(Buffer.concat([randomBytes(random, 1 + Math.floor(random() * 2000)), Buffer.from('\r\n\r\n')]));
    assert.match(said.toString('latin1'), /^HTTP\/1\.1 4\d\d /);
  }
  for (let round = 0; round < 100; round += 1) {
    // A reserved opcode first, so that every round is a violation whatever follows.
    const noise = Buffer.concat([Buffer.from([0x83]), randomBytes(random, 1 + Math.floor(random() * 500))]);
    const said = await lastWords(Buffer.concat([handshake(token), noise]));
    assert.match(said.toString('latin1'), /^HTTP\/1\.1 101 /);
  }
});

test('heads and bodies that are too large get their status', async () => {
  const start = 'GET /version HTTP/1.1\r\nHost: localhost\r\n';
  const post = 'POST /v1/demo/session HTTP/1.1\r\nHost: localhost\r\n';
  const cases = [
    [`${start}A: ${'a'.repeat(20_000)}`, 431],
    [`GET /${'a'.repeat(20_000)}`, 414],
    [`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
    ['CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n', 405],
    [start + 'A: b\r\n'.repeat(20_000), 431],
    [`${post}Content-Length: 2000000\r\n\r\n`, 413],
    [`${post}Content-Length: 99999999999999999999\r\n\r\n`, 400],
    [`${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    [`${post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`, 400],
  ];
  for (const [request, status] of cases) {
    const said = await lastWords(Buffer.from(request));
    assert.match(said.toString('latin1'), new RegExp(`^HTTP/1\\.1 ${status} `), request.slice(0, 80));
  }
});

test('every violation of RFC 6455 is closed with its code', async () => {
  const token = await demoToken(server.url, 'violator');
  const cases = {
    unmasked: [Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    'a reserved bit': [frame('{}', { head: 0xc0 }), 1002],
    'a reserved opcode': [frame('', { opcode: 11 }), 1002],
    'a continuation of nothing': [frame('x', { opcode: 0 }), 1002],
    'a message inside a message': [Buffer.concat([frame('{', { head: 0 }), frame('{}')]), 1002],
    'a ping of 126 bytes': [frame('x'.repeat(126), { opcode: 9 }), 1002],
    'a ping in fragments': [frame('x', { opcode: 9, head: 0 }), 1002],
    'a close of one byte': [frame('x', { opcode: 8 }), 1002],
    'half a code point': [frame(Buffer.from([0xf0, 0x9f])), 1007],
    'a length above the limit': [frame('', { length: 1n << 62n }), 1009],
    'fragments above the limit': [
      Buffer.concat([frame('a'.repeat(700_000), { head: 0 }), frame('a'.repeat(700_000), { opcode: 0 })]),
      1009,
    ],
  };
  for (const [name, [bytes, code]] of Object.entries(cases)) {
    assert.equal(closeCode(await lastWords(Buffer.concat([handshake(token), bytes]))), code, name);
  }
});

test('thousands of connections that come and go at every stage leave nothing behind', async () => {
  const random = randomFrom(7);
  const token = await demoToken(server.url, 'restless');
  const message = { type: 'threads', id: 'a' };
  const whole = Buffer.concat([handshake(token), frame(JSON.stringify(message))]);
  const come = async (cut) => {
    const socket = await stranger();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((written) => socket.write(whole.subarray(0, cut), written));
    if (random() < 0.5) socket.resetAndDestroy();
    else socket.destroy();
    await closed;
  };
  for (let cut = 1; cut <= whole.length; cut += 1) await come(cut);
  const resident = residentBytes(server.pid);
  for (let round = 0; round < 3000; round += 1) await come(1 + Math.floor(random() * whole.length));
  if (!isSanitized) {
    const growth = residentBytes(server.pid) - resident;
    assert.ok(growth < 8 * mebibyte, `resident memory grew by ${growth} bytes`);
  }
});

test('malformed commands are answered, with an id where there was one, and the connection lives on', async (t) => {
  const fields = {
    subscribe: ['thread_id', 'after', 'threads'],
    unsubscribe: ['thread_id'],
    user_message: ['message_id', 'thread_id', 'content', 'on_active'],
    stop: ['run_id'],
    create_thread: ['thread_id', 'metadata'],
    rename_thread: ['thread_id', 'title'],
    delete_thread: ['thread_id'],
    history: ['thread_id', 'limit', 'cursor'],
    threads: ['limit', 'cursor'],
  };
  const values = [true, -1, 1.5, 1e308, '\u0000', 'a'.repeat(5000), [[]], { a: {} }];
  for (const [type, names] of Object.entries(fields)) {
    // A connection each: malformed messages are limited.
    for (const name of names) {
      const connection = await raw(t, `clumsy-${type}`);
      for (const [index, value] of values.entries()) {
        connection.send({ type, id: `${name}-${index}`, message_id: 'm', content: 'tokens=1 rate=0', [name]: value });
        const { code } = await connection.answer(`${name}-${index}`);
        assert.notEqual(code, 'internal', `${type} with ${name}: ${JSON.stringify(value)}`);
      }
      connection.close();
    }
  }
  const connection = await raw(t, 'not-json');
  const texts = ['', '{', 'null', '['.repeat(100_000), '{"a":'.repeat(50_000), '{"type":"\\ud800"}', '{"type":"ping","x":1e999}'];
  for (const text of texts) connection.socket.send(text);
  connection.send({ type: 'threads', id: 'alive' });
  assert.equal((await connection.answer('alive')).type, 'ack');
  assert.equal(connection.frames.filter((answer) => answer.code === 'invalid_json').length, texts.length);
});

test('a subscribe that names an empty list of threads is answered', async (t) => {
  const connection = await raw(t, 'nobody');
  connection.send({ type: 'subscribe', id: 'none', threads: [] });
  connection.send({ type: 'ping', id: 'behind', mark: true });
  await connection.frame((answer) => answer.type === 'pong', 'the pong');
  assert.ok(connection.frames.some((answer) => answer.id === 'none'), 'an ack or an error');
});

test('bytes that are not UTF-8 in an address are not repeated in the answer', async () => {
  const token = await demoToken(server.url, 'mojibake');
  for (const path of ['/ws?after=%c3%28', '/v1/runs/%ff']) {
    const request = handshake(token).toString().replace('/ws', path);
    const socket = await stranger();
    let said = Buffer.alloc(0);
    const whole = new Promise((resolve) => {
      socket.on('data', (chunk) => {
        said = Buffer.concat([said, chunk]);
        if (said.includes('}}')) resolve();
      });
    });
    socket.write(request);
    await soon(whole, `the answer to ${path}`, () => said.toString('latin1'));
    socket.destroy();
    assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(said), path);
  }
});

test("another user's thread and run answer every command exactly like missing ones", async (t) => {
  const owner = await raw(t, 'owner');
  owner.send({ type: 'user_message', id: 'go', message_id: 'm', thread_id: 'secret', content: 'tokens=100000 rate=20' });
  const { run_id: runId } = await owner.answer('go');
  for (const name of ['thief', 'spy', 'rogue']) {
    const thief = await raw(t, name, '?after=secret:0,*');
    const ask = async (threadId, run, mark) => {
      const commands = [
        { type: 'subscribe', thread_id: threadId, after: 0 },
        { type: 'history', thread_id: threadId },
        { type: 'rename_thread', thread_id: threadId, title: 'mine' },
        { type: 'delete_thread', thread_id: threadId },
        { type: 'stop', run_id: run },
      ];
      const answers = [];
      for (const [index, command] of commands.entries()) {
        thief.send({ ...command, id: `${mark}-${index}` });
        answers.push(JSON.stringify(await thief.answer(`${mark}-${index}`)).replaceAll(threadId, 'T').replaceAll(run, 'R').replaceAll(mark, 'M'));
      }
      return answers;
    };
    assert.deepEqual(await ask('secret', runId, 'real'), await ask('nothing', `${runId.slice(0, -4)}0000`, 'none'), name);
    assert.ok(!thief.frames.some((one) => one.event_id !== undefined || one.run_id !== undefined), 'nothing of the run arrived');
  }
  owner.send({ type: 'stop', id: 'stop', run_id: runId });
  await owner.frame((event) => event.type === 'agent_cancelled', 'the end of the run');
});

test('one message_id from ten tabs at once, with two contents, is one run', async (t) => {
  const tabs = [];
  for (let index = 0; index < 10; index += 1) tabs.push(await raw(t, 'hydra'));
  for (const [index, tab] of tabs.entries()) {
    tab.send({ type: 'user_message', id: 'x', message_id: 'only', thread_id: 'heads', content: `tokens=3 rate=0 ${index % 2}` });
  }
  const answers = await Promise.all(tabs.map((tab) => tab.answer('x')));
  const accepted = answers.filter((answer) => answer.type === 'ack');
  assert.equal(accepted.length, 5);
  assert.equal(new Set(accepted.map((answer) => answer.run_id)).size, 1);
  const refusals = answers.filter((answer) => answer.type === 'error').map((answer) => answer.code);
  assert.deepEqual(refusals, Array(5).fill('idempotency_conflict'));
  await tabs[0].frame((event) => terminal.has(event.type), 'the end of the run');
  assert.equal(tabs[0].frames.filter((event) => event.type === 'agent_started').length, 1);
});

test('a thread deleted while its run is active and messages arrive answers everybody, and its core goes on', async (t) => {
  // A server of its own: what this breaks would break every test behind it.
  const victim = await Server.start();
  t.after(() => victim.stop());
  const [one, two] = [await raw(t, 'wrecker', '', victim), await raw(t, 'wrecker', '', victim)];
  for (let round = 0; round < 10; round += 1) {
    const threadId = `wreck-${round}`;
    one.send({ type: 'user_message', id: `go-${round}`, message_id: `go-${round}`, thread_id: threadId, content: 'tokens=100000 rate=200' });
    assert.equal((await one.answer(`go-${round}`)).type, 'ack');
    one.send({ type: 'delete_thread', id: `delete-${round}`, thread_id: threadId });
    two.send({ type: 'user_message', id: `late-${round}`, message_id: `late-${round}`, thread_id: threadId, content: 'tokens=2 rate=0', on_active: 'queue' });
    assert.equal((await one.answer(`delete-${round}`)).type, 'ack');
    const late = await two.answer(`late-${round}`);
    assert.notEqual(late.code, 'internal');
    if (late.type === 'ack') {
      await two.frame((event) => event.run_id === late.run_id && terminal.has(event.type), 'the end of the late run');
    }
  }
  // Users have their home on either core: each core must still accept.
  for (const name of ['bystander-1', 'bystander-2', 'bystander-3', 'bystander-4', 'bystander-5', 'bystander-6']) {
    const bystander = await raw(t, name, '', victim);
    bystander.send({ type: 'user_message', id: 'hello', message_id: 'hello', content: 'tokens=1 rate=0' });
    assert.equal((await bystander.answer('hello')).type, 'ack', name);
  }
});

test('a tab that stops reading a long stream disturbs nobody, and has all of it when it reads on', async (t) => {
  const [stalled, reading] = [await raw(t, 'sleepy'), await raw(t, 'sleepy')];
  stalled.socket.pause();
  reading.send({ type: 'user_message', id: 'go', message_id: 'long', thread_id: 'long', content: 'tokens=20000 rate=0' });
  const { run_id: runId } = await reading.answer('go');
  const ended = (event) => event.run_id === runId && event.type === 'agent_completed';
  const { seq } = await reading.frame(ended, 'the end of the run');
  const other = await Person.open(server.url, 'awake');
  const { threadId, runId: otherRun } = await answered(other, 'tokens=50 rate=0');
  await other.ending(threadId, otherRun);
  other.close();

  stalled.socket.resume();
  await stalled.until(() => stalled.frames.at(-1)?.seq === seq, 'the rest of the stream');
  const events = stalled.frames.flatMap((one) => (one.type === 'batch' ? one.events : [one])).filter((one) => one.event_id !== undefined);
  let last = 0;
  for (const event of events) {
    assert.equal(event.first_seq ?? event.seq, last + 1);
    last = event.seq;
  }
});

test('a tab that asks for much and reads none of it is made to wait, not kept in memory', async (t) => {
  const asker = await raw(t, 'greedy');
  asker.send({ type: 'user_message', id: 'go', message_id: 'big', thread_id: 'big', content: 'tokens=20000 rate=0' });
  await asker.answer('go');
  await asker.frame((event) => event.type === 'agent_completed', 'the end of the run');
  const requests = 1500;
  const bytes = 64 * mebibyte;
  const token = await demoToken(server.url, 'greedy');
  const resident = residentBytes(server.pid);
  const socket = await stranger();
  socket.pause();
  const request = `GET /v1/threads/big/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  socket.write(request.repeat(requests));
  // Another user's whole chat comes after the flood on every core, so that the flood has been read.
  for (let index = 0; index < 4; index += 1) {
    const person = await Person.open(server.url, `patient-${index}`);
    const { threadId, runId } = await answered(person, 'tokens=200 rate=200');
    await person.ending(threadId, runId);
    person.close();
  }
  const growth = residentBytes(server.pid) - resident;
  socket.destroy();
  if (!isSanitized) assert.ok(growth < bytes, `resident memory grew by ${growth} bytes`);
});

test('SIGTERM amid runs, half handshakes and silent sockets ends the server with 0', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'goldenpath-abuse-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const victim = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data, '--set', 'server.drain_timeout=1s'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => victim.kill('SIGKILL'));
  const exited = once(victim, 'exit');
  let output = '';
  const listening = new Promise((resolve) => {
    for (const stream of [victim.stdout, victim.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        const match = /listening on (http:\/\/127\.0\.0\.1:(\d+))/.exec(output);
        if (match !== null) resolve(match);
      });
    }
  });
  const [, url, port] = await soon(listening, 'the server to listen', () => output);
  const connection = await RawConnection.open(url, await demoToken(url, 'last'));
  t.after(() => connection.close());
  connection.send({ type: 'user_message', id: 'go', message_id: 'm', content: 'tokens=100000 rate=20' });
  await connection.answer('go');
  for (const words of ['', 'GET /ws HTTP/1.1\r\nHost:', 'POST /v1/threads HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{']) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(words);
  }
  victim.kill('SIGTERM');
  const [code, signal] = await soon(exited, 'the server to end', () => output);
  assert.deepEqual([code, signal], [0, null], output);
});
