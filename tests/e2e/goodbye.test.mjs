/**
 * Clients that say all they have to say in one breath: the token as first frame, a message, and goodbye. Half of them
 * are accepted by a core that is not their user's home; what they said is executed there as it would be here.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { Certificates } from './support/certificates.mjs';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

// The certificate is self-signed.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const people = 16;
const upgrade =
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

let certificates;
const servers = {};

before(async () => {
  certificates = await Certificates.make();
  await certificates.sign('own', 'localhost');
  const [certificate, key] = ['own.pem', 'own.key'].map((file) => certificates.path(file));
  servers.plain = await Server.start({ cores: 2 });
  servers.tls = await Server.start({ cores: 2, settings: [`tls.certificate_file=${certificate}`, `tls.key_file=${key}`] });
});

after(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  await certificates?.remove();
});

/** A masked frame, with a mask of zeros. */
function frame(payload, opcode = 1) {
  const bytes = Buffer.from(payload);
  const size = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), bytes]);
}

function command(fields) {
  return frame(JSON.stringify(fields));
}

const endings = {
  'a close frame': frame(Buffer.from([0x03, 0xe8]), 8),
  'the end of the connection': Buffer.alloc(0),
  'a frame that breaks the protocol': Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
};

/** Says everything at once and waits until the server has closed, too. */
async function sayAll(wire, token, threadId, ending) {
  const { port } = servers[wire];
  const socket = wire === 'tls' ? connectTls({ host: '127.0.0.1', port }) : connectTcp({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await soon(once(socket, wire === 'tls' ? 'secureConnect' : 'connect'), 'a connection');
  const switched = once(socket, 'data');
  socket.write(upgrade);
  const [answer] = await soon(switched, 'the handshake');
  assert.match(String(answer), /^HTTP\/1\.1 101 /);
  const message = { type: 'user_message', message_id: `m-${threadId}`, thread_id: threadId, content: 'tokens=1 rate=0' };
  socket.resume();
  socket.end(Buffer.concat([command({ type: 'auth', token }), command(message), ending]));
  await soon(closed, 'the server to close', () => servers[wire].output);
}

/** Whether the message is there: its id cannot be used again with other content. */
async function isAccepted(url, token, threadId) {
  const response = await fetch(`${url}/v1/threads/${threadId}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ message_id: `m-${threadId}`, content: 'tokens=1 rate=0 something else' }),
  });
  const answer = await response.json();
  return answer.error?.code === 'idempotency_conflict';
}

for (const wire of ['plain', 'tls']) {
  for (const [name, ending] of Object.entries(endings)) {
    // A close frame or a violation called the move to the home core off: about half of these were lost. (That the end
    // of TLS is in the same packet, too, is in net/websocket_move_test.cc.)
    test(`over ${wire}, a message right behind the token, and then ${name}, is executed`, async () => {
      const { url } = servers[wire];
      const lost = [];
      for (let index = 0; index < people; index += 1) {
        const token = await demoToken(url, `hasty-${index}`);
        const threadId = `${name.replaceAll(' ', '-')}-${index}`;
        await sayAll(wire, token, threadId, ending);
        if (!(await isAccepted(url, token, threadId))) lost.push(threadId);
      }
      assert.deepEqual(lost, []);
    });
  }
}
