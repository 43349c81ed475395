/**
 * 100 random cursors resumed against a thread whose run is under way, just over, and read from storage after a restart:
 * what each reader held before its cursor and what it gets then make the same transcript, with parts that interleave.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import WebSocket from 'ws';
import { HandmadeAgent, write } from './support/agents.mjs';
import { demoToken } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { randomFrom } from './support/until.mjs';

const seed = Number(process.env.GP_SEED ?? Math.floor(Math.random() * 1e6));
const cursors = 100;
const steps = 4000;

function piece(delta) {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
}

/** Thinking, text and the arguments of two tools, mixed at random; stops halfway until it may end. */
async function speak(response, random, { halfway, mayEnd }) {
  for (let step = 0; step < steps; step += 1) {
    const kind = Math.floor(random() * 4);
    const text = `${step} "ü\\n😀" `;
    if (kind === 0) await write(response, piece({ reasoning_content: text }));
    else if (kind === 1) await write(response, piece({ content: text }));
    else
      await write(
        response,
        piece({ tool_calls: [{ index: kind - 2, id: `call-${kind}`, function: { name: `tool${kind}`, arguments: step < 4 ? '' : '' + step } }] }),
      );
    if (step === steps / 2) {
      halfway();
      await mayEnd;
    }
  }
  response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`);
}

/** Frames of one thread from `after` until `enough` says so, each as it came. */
async function read(url, token, { after, epoch }, enough) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?resume=1`, ['goldenpath.v1'], {
    headers: { Authorization: `Bearer ${token}` },
    maxPayload: 0,
  });
  const frames = [];
  const done = new Promise((resolve, reject) => {
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.type === 'welcome') return;
      frames.push(frame);
      if (enough(frame)) resolve();
    });
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(frames.at(-1))}`)));
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'subscribe', id: 's', thread_id: 't', after, ...(epoch && { epoch }) }));
  await done;
  socket.removeAllListeners('close');
  socket.close();
  return frames;
}

function events(frames) {
  return frames.filter(({ seq, type }) => seq !== undefined && !['ack', 'caught_up'].includes(type));
}

/** Parts with their text and everything else, in the order in which they began; fails at a gap or a duplicate. */
function transcript(frames) {
  const items = new Map();
  let held = 0;
  const apply = ({ type, seq, first_seq: first = seq, event_id: id, payload }) => {
    assert.equal(first, held + 1, `${type} ${first}…${seq} after ${held}`);
    held = seq;
    if (payload.delta === undefined) items.set(id, JSON.stringify([type, seq, payload]));
    else {
      const part = `${type} ${payload.part_id ?? payload.tool_call_id}`;
      items.set(part, (items.get(part) ?? '') + payload.delta);
    }
  };
  for (const frame of frames) {
    if (frame.type !== 'batch') apply(frame);
    else {
      assert.equal(frame.first_seq, held + 1);
      frame.events.forEach(apply);
      assert.equal(held, frame.seq);
    }
  }
  return { held, items: [...items] };
}

test(`${cursors} random cursors end with the same transcript, whatever was folded (GP_SEED=${seed})`, async (t) => {
  const random = randomFrom(seed);
  let halfway;
  let goOn;
  const isHalfway = new Promise((resolve) => (halfway = resolve));
  const mayEnd = new Promise((resolve) => (goOn = resolve));
  const agent = await HandmadeAgent.start((response) => speak(response, random, { halfway, mayEnd }));
  t.after(() => agent.close());
  let server = await Server.start({ agents: [agent.spec] });
  t.after(() => server.stop());
  const token = await demoToken(server.url, 'ada');
  const post = (path, body) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await post('/v1/threads', { thread_id: 't' })).status, 201);
  const live = read(server.url, token, { after: 0 }, ({ type }) => type.startsWith('agent_c') || type === 'agent_error');
  assert.equal((await post('/v1/threads/t/messages', { message_id: 'm', content: 'go' })).status, 202);
  await isHalfway;

  const resumeAll = async (whole, epoch, when) => {
    const expected = transcript(whole);
    const counts = [];
    for (let index = 0; index < cursors; index += 1) {
      const before = whole.slice(0, Math.floor(random() * (whole.length + 1)));
      const after = before.at(-1)?.seq ?? 0;
      const rest = await read(server.url, token, { after, epoch }, ({ type, seq }) => type === 'caught_up' && seq >= expected.held);
      assert.equal(rest.some(({ type }) => type === 'snapshot'), false);
      assert.deepEqual(transcript([...before, ...events(rest)]), expected, `${when}, after ${after}`);
      counts.push(rest.length);
    }
    t.diagnostic(`${when}: ${expected.held} events; a reader got ${Math.max(...counts)} frames at most`);
    return Math.max(...counts);
  };

  // Under way: as much as is said, read once from the beginning by a reader that keeps what it gets.
  const head = (await (await fetch(`${server.url}/v1/threads/t`, { headers: { Authorization: `Bearer ${token}` } })).json()).last_seq;
  assert.ok(head >= 1);
  const now = await read(server.url, token, { after: 0 }, ({ type, seq }) => type === 'caught_up' && seq > steps / 2);
  const epoch = now.find(({ type }) => type === 'ack').epoch;
  await resumeAll(events(now), epoch, 'under way');

  goOn();
  const whole = events(await live);
  assert.equal(whole.at(-1).type, 'agent_completed', JSON.stringify(whole.at(-1)));
  await resumeAll(whole, epoch, 'just over');

  const { data } = server;
  await server.end('SIGTERM');
  server = await Server.start({ data, agents: [agent.spec] });
  const frames = await resumeAll(whole, epoch, 'from storage');
  // Against what was said, not against what the live reader got: on a busy machine that is folded too.
  assert.ok(frames < steps / 20, `a finished run comes folded, not in ${frames} frames`);
});
