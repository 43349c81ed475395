/** What the Node peers share: their options, the token event, and the tick that makes tokens. */

import { readFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';

/** `PORT [--tls CERTIFICATE KEY] [--deflate]` */
const [port, ...rest] = process.argv.slice(2);
const tlsAt = rest.indexOf('--tls');
export const deflate = rest.includes('--deflate');

export function createServer() {
  if (tlsAt < 0) return createPlain();
  const [cert, key] = rest.slice(tlsAt + 1, tlsAt + 3).map((file) => readFileSync(file));
  return createSecure({ cert, key });
}

export function listen(server) {
  server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 }, () => console.log('listening'));
}

/** Token `index` of a stream, as TokenText of 4 bytes has it (token_text.h). */
function eventOf(stream, index) {
  const id = (number) => `01930000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
  return {
    type: 'token',
    seq: index + 1,
    event_id: `evt_${id(index)}`,
    thread_id: `thread-${String(stream).padStart(4, '0')}`,
    run_id: `run_${id(stream)}`,
    timestamp: 1757880000.123,
    agent_name: 'default',
    payload: { part_id: 'p1', delta: ` w${String(index % 64).padStart(2, '0')}` },
  };
}

/** As in the floor server. */
const tokensPerTick = 8;
const streams = new Set();

function tick() {
  const now = performance.now();
  for (const stream of streams) {
    const due = Math.min(Math.floor(((now - stream.begun) * stream.rate) / 1000), stream.sent + tokensPerTick);
    for (; stream.sent < due; stream.sent += 1) stream.send(eventOf(stream.number, stream.sent));
  }
}

/** From now on `send` is called with every event that is due. Returns what ends it. */
export function stream(query, send) {
  const stream = { number: Number(query.stream), rate: Number(query.rate), begun: performance.now(), sent: 0, send };
  if (streams.size === 0) setInterval(tick, 1);
  streams.add(stream);
  return () => streams.delete(stream);
}
