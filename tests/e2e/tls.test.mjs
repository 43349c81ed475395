/** TLS as clients meet it: the chat over wss, names, resumption, refusals, and certificates that change under way. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { setTimeout } from 'node:timers/promises';
import { Certificates } from './support/certificates.mjs';
import { Person, upTo } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

// The certificates are self-signed; who is shown which is checked by hand below.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

let certificates;
let server;

before(async () => {
  certificates = await Certificates.make();
  await certificates.sign('own', 'localhost');
  await certificates.sign('other', 'other.example');
  const files = ['own', 'other'].map((name) => [certificates.path(`${name}.pem`), certificates.path(`${name}.key`)]);
  server = await Server.start({
    settings: [
      ...[`tls.certificate_file=${files[0][0]}`, `tls.key_file=${files[0][1]}`],
      ...[`tls.more_certificates=${files[1].join(':')}`, 'tls.reload_interval=100ms'],
    ],
  });
});

after(async () => {
  await server?.stop();
  await certificates?.remove();
});

/** A TLS connection after its handshake; rejects as Node does. */
async function handshake(options = {}) {
  const socket = connectTls({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false, ...options });
  socket.on('error', () => {});
  await soon(once(socket, 'secureConnect'), 'a TLS handshake');
  return socket;
}

async function shownName(servername) {
  const socket = await handshake({ servername });
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

function get(path, options = {}) {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: server.port, path, ...options }, (response) => {
      let body = '';
      response.on('data', (data) => (body += data));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

async function metric(name) {
  const { body } = await get('/metrics');
  const lines = body.split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Looks again until the fact holds. */
async function eventually(fact, what) {
  const looking = async () => {
    while (!(await fact())) await setTimeout(50);
  };
  await soon(looking(), what, () => server.output);
}

test('says where it listens, and serves the chat over wss', async () => {
  assert.match(server.url, /^https:/);
  const person = await Person.open(server.url, 'alice');
  const ack = await person.client.sendMessage({ content: 'tokens=50 rate=0 hello' }).accepted;
  await person.ending(ack.thread_id, ack.run_id);
  assert.equal(person.answer(ack.thread_id).state, 'completed');
  const seqs = person.seqs(ack.thread_id);
  assert.deepEqual(seqs, upTo(seqs.length));
  person.close();
});

test('tells browsers to stay with TLS', async () => {
  const { headers } = await get('/version');
  assert.equal(headers['strict-transport-security'], 'max-age=15552000');
});

test('shows the certificate of the name that is asked for', async () => {
  assert.equal(await shownName('localhost'), 'localhost');
  assert.equal(await shownName('other.example'), 'other.example');
  assert.equal(await shownName('nobody.example'), 'localhost');
});

test('is trusted by who trusts its certificate', async () => {
  const ca = await certificates.read('own.pem');
  const socket = await handshake({ servername: 'localhost', ca, rejectUnauthorized: true });
  assert.equal(socket.authorized, true);
  assert.equal(socket.alpnProtocol, false);
  socket.destroy();
});

test('agrees on http/1.1, or says that it cannot', async () => {
  const socket = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.destroy();
  const other = connectTls({ host: '127.0.0.1', port: server.port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
  const [error] = await soon(once(other, 'error'), 'a refusal');
  assert.match(error.code, /NO_APPLICATION_PROTOCOL/);
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`resumes sessions of ${version}`, async () => {
    const only = { minVersion: version, maxVersion: version, servername: 'localhost' };
    const first = await handshake(only);
    const session = once(first, 'session');
    first.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    first.resume();
    const ticket = first.getSession() !== undefined && version === 'TLSv1.2' ? first.getSession() : (await soon(session, 'a ticket'))[0];
    first.destroy();
    const before = await metric('goldenpath_net_tls_resumed_total');
    const second = await handshake({ ...only, session: ticket });
    assert.equal(second.isSessionReused(), true);
    assert.equal(second.getProtocol(), version);
    await eventually(async () => (await metric('goldenpath_net_tls_resumed_total')) > before, 'the count');
    second.destroy();
  });
}

test('answers plain HTTP with a plain 400', async () => {
  const response = await fetch(`http://127.0.0.1:${server.port}/`);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /https:/);
  await eventually(async () => (await metric('goldenpath_net_tls_failures_plain_http_total')) >= 1, 'the count');
});

test('outlives strangers that end handshakes in every way', async () => {
  for (const bytes of ['', '\x16', '\x16\x03\x01\x02\x00\x01', 'x'.repeat(1000), '\x16\x03\x01\xff\xff']) {
    for (const ending of ['end', 'destroy', 'resetAndDestroy']) {
      const socket = connectTcp({ host: '127.0.0.1', port: server.port });
      socket.on('error', () => {});
      const closed = new Promise((ended) => socket.once('close', ended));
      await once(socket, 'connect');
      if (bytes !== '') socket.write(Buffer.from(bytes, 'latin1'));
      socket[ending]();
      socket.resume();
      await soon(closed, 'the end');
    }
  }
  await eventually(async () => (await metric('goldenpath_net_connections')) <= 2, 'the strangers to be gone');
});

test('takes new certificates without dropping anybody, and keeps the old ones when new ones are bad', async () => {
  const person = await Person.open(server.url, 'bob');
  await certificates.sign('next', 'next.example');
  await copyFile(certificates.path('next.pem'), certificates.path('own.pem'));
  await copyFile(certificates.path('next.key'), certificates.path('own.key'));
  await eventually(async () => (await shownName('nobody.example')) === 'next.example', 'the new certificate');

  await writeFile(certificates.path('own.pem'), 'no certificate');
  await eventually(async () => (await metric('goldenpath_net_tls_reload_failures_total')) >= 1, 'the complaint');
  assert.match(server.output, /own\.pem has no certificate/);
  assert.equal(await shownName('nobody.example'), 'next.example');

  await certificates.sign('own', 'again.example');
  process.kill(server.pid, 'SIGHUP');
  await eventually(async () => (await shownName('nobody.example')) === 'again.example', 'the certificate after SIGHUP');

  const ack = await person.client.sendMessage({ content: 'tokens=5 rate=0 still here' }).accepted;
  await person.ending(ack.thread_id, ack.run_id);
  assert.equal(person.answer(ack.thread_id).state, 'completed');
  person.close();
});

test('names the file it cannot use', async () => {
  const refused = async (certificate, key) =>
    (await Server.refused({ data: server.data + '-none', settings: [`tls.certificate_file=${certificate}`, `tls.key_file=${key}`] })).output;
  assert.match(await refused('/nowhere/c.pem', certificates.path('own.key')), /cannot read the TLS certificate file \/nowhere\/c\.pem/);
  assert.match(await refused(certificates.path('other.pem'), certificates.path('own.key')), /own\.key has a key that does not belong/);
  const { output } = await Server.refused({ data: server.data + '-none', settings: ['tls.key_file=x'] });
  assert.match(output, /tls\.certificate_file and tls\.key_file belong together/);
});
