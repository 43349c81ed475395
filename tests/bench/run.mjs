/**
 * ./dev bench [idle|streams|append|resume|stalled|slow]: what goldenpath costs on this machine. Server on one core, this generator on the
 * other, where there are two. Prints medians over the repetitions; the method is in docs/benchmarks.md.
 */

import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { Crowd, cpuSeconds, residentBytes, startTokenAgent } from '../e2e/support/crowd.mjs';
import { demoToken } from '../e2e/support/person.mjs';
import { Server } from '../e2e/support/server.mjs';
import { bin, load, pin } from './machine.mjs';
import { resume } from './resume.mjs';
import { slowAttacks } from './slow_attacks.mjs';
import { stalled } from './stalled.mjs';

const repetitions = 3;

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** An idle authenticated WebSocket on a bare socket, so that this process can hold many. */
function idleConnection(port, token) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.once('connect', () => {
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
    });
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text.includes('"type":"welcome"')) resolve(socket);
    });
  });
}

/** Resident memory per idle authenticated connection: growth from the first 1,000 to the last, so that what is paid once is left out. */
async function idle(connections) {
  const server = await Server.start({ cores: 1 });
  pin(server.pid, '0');
  const sockets = [];
  const open = async (from, to) => {
    for (let start = from; start < to; start += 100) {
      const batch = [];
      for (let index = start; index < Math.min(to, start + 100); index += 1) {
        batch.push(demoToken(server.url, `idle-${index}`).then((token) => idleConnection(server.port, token)));
      }
      sockets.push(...(await Promise.all(batch)));
    }
  };
  await open(0, 1000);
  const before = residentBytes(server.pid);
  await open(1000, connections);
  const after = residentBytes(server.pid);
  for (const socket of sockets) socket.destroy();
  await server.stop();
  return (after - before) / (connections - 1000);
}

/** 200 users × 2 tabs, one run of 300 tokens each at 100 tokens a second. */
async function streams() {
  const agent = await startTokenAgent(300, 100);
  const server = await Server.start({ agents: [agent.spec], cores: 1 });
  pin(server.pid, '0');
  const crowd = await Crowd.gather(server.url, 200, 2);
  const cpu = cpuSeconds(server.pid);
  const from = performance.now();
  await crowd.sendAndWait();
  const seconds = (performance.now() - from) / 1000;
  const used = cpuSeconds(server.pid) - cpu;
  const events = crowd.tabs.reduce((sum, tab) => sum + tab.events, 0);
  const problems = crowd.tabs.flatMap((tab) => tab.problems);
  const resident = residentBytes(server.pid);
  crowd.leave();
  await server.stop();
  agent.close();
  if (problems.length > 0) throw new Error(`the run is not valid: ${problems.slice(0, 3).join('; ')}`);
  return { seconds, events, microseconds: (used / events) * 1e6, resident };
}

async function repeat(measure) {
  const results = [];
  for (let index = 0; index < repetitions; index += 1) results.push(await measure());
  return results;
}

const benches = {
  async idle() {
    const bytes = await repeat(() => idle(10_000));
    console.log(`idle: ${median(bytes).toFixed(0)} bytes of user memory per idle authenticated connection (${repetitions} × 10,000)`);
  },
  async streams() {
    const runs = await repeat(streams);
    const of = (field) => median(runs.map((run) => run[field]));
    console.log(
      `streams: ${of('events')} events to 400 tabs in ${of('seconds').toFixed(2)} s, ` +
        `${of('microseconds').toFixed(1)} µs of server CPU per delivered event (agent's HTTP, log and commit included), ` +
        `${(of('resident') / 1e6).toFixed(1)} MB resident`,
    );
  },
  append: () => execFileSync(bin('gp_append_bench'), { stdio: 'inherit' }),
  resume,
  stalled,
  slow: () => slowAttacks(),
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  if (benches[name] === undefined) throw new Error(`there is no bench "${name}": ${Object.keys(benches).join(', ')}`);
  console.log(`# ${name}; load before: ${load()}`);
  // The append bench is a process of its own and needs both processors.
  pin(process.pid, name === 'append' ? '0-1' : '1');
  await benches[name]();
}
