/**
 * HTTP as strangers and browsers speak it, against the real server: every route's HEAD and OPTIONS, CORS, the page's
 * compressed forms, requests that must not be understood in two ways, and peers that are slow or dead.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

const listed = 'http://app.example:3000';
const foreign = 'http://evil.example';

let server;
let token;

before(async () => {
  server = await Server.start({
    cores: 2,
    settings: [
      `server.allowed_origins=${listed}`,
      ...['limits.request_timeout=1s', 'limits.heartbeat=1s', 'limits.dead_peer=2s'],
    ],
  });
  token = await demoToken(server.url, 'alice');
});

after(() => server.stop());

/** A raw connection: what was said to us, and whether it is over. */
async function stranger() {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const said = { text: '', socket };
  socket.on('data', (data) => (said.text += data.toString('latin1')));
  socket.on('error', () => undefined);
  said.over = new Promise((closed) => socket.once('close', closed));
  return said;
}

async function lastWords(request) {
  const said = await stranger();
  said.socket.write(Buffer.from(request, 'latin1'));
  await soon(said.over, 'the server to close', () => said.text.slice(0, 400));
  return said.text;
}

/** One request on a connection of its own, without the help of a client library: status, headers, body. */
async function ask(method, path, headers = {}) {
  const lines = Object.entries({ Host: `127.0.0.1:${server.port}`, Connection: 'close', ...headers });
  const text = await lastWords(`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  const end = text.indexOf('\r\n\r\n');
  const [start, ...rest] = text.slice(0, end).split('\r\n');
  const pairs = rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]);
  const found = {};
  for (const [name, value] of pairs) found[name] = name in found ? `${found[name]}, ${value}` : value;
  return { status: Number(start.split(' ')[1]), headers: found, body: Buffer.from(text.slice(end + 4), 'latin1') };
}

async function closes(reason) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const pattern = new RegExp(`^goldenpath_net_closes_total\\{[^}]*reason="${reason}"[^}]*\\} (\\d+)`, 'gm');
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

const routes = {
  '/': 'GET, HEAD, OPTIONS',
  '/ws': 'GET, HEAD, OPTIONS',
  '/health/live': 'GET, HEAD, OPTIONS',
  '/health/ready': 'GET, HEAD, OPTIONS',
  '/metrics': 'GET, HEAD, OPTIONS',
  '/version': 'GET, HEAD, OPTIONS',
  '/v1/demo/session': 'POST, OPTIONS',
  '/v1/threads': 'GET, HEAD, POST, OPTIONS',
  '/v1/threads/none': 'GET, HEAD, PATCH, DELETE, OPTIONS',
  '/v1/threads/none/messages': 'GET, HEAD, POST, OPTIONS',
  '/v1/threads/none/events': 'GET, HEAD, OPTIONS',
  '/v1/runs/none': 'GET, HEAD, OPTIONS',
  '/v1/runs/none/stop': 'POST, OPTIONS',
};

test('OPTIONS names the methods of every route, and others are refused with them', async () => {
  for (const [path, allow] of Object.entries(routes)) {
    const options = await ask('OPTIONS', path);
    assert.equal(options.status, 204, path);
    assert.equal(options.headers.allow, allow, path);
    assert.equal(options.body.length, 0);
    for (const method of ['PUT', 'TRACE', 'CONNECT', 'get', 'oGET']) {
      const refused = await ask(method, path, { Authorization: `Bearer ${token}` });
      assert.equal(refused.status, 405, `${method} ${path}`);
      assert.equal(refused.headers.allow, allow, `${method} ${path}`);
      assert.equal(JSON.parse(refused.body).error.code, 'method_not_allowed');
    }
  }
  assert.equal((await ask('OPTIONS', '*')).headers.allow, 'GET, HEAD, POST, PATCH, DELETE, OPTIONS');
  assert.equal((await ask('OPTIONS', '/nothing')).status, 404);
});

test('HEAD is GET without its body on every route', async () => {
  const changing = new Set(['date', 'content-length']);
  for (const path of [...Object.keys(routes), '/nothing']) {
    for (const headers of [{}, { Authorization: `Bearer ${token}` }]) {
      const got = await ask('GET', path, headers);
      const head = await ask('HEAD', path, headers);
      assert.equal(head.status, got.status, path);
      assert.equal(head.body.length, 0, path);
      // The number of digits in /metrics changes between the two.
      if (path !== '/metrics') assert.equal(head.headers['content-length'], got.headers['content-length'], path);
      assert.deepEqual(Object.keys(head.headers).filter((name) => !changing.has(name)).sort(), Object.keys(got.headers).filter((name) => !changing.has(name)).sort(), path);
      assert.ok(!Number.isNaN(Date.parse(head.headers.date)), path);
    }
  }
});

test('a listed origin may call the API, and no other', async () => {
  const asking = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };
  const preflight = await ask('OPTIONS', '/v1/threads', { Origin: listed, ...asking });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], listed);
  assert.equal(preflight.headers['access-control-allow-methods'], 'GET, HEAD, POST, OPTIONS');
  assert.match(preflight.headers['access-control-allow-headers'], /Authorization/);
  assert.equal(preflight.headers['access-control-max-age'], '7200');
  assert.match(preflight.headers.vary, /Origin/);

  const refused = await ask('OPTIONS', '/v1/threads', { Origin: foreign, ...asking });
  assert.equal(refused.status, 403);
  assert.equal(refused.headers['access-control-allow-origin'], undefined);

  for (const [path, headers, status] of [
    ['/v1/threads', { Authorization: `Bearer ${token}` }, 200],
    ['/v1/threads', {}, 401],
    ['/nothing', {}, 404],
    ['/version', {}, 200],
    ['/%zz', {}, 400],
  ]) {
    const allowed = await ask('GET', path, { Origin: listed, ...headers });
    assert.equal(allowed.status, status, path);
    // A head that cannot be understood names no origin that could be believed.
    if (status !== 400) {
      assert.equal(allowed.headers['access-control-allow-origin'], listed, path);
      assert.match(allowed.headers.vary, /Origin/);
    }
    assert.equal(allowed.headers['access-control-allow-credentials'], undefined);
    const other = await ask('GET', path, { Origin: foreign, ...headers });
    assert.equal(other.status, status, path);
    assert.equal(other.headers['access-control-allow-origin'], undefined, path);
  }
});

test('the page comes compressed to who takes it, once, with what protects it', async () => {
  const page = await ask('GET', '/');
  const script = /assets\/[\w-]+\.js/.exec(page.body.toString())[0];
  assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.equal(page.headers['cache-control'], 'no-cache');

  const plain = await ask('GET', `/${script}`);
  const brotli = await ask('GET', `/${script}`, { 'Accept-Encoding': 'gzip, deflate, br, zstd' });
  const gzip = await ask('GET', `/${script}`, { 'Accept-Encoding': 'br;q=0.1, gzip' });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
  assert.deepEqual(gunzipSync(gzip.body), plain.body);
  assert.ok(brotli.body.length < plain.body.length / 3);
  for (const answer of [plain, brotli, gzip]) {
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(answer.headers.vary, /Accept-Encoding/);
    assert.match(answer.headers['content-type'], /^text\/javascript/);
  }
  assert.equal(new Set([plain, brotli, gzip].map(({ headers }) => headers.etag)).size, 3);
  // Scanners take a compressed document for a sign of BREACH.
  const document = await ask('GET', '/', { 'Accept-Encoding': 'gzip, br' });
  assert.equal(document.headers['content-encoding'], undefined);
  const again = await ask('GET', `/${script}`, { 'If-None-Match': `"x", W/${plain.headers.etag}` });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  const ranged = await ask('GET', `/${script}`, { Range: 'bytes=0-9,5-0' });
  assert.equal(ranged.status, 200);
  assert.deepEqual(ranged.body, plain.body);
});

test('what can be read in two ways is refused, and nothing behind it is read', async () => {
  const post = (headers, body = '') => `POST /v1/demo/session HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
  const next = 'GET /version HTTP/1.1\r\nHost: x\r\n\r\n';
  const tricks = [
    post('Content-Length: 6\r\nTransfer-Encoding: chunked', '0\r\n\r\nG'),
    post('Transfer-Encoding: chunked\r\nContent-Length: 4', '5c\r\n'),
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow', '0\r\n\r\n'),
    post('Transfer-Encoding: \vchunked', '0\r\n\r\n'),
    post('Transfer-Encoding : chunked', '0\r\n\r\n'),
    post('Content-Length: 5, 5', 'hello'),
    post('Content-Length: +5', 'hello'),
    post('Transfer-Encoding: chunked', '0x5\r\nhello\r\n0\r\n\r\n'),
    post('Transfer-Encoding: chunked', '5\nhello\r\n0\r\n\r\n'),
    post('X: y\n folded'),
    'GET /version HTTP/1.1\nHost: x\n\n',
    'GET http://x/version HTTP/1.1\r\nHost: y\r\n\r\n',
    '\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ];
  const before = await closes('bad_request');
  for (const trick of tricks) {
    const text = await lastWords(trick + next);
    assert.match(text, /^HTTP\/1\.1 400 /, trick);
    assert.equal(text.split('HTTP/1.1 ').length, 2, `one answer to ${JSON.stringify(trick)}:\n${text}`);
    assert.equal(JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).error.code, 'bad_request');
  }
  assert.equal(await closes('bad_request'), before + tricks.length);
});

test('a head or body that trickles is ended, one that flows is not', async () => {
  const heads = { head: 'GET / HTTP/1.1\r\nHost: x\r\n', body: 'POST /v1/demo/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n' };
  for (const [what, head] of Object.entries(heads)) {
    const said = await stranger();
    said.socket.write(head);
    const drip = setInterval(() => said.socket.write('x'), 50);
    await soon(said.over, `the ${what} to be ended`, () => said.text);
    clearInterval(drip);
    assert.match(said.text, /^HTTP\/1\.1 408 /, what);
    assert.match(said.text, /"code":"request_timeout"/);
  }
  const said = await stranger();
  const body = Buffer.from(JSON.stringify({ user: 'patient', padding: 'p'.repeat(8 * 1024) }));
  said.socket.write(`POST /v1/demo/session HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`);
  // A tenth of it every 300 ms: three times the time for a head, and more than the least rate.
  for (let part = 0; part < 10; part += 1) {
    said.socket.write(body.subarray(Math.floor((body.length * part) / 10), Math.floor((body.length * (part + 1)) / 10)));
    await new Promise((passed) => setTimeout(passed, 300));
  }
  await soon(said.over, 'the answer', () => said.text);
  assert.match(said.text, /^HTTP\/1\.1 200 /);
});

test('a reader that leaves its answers is dropped', async () => {
  const before = await closes('stalled_reader');
  const said = await stranger();
  said.socket.pause();
  const page = (await ask('GET', '/')).body.toString();
  const request = `GET /${/assets\/[\w-]+\.js/.exec(page)[0]} HTTP/1.1\r\nHost: x\r\n\r\n`;
  said.socket.write(request.repeat(100));
  while ((await closes('stalled_reader')) === before) await new Promise((passed) => setTimeout(passed, 100));
  said.socket.destroy();
});

test('a peer that leaves pings unanswered is found within two heartbeats, one that answers is kept', async () => {
  const open = async () => {
    const said = await stranger();
    said.socket.write(
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    return said;
  };
  const before = await closes('dead_peer');
  const alive = await open();
  const pongs = setInterval(() => alive.socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0])), 200);
  const dead = await open();
  await soon(dead.over, 'the dead peer to be dropped', () => dead.text);
  assert.equal(await closes('dead_peer'), before + 1);
  assert.equal(alive.socket.destroyed, false);
  clearInterval(pongs);
  alive.socket.destroy();
});
