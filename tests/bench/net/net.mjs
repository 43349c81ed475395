/**
 * ./dev bench net [--quick] [--only WORKLOAD,…] [--servers NAME,…] [--repetitions N] [--seconds S] [--minutes M] [--no-write]: the
 * network core beside its peers. Method: docs/benchmarks.md, "The network core".
 *
 * Every measurement has a server process of its own on processor 0 and the generator on processor 1. Inside a repetition
 * the servers of a workload take turns in random order. What came is checked by the generator: a run with a wrong,
 * missing or repeated message is told and not counted.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { bin, load } from '../machine.mjs';
import { printReport, writeReport } from './report.mjs';
import { goldenpathHas, RunningServer, servers } from './servers.mjs';
import { shuffled } from './statistics.mjs';
import { workloads } from './workloads.mjs';

const run = promisify(execFile);
const generatorProcessor = availableParallelism() > 1 ? '1' : '0';
const rawFile = fileURLToPath(new URL('../../../build/bench-net.json', import.meta.url));

const began = performance.now();

const usage = `usage: ./dev bench net [OPTIONS]: the network core beside its peers

  --quick            one repetition of half a second: whether it runs, not how fast
  --only NAMES       only these workloads: ${Object.keys(workloads).join(', ')}
  --servers NAMES    only these servers: ${Object.keys(servers).join(', ')}
  --repetitions N    of each workload and server, default 5
  --seconds S        of each measurement, default 1.5
  --minutes M        no further repetition if it would last longer than that, default 24
  --no-write         print the report, leave docs/benchmarks.md as it is
  --help             this text
`;

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    repetitions: { type: 'string' },
    seconds: { type: 'string' },
    minutes: { type: 'string', default: '24' },
    'no-write': { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const repetitions = Number(options.repetitions ?? (options.quick ? 1 : 5));
const seconds = Number(options.seconds ?? (options.quick ? 0.5 : 1.5));

function chosen(list, known, what) {
  if (list === undefined) return Object.keys(known);
  const names = list.split(',');
  for (const name of names) if (known[name] === undefined) throw new Error(`there is no ${what} "${name}": ${Object.keys(known).join(', ')}`);
  return names;
}

/** One run of the generator against a server; resolves with what it measured. */
async function generate(server, running, args) {
  const given = ['--dialect', servers[server].dialect, '--port', running.port, '--agent-port', running.agentPort, '--seconds', seconds, ...args];
  if (running.secretFile !== undefined) given.push('--secret-file', running.secretFile);
  for (const pid of running.pids) given.push('--pid', pid);
  const { stdout } = await run('taskset', ['-c', generatorProcessor, bin('gp_net_load'), ...given.map(String)], { timeout: 180_000 });
  return JSON.parse(stdout);
}

async function measure(name, server) {
  const { load: args, options: told = {}, sources, extra = [] } = workloads[name];
  const running = await RunningServer.start(server, told);
  try {
    const source = sources === undefined ? [] : ['--source', sources[server] ?? sources.otherwise];
    return await generate(server, running, [...args, ...extra, ...source]);
  } finally {
    await running.stop();
  }
}

/** The generator must find what is wrong, and must be able to check more than any server sends. */
async function proveGenerator() {
  for (const fault of ['drop', 'repeat', 'change']) {
    const running = await RunningServer.start('floor', { fault });
    const found = await generate('floor', running, ['--workload', 'fan_out', '--connections', 100, '--source', 'writer']).then(
      () => false,
      (error) => String(error.stderr).includes('not valid'),
    );
    await running.stop();
    if (!found) throw new Error(`the generator did not find the fault "${fault}"`);
    console.log(`generator: finds the fault "${fault}"`);
  }
  const running = await RunningServer.start('floor');
  const blast = await generate('floor', running, ['--workload', 'blast', '--connections', 20]);
  await running.stop();
  console.log(`generator: checks ${(blast.per_second / 1e6).toFixed(2)} million events/s of the blaster, ${(blast.generator_busy * 100).toFixed(0)} % of its processor`);
  return blast;
}

function serversOf(name) {
  const { servers: asked, needs = {} } = workloads[name];
  return asked.filter((server) => {
    if (!chosen(options.servers, servers, 'server').includes(server)) return false;
    if (servers[server].available?.() === false) return false;
    return needs[server] === undefined || goldenpathHas(needs[server]);
  });
}

/** Whether another repetition would last longer than --minutes, as the ones before did. */
function isLate(done) {
  const minutes = (performance.now() - began) / 60_000;
  const late = done > 0 && minutes * (1 + 1 / done) > Number(options.minutes);
  if (late) console.log(`after ${done} repetitions ${minutes.toFixed(1)} minutes are over: no further one`);
  return late;
}

async function measureAll(names) {
  const results = Object.fromEntries(names.map((name) => [name, []]));
  const failures = [];
  const times = (name) => Math.min(repetitions, workloads[name].repetitions ?? repetitions);
  const total = names.reduce((sum, name) => sum + times(name) * serversOf(name).length, 0);
  let done = 0;
  for (let repetition = 0; repetition < repetitions && !isLate(repetition); repetition += 1) {
    for (const name of names) {
      if (repetition >= times(name)) continue;
      const measured = new Map();
      for (const server of shuffled(serversOf(name))) {
        done += 1;
        try {
          const result = await measure(name, server);
          measured.set(server, result);
          const memory = result.bytes_per_connection === undefined ? '' : `, ${result.bytes_per_connection} bytes each`;
          console.log(`[${done}/${total}] ${name} ${server}: ${result.cpu_ns.toFixed(0)} ns per ${workloads[name].unit}, ${result.per_second}/s${memory}`);
        } catch (error) {
          const problem = String(error.stderr || error.message).trim().split('\n')[0].slice(0, 300);
          failures.push(`${name} ${server}: ${problem}`);
          console.log(`[${done}/${total}] ${name} ${server}: FAILED: ${problem}`);
        }
      }
      results[name].push(measured);
    }
  }
  return { results, failures };
}

const names = chosen(options.only, workloads, 'workload');
const taking = [...new Set(names.flatMap(serversOf))];
const versions = Object.fromEntries(taking.map((name) => [name, servers[name].version()]));
for (const [name, version] of Object.entries(versions)) console.log(`${name}: ${servers[name].title}: ${version}`);
const loadBefore = load();
const blast = await proveGenerator();
const { results, failures } = await measureAll(names);
const report = { results, versions, blast, seconds, failures, load: [loadBefore, load()], minutes: (performance.now() - began) / 60_000 };
mkdirSync(fileURLToPath(new URL('../../../build', import.meta.url)), { recursive: true });
writeFileSync(rawFile, JSON.stringify({ ...report, results: Object.fromEntries(Object.entries(results).map(([name, list]) => [name, list.map((of) => Object.fromEntries(of))])) }, null, 1));
printReport(report);
console.log(`raw results: build/bench-net.json; ${report.minutes.toFixed(1)} minutes; load averages ${report.load.join(' and ')}`);
const whole = options.only === undefined && options.servers === undefined && !options.quick;
if (whole && !options['no-write']) writeReport(report);
if (failures.length > 0) process.exitCode = 1;
