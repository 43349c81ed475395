/** What the benches share: programs, processors, load, and what a server says of itself. */

import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A program of the preset release. */
export function bin(name) {
  return fileURLToPath(new URL(`../../build/release/bin/${name}`, import.meta.url));
}

/** All threads of the process to the processors, "0" or "0-1". */
export function pin(pid, processors) {
  try {
    execFileSync('taskset', ['-a', '-p', '-c', processors, String(pid)], { stdio: 'ignore' });
  } catch {
    console.log('# taskset is not here, or there is one processor only: not pinned');
  }
}

/** The load averages of 1, 5 and 15 minutes. */
export function load() {
  return loadavg().map((value) => value.toFixed(2)).join(' ');
}

/** The sum over all cores of a server's metric. */
export async function metric(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Asks until it is so, for two minutes. */
export async function until(fact, what) {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (await fact()) return;
    await setTimeout(100);
  }
  throw new Error(`waited in vain for ${what}`);
}
