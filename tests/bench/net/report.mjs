/** What was measured, as Markdown: printed, and put between the marks of docs/benchmarks.md with a chart beside it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { judge } from './goals.mjs';
import { servers } from './servers.mjs';
import { absolute, ratio } from './statistics.mjs';
import { workloads } from './workloads.mjs';

const file = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const page = file('docs/benchmarks.md');
const marks = ['<!-- bench net: what follows is written by `./dev bench net` -->', '<!-- bench net: end -->'];

const grouped = (number) => Math.round(number).toLocaleString('en');
const quartiles = ({ median, low, high }) => `${median.toFixed(2)} [${low.toFixed(2)}–${high.toFixed(2)}]`;

function table(head, rows) {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** The servers that were measured, in the order of servers.mjs. */
function measured(results, names) {
  return Object.keys(servers).filter((server) => names.some((name) => results[name].some((of) => of.has(server))));
}

function byFloor(results) {
  const names = Object.keys(results).filter((name) => !workloads[name].memory);
  const columns = measured(results, names).filter((server) => server !== 'floor');
  const rows = names.map((name) => {
    const floor = absolute(results[name], 'floor');
    const cells = columns.map((server) => {
      const of = ratio(results[name], server, 'floor');
      return of === undefined ? '–' : quartiles(of);
    });
    return [workloads[name].title, floor === undefined ? '–' : `${grouped(floor.median)} ns`, ...cells];
  });
  return table(['server CPU per message or delivery', 'raw floor', ...columns.map((server) => servers[server].title)], rows);
}

function byPeer(results) {
  const names = Object.keys(results).filter((name) => !workloads[name].memory);
  const peers = measured(results, names).filter((server) => !['floor', 'codec', 'goldenpath', 'goldenpath-http'].includes(server));
  const rows = names.flatMap((name) => {
    const cells = peers.map((peer) => ratio(results[name], 'goldenpath', peer));
    if (cells.every((of) => of === undefined)) return [];
    return [[workloads[name].title, ...cells.map((of) => (of === undefined ? '–' : quartiles(of)))]];
  });
  return table(['goldenpath, full path, by (below 1: goldenpath is cheaper)', ...peers.map((peer) => servers[peer].title)], rows);
}

function details(results) {
  const names = Object.keys(results).filter((name) => !workloads[name].memory);
  const rows = names.flatMap((name) =>
    ['goldenpath', 'goldenpath-http'].flatMap((server) => {
      const runs = results[name].filter((of) => of.has(server)).map((of) => of.get(server));
      if (runs.length === 0) return [];
      const threads = [...new Set(runs.flatMap((run) => Object.keys(run.threads)))];
      const of = (field) => absolute(results[name], server, field)?.median;
      const shares = threads.map((thread) => `${thread} ${grouped(absolute([...runs.map((run) => new Map([[server, run.threads]]))], server, thread).median)}`);
      const perFrame = of('frames') === undefined ? '–' : (of('messages') / of('frames')).toFixed(1);
      return [[workloads[name].title + (server === 'goldenpath' ? '' : ' (agent over HTTP)'), grouped(of('cpu_ns')), shares.join(', '), grouped(of('per_second')), perFrame]];
    }),
  );
  return table(['goldenpath, full path', 'ns', 'by thread', 'per second', 'events per frame'], rows);
}

function memory(results) {
  const rows = Object.keys(results)
    .filter((name) => workloads[name].memory)
    .flatMap((name) =>
      measured(results, [name]).map((server) => {
        const bytes = absolute(results[name], server, 'bytes_per_connection').median;
        const handshake = absolute(results[name], server).median / 1000;
        return [workloads[name].title, servers[server].title, `${grouped(bytes)} bytes`, `${handshake.toFixed(1)} µs`];
      }),
    );
  return table(['idle connections', 'server', 'user memory each', 'CPU per connection opened'], rows);
}

function goals(results) {
  return table(
    ['figure', 'goal', 'measured', ''],
    judge(results).map(({ title, limit, value, met }) => [title, limit, value, met ? 'met' : '**missed**']),
  );
}

function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
}

function body(report) {
  const { results, versions, blast, seconds, failures } = report;
  const most = Math.max(...Object.values(results).map((list) => list.length));
  const parts = [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}; load averages ${report.load.join(' before, ')} after; ${most} ` +
      `repetitions of ${seconds} s${Object.entries(results).filter(([, list]) => list.length < most).map(([name, list]) => `, ${list.length} of ${name}`).join('')}; medians [quartiles]. The generator alone checks ${(blast.per_second / 1e6).toFixed(1)} million events a second ` +
      `(blaster: ${(blast.generator_busy * 100).toFixed(0)} % of its processor).`,
    Object.entries(versions).map(([name, version]) => `- ${servers[name].title}: ${version}`).join('\n'),
    '![server CPU per message, floor = 1](images/bench-net.svg)',
    byFloor(results),
    byPeer(results),
    details(results),
    memory(results),
    goals(results),
  ].filter((part) => part !== '');
  if (failures.length > 0) parts.push(`Runs that were not valid and are not counted:\n\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
  return parts.join('\n\n');
}

export function printReport(report) {
  console.log(`\n${body(report)}\n`);
}

export function writeReport(report) {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = marks.map((mark) => text.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md has lost its marks: ${marks.join(' … ')}`);
  writeFileSync(page, `${text.slice(0, begin + marks[0].length)}\n\n${body(report)}\n\n${text.slice(end)}`);
  mkdirSync(file('docs/images'), { recursive: true });
  writeFileSync(file('docs/images/bench-net.svg'), chart(report.results));
  console.log('written: docs/benchmarks.md, docs/images/bench-net.svg');
}
