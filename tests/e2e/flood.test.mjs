/**
 * Thousands of strangers connect at once: more than the server takes, or one address may open. Who was there chats on and
 * loses nothing; who is too many is told so, or reset, before anything is made for it; afterwards nothing is left of them.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { Certificates } from './support/certificates.mjs';
import { residentBytes } from './support/crowd.mjs';
import { Person, upTo } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { randomFrom, soon } from './support/until.mjs';

// The certificate is self-signed.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const isSanitized = process.env.GP_SANITIZED !== undefined;
const strangers = 4000;
const mebibyte = 1024 * 1024;
const upgrade =
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

let certificates;

before(async () => {
  certificates = await Certificates.make();
  await certificates.sign('own', 'localhost');
});

after(() => certificates?.remove());

/** What a TLS client says first. */
async function clientHello() {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connectTls({ host: '127.0.0.1', port: listener.address().port });
  client.on('error', () => undefined);
  const [accepted] = await once(listener, 'connection');
  const [hello] = await once(accepted, 'data');
  client.destroy();
  accepted.destroy();
  listener.close();
  return hello;
}

/** Looks again until the fact holds. */
async function eventually(fact, what, describe) {
  const looking = async () => {
    while (!(await fact())) await setTimeout(20);
  };
  await soon(looking(), what, describe);
}

/** The server's metrics over one connection that was there before the flood. */
class Gauge {
  constructor({ url }) {
    const { Agent, get } = url.startsWith('https') ? https : http;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.asked = 0;
    this.ask = () =>
      new Promise((resolve, reject) => {
        this.asked += 1;
        const asking = get(`${url}/metrics`, { agent: this.agent }, (response) => {
          let text = '';
          response.on('data', (data) => (text += data));
          response.on('end', () => resolve(text));
        });
        asking.on('error', reject);
      });
  }

  /** By name without its prefix, summed over the cores. */
  async read() {
    const sums = { asked: this.asked };
    for (const [, name, value] of (await this.ask()).matchAll(/^goldenpath_net_(\w+)\{[^}]*\} (\S+)$/gm)) {
      sums[name] = (sums[name] ?? 0) + Number(value);
    }
    return sums;
  }

  close() {
    this.agent.destroy();
  }
}

/** One connection; `heard` is what it was told. */
class Stranger {
  heard = '';
  isOver = false;

  constructor(port) {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.setNoDelay(true);
    this.socket.on('data', (data) => (this.heard += data.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.over = new Promise((resolve) => this.socket.once('close', resolve)).then(() => (this.isOver = true));
    this.connected = Promise.race([once(this.socket, 'connect').catch(() => undefined), this.over]);
  }

  async say(bytes) {
    await this.connected;
    if (!this.isOver) await Promise.race([new Promise((written) => this.socket.write(bytes, written)), this.over]);
  }

  leave() {
    this.socket.resetAndDestroy();
  }
}

/**
 * All at once: half of them say nothing, a quarter says `words`, and a quarter only the begin of it and resets. Resolves
 * when all have had an answer, a refusal, or are among the silent that the server has room for.
 */
async function flood(port, words, random, room) {
  const silent = [];
  const talking = [];
  const leaving = [];
  for (let index = 0; index < strangers; index += 1) {
    const stranger = new Stranger(port);
    if (index % 2 === 0) {
      silent.push(stranger);
    } else if (index % 4 === 1) {
      talking.push(stranger);
      void stranger.say(words);
    } else {
      const cut = Math.floor(random() * words.length);
      leaving.push((cut === 0 ? stranger.connected : stranger.say(words.subarray(0, cut))).then(() => stranger.leave()));
    }
  }
  const all = [...silent, ...talking];
  await soon(Promise.all(all.map(({ connected }) => connected)), 'all to connect');
  await soon(Promise.all(leaving), 'the resets');
  const isAnswered = ({ isOver, heard }) => isOver || heard !== '';
  const waiting = () => [silent.filter((each) => !isAnswered(each)).length, talking.filter((each) => !isAnswered(each)).length];
  await eventually(
    () => waiting()[0] <= room && waiting()[1] === 0,
    'the refusals',
    () => `${waiting()} of the silent and talking wait`,
  );
  return { all, silent, talking };
}

/** Chats in one thread until `isOver`; every message must be answered. */
async function chat(person, isOver) {
  let rounds = 0;
  while (rounds < 10 || !isOver()) {
    const ack = await person.client.sendMessage({ content: 'tokens=20 rate=0 still there', threadId: 'flooded' }).accepted;
    const answer = await person.ending(ack.thread_id, ack.run_id);
    assert.equal(answer.state, 'completed');
    rounds += 1;
  }
  const seqs = person.seqs('flooded');
  assert.deepEqual(seqs, upTo(seqs.length), 'no gap and no duplicate');
  return rounds;
}

function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Floods twice; `judge` gets each flood, what the metrics grew by, and who heard a refusal. */
async function endure(t, { settings, words, room, isRefusal, judge }) {
  const server = await Server.start({ cores: 2, settings });
  t.after(() => server.stop());
  const person = await Person.open(server.url, 'resident');
  t.after(() => person.close());
  const gauge = new Gauge(server);
  t.after(() => gauge.close());
  const states = [];
  person.client.on('state', ({ status }) => states.push(status));
  const random = randomFrom(20_261_123);
  const resident = [];
  const quiet = await gauge.read();
  const open = descriptors(server.pid);
  for (let round = 0; round < 2; round += 1) {
    const earlier = await gauge.read();
    let isStanding = false;
    const stand = async () => {
      try {
        return { crowd: await flood(server.port, words, random, room), now: await gauge.read() };
      } finally {
        isStanding = true;
      }
    };
    const [, { crowd, now }] = await Promise.all([chat(person, () => isStanding), stand()]);
    const grown = Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - (earlier[name] ?? 0)]));
    const refused = crowd.all.filter(({ heard }) => isRefusal(heard));
    const reset = crowd.all.filter(({ heard, isOver }) => isOver && heard === '');
    assert.ok(refused.length > 0, 'somebody heard a refusal');
    assert.ok(refused.length + reset.length >= crowd.silent.length - room, 'the silent that are too many are refused');
    await judge({ server, grown, crowd, refused });
    for (const stranger of crowd.all) stranger.leave();
    await soon(Promise.all(crowd.all.map(({ over }) => over)), 'all to leave');
    await eventually(async () => (await gauge.read()).connections <= quiet.connections, 'the server to be empty again', () => server.output);
    const back = async () => (await fetch(`${server.url}/version`).catch(() => ({}))).status === 200;
    await eventually(back, 'the server to accept again', () => server.output);
    await eventually(() => descriptors(server.pid) <= open + 1, 'the descriptors to be closed', () => `${descriptors(server.pid)}, before ${open}`);
    resident.push(residentBytes(server.pid));
  }
  await chat(person, () => true);
  assert.deepEqual(states, [], 'who was there stayed connected');
  const growth = resident[1] - resident[0];
  if (!isSanitized) assert.ok(growth < 8 * mebibyte, `resident memory grew by ${growth} bytes from one flood to the next`);
}

test('more connections than the server takes: the rest hears 503 before any work, and who was there chats on', async (t) => {
  await endure(t, {
    settings: ['limits.connections=400'],
    words: Buffer.from(upgrade),
    room: 400,
    isRefusal: (heard) => heard.startsWith('HTTP/1.1 503 '),
    judge({ grown, crowd, refused }) {
      const served = crowd.talking.filter(({ heard }) => heard.startsWith('HTTP/1.1 101 '));
      assert.ok(grown.connections_refused_total >= refused.length, 'the refusals are counted');
      assert.equal(grown.http_requests_total - grown.asked, served.length, 'no request of the refused was read');
      assert.ok(grown.connections <= 400);
    },
  });
});

test('more connections than an address may open at once: the rest hears 429, and other addresses are served', async (t) => {
  await endure(t, {
    settings: ['limits.connect_rate_per_address=100', 'limits.connect_burst_per_address=500'],
    words: Buffer.from(upgrade),
    // The burst, and what the rate grants while the flood comes in.
    room: strangers / 4,
    isRefusal: (heard) => heard.startsWith('HTTP/1.1 429 '),
    async judge({ server, grown, crowd, refused }) {
      const served = crowd.talking.filter(({ heard }) => heard.startsWith('HTTP/1.1 101 '));
      assert.ok(grown.refused_address_fast_total >= refused.length, 'the refusals are counted');
      assert.equal(grown.http_requests_total - grown.asked, served.length, 'no request of the refused was read');
      const elsewhere = http.get(`${server.url}/version`, { localAddress: '127.0.0.2', agent: false });
      const [response] = await soon(once(elsewhere, 'response'), 'an answer for another address');
      assert.equal(response.statusCode, 200);
      response.resume();
    },
  });
});

test('more TLS connections than the server takes: the rest hears an alert, without a handshake', async (t) => {
  const [certificate, key] = ['own.pem', 'own.key'].map((file) => certificates.path(file));
  await endure(t, {
    settings: ['limits.connections=400', `tls.certificate_file=${certificate}`, `tls.key_file=${key}`],
    words: await clientHello(),
    room: 400,
    // An alert of the record layer, and no hello before it.
    isRefusal: (heard) => heard.startsWith('\x15\x03'),
    judge({ grown, refused }) {
      assert.ok(grown.connections_refused_total >= refused.length, 'the refusals are counted');
      assert.equal(grown.tls_handshakes_total, 0, 'nobody got as far as a connection');
      assert.equal(grown.http_requests_total - grown.asked, 0);
    },
  });
});
