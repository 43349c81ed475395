/**
 * Resumes of a thread of 15,000 deltas of about 5 bytes, folded and not, finished and running, beside the same frames
 * sent from memory. The threads are made here; gp_resume_bench (C++) measures and prints.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { demoToken } from '../e2e/support/person.mjs';
import { Server } from '../e2e/support/server.mjs';
import { bin, load, metric, pin, until } from './machine.mjs';

const deltas = 15_000;
/** user_message and agent_started come before them, one terminal event after. */
const lastSeq = { finished: deltas + 3, running: deltas + 2 };
/** So many threads in turn that their catch-ups do not fit the shared ones of a core (4 MiB). */
const coldThreads = 48;
const rounds = 201;
const words = 'such tide time with talk soon rain wind';
const settings = [
  'server.cores=1',
  // The reader answers no pings and asks at once.
  ...['limits.heartbeat=10m', 'limits.dead_peer=1h', 'limits.commands_per_second=1000000', 'limits.commands_burst=1000000'],
  ...['runs.active_per_user=1000', 'runs.idle_timeout=1h', 'server.drain_timeout=0s'],
];

async function call(server, token, path, body) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Makes the threads, one after the other, and resolves with their ids when their last event is stored. */
async function make(server, token, kind, count) {
  const ids = Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(3, '0')}`);
  for (const id of ids) {
    const before = await metric(server, 'goldenpath_log_events_appended_total');
    await call(server, token, `/v1/threads/${id}/messages`, {
      message_id: `m-${id}`,
      content: `tokens=${deltas} rate=0 thinking=0 tool=0 ${kind === 'running' ? 'hang=1 ' : ''}${words}`,
    });
    await until(async () => (await metric(server, 'goldenpath_log_events_appended_total')) - before >= lastSeq[kind], `${id} to be said`);
  }
  return ids;
}

/** The store folds a finished run in the background: waits until nothing more happens. */
async function settled(server) {
  let last = -1;
  await until(async () => {
    const before = last;
    last = await metric(server, 'goldenpath_log_events_folded_total');
    await setTimeout(1000);
    return last === before;
  }, 'the store to have folded');
}

export async function resume() {
  const raw = spawn(bin('gp_frame_server'), { stdio: ['ignore', 'pipe', 'inherit'] });
  const rawUrl = String((await once(raw.stdout, 'data'))[0]).trim();
  pin(raw.pid, '0');
  for (const folding of ['folded', 'unfolded']) {
    const server = await Server.start({ settings: [...settings, ...(folding === 'folded' ? [] : ['store.fold_bytes=0'])] });
    pin(server.pid, '0-1');
    const token = await demoToken(server.url, 'ada');
    // Unfolded threads are larger than what is shared: cold is all there is.
    const count = folding === 'folded' ? coldThreads : 2;
    const threads = { finished: await make(server, token, 'finished', count), running: await make(server, token, 'running', count) };
    await settled(server);
    pin(server.pid, '0');
    for (const kind of ['finished', 'running']) {
      for (const warmth of folding === 'folded' ? ['cold', 'warm'] : ['cold']) {
        const ids = warmth === 'cold' ? threads[kind] : threads[kind].slice(0, 1);
        const options = {
          name: `${folding} ${kind} ${warmth}`,
          goldenpath: server.url,
          'goldenpath-pid': server.pid,
          raw: rawUrl,
          'raw-pid': raw.pid,
          token,
          seq: lastSeq[kind],
          rounds,
        };
        const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
        execFileSync(bin('gp_resume_bench'), [...given, '--thread', ...ids], { stdio: 'inherit' });
        console.log(`# load: ${load()}`);
      }
    }
    await server.stop();
  }
  raw.kill('SIGTERM');
}
