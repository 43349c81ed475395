/** Who is at the other end, and how much one of them may have: proxies, addresses, descriptors, memory. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

async function start(t, settings, options = {}) {
  const server = await Server.start({ cores: 1, settings, ...options });
  t.after(() => server.stop());
  return server;
}

/** An open connection; what it heard so far is in `heard`. */
async function dial(t, server) {
  const socket = connect({ host: '127.0.0.1', port: server.port });
  socket.heard = '';
  socket.on('data', (data) => (socket.heard += data));
  socket.on('error', () => {});
  socket.ended = new Promise((ended) => socket.once('close', ended));
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** What the server answers to these bytes, until it closes. */
async function answer(t, server, bytes) {
  const socket = await dial(t, server);
  socket.write(bytes);
  await soon(socket.ended, 'the answer', () => server.output);
  return socket.heard;
}

function demoRequest(headers = '') {
  return `POST /v1/demo/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}Content-Length: 0\r\n\r\n`;
}

async function metric(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function eventually(fact, what, server) {
  const looking = async () => {
    while (!(await fact())) await setTimeout(20);
  };
  await soon(looking(), what, () => server.output);
}

test('a demo session is for whom the PROXY header tells, not for the proxy', async (t) => {
  const server = await start(t, ['server.proxy_protocol=on', 'server.trusted_proxies=127.0.0.1']);
  const here = 'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n';
  const away = 'PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n';
  const away6 = Buffer.concat([
    Buffer.from('0d0a0d0a000d0a515549540a2121002420010db8000000000000000000000007', 'hex'),
    Buffer.from('0000000000000000000000000000000112670050', 'hex'),
  ]);
  assert.match(await answer(t, server, here + demoRequest()), /^HTTP\/1.1 200/);
  assert.match(await answer(t, server, away + demoRequest()), /^HTTP\/1.1 403/);
  assert.match(await answer(t, server, Buffer.concat([away6, Buffer.from(demoRequest())])), /^HTTP\/1.1 403/);
  assert.equal(await answer(t, server, demoRequest()), '', 'no header, no answer');
});

test('only trusted proxies may speak the PROXY protocol', async (t) => {
  const server = await start(t, ['server.proxy_protocol=on', 'server.trusted_proxies=10.0.0.0/8']);
  assert.equal(await answer(t, server, `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${demoRequest()}`), '');
});

test('X-Forwarded-For counts from trusted proxies, and only the header that is configured', async (t) => {
  const trusting = await start(t, ['server.trusted_proxies=127.0.0.1']);
  assert.match(await answer(t, trusting, demoRequest()), /^HTTP\/1.1 200/);
  assert.match(await answer(t, trusting, demoRequest('X-Forwarded-For: 127.0.0.1, 192.0.2.1\r\n')), /^HTTP\/1.1 403/);
  assert.match(await answer(t, trusting, demoRequest('Forwarded: for=192.0.2.1\r\n')), /^HTTP\/1.1 200/);
  assert.match(await answer(t, trusting, demoRequest('X-Forwarded-Proto: https\r\nOrigin: https://localhost\r\n')), /^HTTP\/1.1 200/);
  const wary = await start(t, []);
  assert.match(await answer(t, wary, demoRequest('X-Forwarded-For: 192.0.2.1\r\n')), /^HTTP\/1.1 200/);
  const modern = await start(t, ['server.trusted_proxies=127.0.0.0/8', 'server.forwarded_header=forwarded']);
  assert.match(await answer(t, modern, demoRequest('Forwarded: for="[2001:db8::1]:99"\r\n')), /^HTTP\/1.1 403/);
});

test('an address with too many connections is told so, and may come back', async (t) => {
  const server = await start(t, ['limits.connections_per_address=3']);
  const open = [await dial(t, server), await dial(t, server), await dial(t, server)];
  assert.match(await answer(t, server, 'GET /version HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1.1 429/);
  for (const socket of open) socket.destroy();
  await eventually(async () => (await fetch(`${server.url}/version`).catch(() => ({}))).status === 200, 'room', server);
  assert.ok((await metric(server, 'goldenpath_net_refused_address_full_total')) >= 1);
});

test('an address that connects too fast is told so', async (t) => {
  const server = await start(t, ['limits.connect_rate_per_address=1', 'limits.connect_burst_per_address=3']);
  const heard = [];
  for (let i = 0; i < 6; i += 1) heard.push(await answer(t, server, 'GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
  assert.match(heard[0], /^HTTP\/1.1 200/);
  assert.ok(heard.some((text) => text.startsWith('HTTP/1.1 429')));
});

test('WebSocket handshakes over the rate are refused', async (t) => {
  const server = await start(t, ['limits.handshake_rate_per_address=1', 'limits.handshake_burst_per_address=2']);
  const statuses = [];
  for (let i = 0; i < 4; i += 1) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`);
    socket.on('error', () => {});
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode);
    statuses.push(await soon(Promise.race([once(socket, 'open').then(() => 101), refused]), 'an answer'));
    socket.terminate();
  }
  assert.equal(statuses[0], 101);
  assert.ok(statuses.includes(429), statuses.join());
  assert.ok((await metric(server, 'goldenpath_net_refused_handshakes_total')) >= 1);
});

test('a server above its memory ceiling refuses newcomers', async (t) => {
  const server = await start(t, ['limits.memory_bytes=1MiB']);
  assert.match(await answer(t, server, 'GET /version HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1.1 503/);
});

/** Kilobytes of physical memory. */
async function resident(server) {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))[1]);
}

// The allocator is told to keep what is freed: what comes back comes because the server asks for it.
const isSanitized = process.env.GP_SANITIZED !== undefined && 'sanitizers keep what is freed';
test('newcomers are admitted again when memory has become free', { skip: isSanitized }, async (t) => {
  const lazy = { wrapper: ['env', 'MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1'] };
  const idle = await start(t, [], lazy);
  const ceiling = (await resident(idle)) + 40 * 1024;
  const server = await start(t, [`limits.memory_bytes=${ceiling}KiB`], lazy);
  const head = `POST /v1/demo/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${1 << 20}\r\n\r\n`;
  const crowd = [];
  for (let i = 0; i < 80; i += 1) {
    const socket = await dial(t, server);
    socket.write(head + 'x'.repeat((1 << 20) - 1));
    crowd.push(socket);
  }
  const newcomer = () => answer(t, server, 'GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await eventually(async () => (await newcomer()).startsWith('HTTP/1.1 503'), 'a refusal', server);
  for (const socket of crowd) socket.destroy();
  await eventually(async () => (await newcomer()).startsWith('HTTP/1.1 200'), 'admission', server);
  assert.ok((await resident(server)) <= ceiling);
});

// UBSan asks a pipe whether memory can be read: without descriptors it takes good objects for bad ones.
const skip = process.env.GP_SANITIZED !== undefined && 'not under UBSan';
test('a server without descriptors says so, serves who is there, and recovers', { skip }, async (t) => {
  const server = await start(t, [], { wrapper: ['prlimit', '--nofile=64:64'] });
  const first = await dial(t, server);
  const crowd = [];
  for (let i = 0; i < 80; i += 1) crowd.push(await dial(t, server));
  await eventually(() => crowd.some((socket) => socket.heard.startsWith('HTTP/1.1 503')), 'a refusal', server);
  assert.match(server.output, /cannot accept connections: Too many open files/);
  first.write('GET /version HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => first.heard.startsWith('HTTP/1.1 200'), 'an answer for who was there', server);
  for (const socket of crowd) socket.destroy();
  await eventually(async () => (await fetch(`${server.url}/version`).catch(() => ({}))).status === 200, 'recovery', server);
  assert.ok((await metric(server, 'goldenpath_net_refused_descriptors_total')) >= 1);
  assert.ok((await metric(server, 'goldenpath_net_accept_failures_total')) >= 1);
});
