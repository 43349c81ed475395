/**
 * permessage-deflate on the real server: connections with and without it, with a small window, with takeover, and moved
 * to another core by their first frame, all get the same events; an event that many get is compressed once.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import WebSocket from 'ws';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

const sentence = (index) => `${index} A sentence that says much the same as the one before, with other words at times.`;
const content = Array.from({ length: 60 }, (_, index) => sentence(index)).join(' ');
const isLast = ({ type }) => type === 'agent_completed';

/** Opens a connection; `frames` are all it gets. `perMessageDeflate` is what it offers. */
async function open(server, token, perMessageDeflate, { authenticateByFrame = false } = {}) {
  const headers = authenticateByFrame ? {} : { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/ws`, ['goldenpath.v1'], { headers, perMessageDeflate });
  const frames = [];
  const welcome = new Promise((told) => {
    socket.on('message', (data) => {
      frames.push(String(data));
      if (JSON.parse(data).type === 'welcome') told();
    });
  });
  const done = new Promise((settled, failed) => {
    socket.on('message', (data) => isLast(JSON.parse(data)) && settled());
    socket.once('close', (code) => failed(new Error(`closed with ${code}`)));
    socket.once('error', failed);
  });
  done.catch(() => undefined);
  await soon(once(socket, 'open'), 'the connection');
  if (authenticateByFrame) socket.send(JSON.stringify({ type: 'auth', token }));
  await soon(welcome, 'the welcome');
  return { socket, frames, done, extensions: socket.extensions };
}

async function metric(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^goldenpath_net_${name}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Everybody hears the same run; gives its events as one of them got them. */
async function hearARun(connections, messageId) {
  const [speaker] = connections;
  speaker.socket.send(JSON.stringify({ type: 'user_message', message_id: messageId, content: `tokens=20 rate=200 ${content}` }));
  await soon(Promise.all(connections.map(({ done }) => done)), 'everybody to hear the end of the run');
  const events = connections.map(({ frames }) => frames.filter((frame) => JSON.parse(frame).seq !== undefined && JSON.parse(frame).event_id));
  for (const heard of events) assert.deepEqual(heard, events[0]);
  return events[0];
}

test('an event that many connections get is compressed once, and all read the same', async (t) => {
  const server = await Server.start({ cores: 2 });
  t.after(() => server.stop());
  const token = await demoToken(server.url, 'ada');
  const connections = [];
  for (let index = 0; index < 6; index += 1) connections.push(await open(server, token, true));
  connections.push(await open(server, token, { serverMaxWindowBits: 9 }));
  connections.push(await open(server, token, true, { authenticateByFrame: true }));
  connections.push(await open(server, token, false));
  t.after(() => connections.forEach(({ socket }) => socket.terminate()));
  assert.match(connections[0].extensions, /permessage-deflate/);
  assert.match(connections[7].extensions, /permessage-deflate/);
  assert.equal(connections[8].extensions, '');
  assert.equal(await metric(server, 'deflate_connections_total'), 8);

  const before = await metric(server, 'deflate_messages_total');
  const events = await hearARun(connections, 'm1');
  const large = events.filter((event) => Buffer.byteLength(event) >= 512).length;
  assert.ok(large >= 2, `${large} events are large enough`);
  assert.equal((await metric(server, 'deflate_messages_total')) - before, 2 * large, 'once for each of the two windows');
  assert.equal(await metric(server, 'deflate_reused_total'), 6 * large, 'and the other connections got those bytes');
  assert.equal(await metric(server, 'inflate_messages_total'), 1, 'the message came compressed');
  const plain = await metric(server, 'deflate_plain_bytes_total');
  const compressed = await metric(server, 'deflate_compressed_bytes_total');
  assert.ok(compressed < plain / 2, `${plain} bytes became ${compressed}`);
});

test('with context takeover small events shrink too', async (t) => {
  const server = await Server.start({ settings: ['websocket.context_takeover=on'] });
  t.after(() => server.stop());
  const token = await demoToken(server.url, 'ada');
  const connections = [await open(server, token, true), await open(server, token, true, { authenticateByFrame: true }), await open(server, token, false)];
  t.after(() => connections.forEach(({ socket }) => socket.terminate()));
  const events = await hearARun(connections, 'm1');
  assert.ok((await metric(server, 'deflate_messages_total')) >= 2 * events.length);
  assert.equal(await metric(server, 'deflate_reused_total'), 0);
  const plain = await metric(server, 'deflate_plain_bytes_total');
  const compressed = await metric(server, 'deflate_compressed_bytes_total');
  assert.ok(compressed < plain / 3, `${plain} bytes became ${compressed}`);
});

test('compression is off where the settings say so, and a bomb is refused', async (t) => {
  const off = await Server.start({ settings: ['websocket.compression=off'] });
  t.after(() => off.stop());
  const plain = await open(off, await demoToken(off.url, 'ada'), true);
  t.after(() => plain.socket.terminate());
  assert.equal(plain.extensions, '');

  const server = await Server.start({ settings: ['limits.message_bytes=100KiB'] });
  t.after(() => server.stop());
  const bomber = await open(server, await demoToken(server.url, 'ada'), { threshold: 0 });
  const closed = once(bomber.socket, 'close');
  bomber.socket.send('x'.repeat(10_000_000));
  const [code] = await soon(closed, 'the close');
  assert.equal(code, 1009);
});
