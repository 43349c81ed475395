/**
 * ./dev bench slow: slowhttptest in all its modes against the server, while others use it. Two
 * probes, an HTTP request and a `ping` command on a WebSocket, are sent one after the other on connections of their own. The
 * attacker and the server it attacks need processors themselves, so each mode is measured between two stretches in which
 * the same attack goes to another server, a decoy: the ratio of the p99 is what the attack does to others inside the server.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { RawConnection } from '../e2e/support/rawConnection.mjs';
import { residentBytes } from '../e2e/support/crowd.mjs';
import { demoToken } from '../e2e/support/person.mjs';
import { Server } from '../e2e/support/server.mjs';
import { load } from './machine.mjs';

const probeMilliseconds = 4;

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Runs `probe` again and again until `over`; the times it took, sorted. */
async function measure(probe, over) {
  const times = [];
  while (!over()) {
    const start = performance.now();
    await probe();
    times.push(performance.now() - start);
    await setTimeout(probeMilliseconds);
  }
  return times.toSorted((a, b) => a - b);
}

function httpProbe(server) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return () =>
    new Promise((answered, failed) => {
      request({ agent, host: '127.0.0.1', port: server.port, path: '/health/live' }, (response) => {
        response.resume();
        response.once('end', answered);
      })
        .once('error', failed)
        .end();
    });
}

async function pingProbe(server) {
  const raw = await RawConnection.open(server.url, await demoToken(server.url, 'probe'));
  let id = 0;
  return () => {
    id += 1;
    const answered = raw.frame((frame) => frame.type === 'pong' && frame.id === `p${id}`, 'the pong');
    raw.send({ type: 'ping', id: `p${id}` });
    raw.frames.length = 0;
    return answered;
  };
}

async function stretch(probes, over) {
  const [http, websocket] = await Promise.all(probes.map((probe) => measure(probe, over)));
  return { http, websocket };
}

function quiet(probes, seconds) {
  const end = performance.now() + seconds * 1000;
  return stretch(probes, () => performance.now() > end);
}

/** The probes' times while `target` is attacked, and the most memory it held. */
async function attacked(target, probes, options, seconds) {
  const url = ['-u', `${target.url}${options.at(-1)}`];
  const child = spawn('slowhttptest', [...options.slice(0, -1), ...url, '-l', String(seconds), '-v', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let over = false;
  let said = '';
  let peak = 0;
  child.stdout.on('data', (data) => (said += data));
  child.once('close', () => (over = true));
  const watch = setInterval(() => (peak = Math.max(peak, residentBytes(target.pid))), 250);
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
  const times = await stretch(probes, () => over);
  clearInterval(watch);
  return { times, peak, said };
}

/** `wanted`: a part of the names of the modes that are run. */
export async function slowAttacks(connections = 1000, seconds = 25, wanted = '') {
  const server = await Server.start({ cores: 1, settings: ['limits.commands_per_second=100000', 'limits.commands_burst=100000'] });
  const decoy = await Server.start({ cores: 1 });
  const page = await (await fetch(server.url)).text();
  const script = `/${/assets\/[\w-]+\.js/.exec(page)[0]}`;
  const common = ['-c', String(connections), '-r', String(Math.ceil(connections / 4)), '-p', '3'];
  const modes = {
    'slow headers (-H)': ['-H', '-i', '2', '-x', '24', '/'],
    'slow body (-B)': ['-B', '-i', '2', '-x', '10', '-s', '8192', '/v1/demo/session'],
    'ranges (-R)': ['-R', '-t', 'HEAD', script],
    'slow read (-X)': ['-X', '-n', '1', '-z', '32', '-w', '512', '-y', '1024', '-k', '3', script],
  };
  const probes = [httpProbe(server), await pingProbe(server)];
  await quiet(probes, 2);
  console.log(`slowhttptest, ${connections} connections, ${seconds} s a mode; load ${load()}`);
  console.log('| mode | probe | p99 beside the decoy, ms | under attack | beside the decoy | ratio | resident, MiB | available |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [name, options] of Object.entries(modes).filter(([mode]) => mode.includes(wanted))) {
    const attack = [...common, ...options];
    const { times: before } = await attacked(decoy, probes, attack, seconds);
    const { times, peak, said } = await attacked(server, probes, attack, seconds);
    const { times: after } = await attacked(decoy, probes, attack, seconds);
    const available = /service available:\s*(\w+)/.exec(said.replace(/\x1b\[[0-9;]*m/g, ''))?.[1] ?? '?';
    for (const probe of ['http', 'websocket']) {
      const [calm, hit, calmAgain] = [before, times, after].map((each) => quantile(each[probe], 0.99));
      console.log(
        `| ${name} | ${probe} | ${calm.toFixed(2)} | ${hit.toFixed(2)} | ${calmAgain.toFixed(2)} | ` +
          `${(hit / ((calm + calmAgain) / 2)).toFixed(2)} | ${(peak / 1048576).toFixed(1)} | ${available} |`,
      );
    }
  }
  console.log(`closes: ${await closeReasons(server)}`);
  await server.stop();
  await decoy.stop();
}

async function closeReasons(server) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return [...text.matchAll(/^goldenpath_net_closes_total\{.*reason="(\w+)".*\} (\d+)/gm)].map(([, reason, count]) => `${reason} ${count}`).join(', ');
}
