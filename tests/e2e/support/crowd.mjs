/** Many users with many tabs each, and what each tab got: the frames themselves, byte for byte. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { demoToken } from './person.mjs';

/** The resident memory of a process, bytes. */
export function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

/** CPU seconds a process has used. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export async function startTokenAgent(tokens, rate) {
  const script = fileURLToPath(new URL('./tokenAgent.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(tokens), String(rate)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { spec: `default=openai:http://127.0.0.1:${String(line).trim()}/v1#mock`, close: () => child.kill('SIGTERM') };
}

/** One tab: counts, checks the order as it goes, and hashes every event frame. */
class Tab {
  events = 0;
  seq = 0;
  problems = [];
  #hash = createHash('sha256');

  constructor(url, token) {
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
    this.opened = new Promise((resolve, reject) => {
      this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, ['goldenpath.v1'], {
        headers: { Authorization: `Bearer ${token}` },
        perMessageDeflate: false,
      });
      this.socket.on('error', reject);
      this.socket.on('close', (code) => {
        this.problems.push(`closed ${code}`);
        this.resolveOver();
      });
      this.socket.on('message', (data) => this.#receive(data, resolve));
    });
  }

  get digest() {
    return this.#hash.copy().digest('hex');
  }

  #receive(data, resolveOpened) {
    const frame = JSON.parse(data);
    if (frame.type === 'welcome') return resolveOpened();
    if (frame.type === 'error' || frame.type === 'agent_error') this.problems.push(String(data));
    if (frame.seq === undefined || frame.event_id === undefined) return undefined;
    if (frame.seq !== this.seq + 1) this.problems.push(`seq ${frame.seq} after ${this.seq}`);
    this.seq = frame.seq;
    this.events += 1;
    this.#hash.update(data);
    if (frame.type.startsWith('agent_') && ['agent_completed', 'agent_error', 'agent_cancelled'].includes(frame.type)) this.resolveOver();
    return undefined;
  }
}

export class Crowd {
  users = [];

  static async gather(url, users, tabsPerUser) {
    const crowd = new Crowd();
    for (let index = 0; index < users; index += 1) {
      const token = await demoToken(url, `person-${index}`);
      const tabs = Array.from({ length: tabsPerUser }, () => new Tab(url, token));
      await Promise.all(tabs.map((tab) => tab.opened));
      crowd.users.push({ name: `person-${index}`, tabs });
    }
    return crowd;
  }

  /** Every user sends one message from the first tab; resolves when every tab has seen its run end. */
  async sendAndWait() {
    for (const { name, tabs } of this.users) {
      tabs[0].socket.send(JSON.stringify({ type: 'user_message', message_id: `m-${name}`, thread_id: `thread-${name}`, content: 'go' }));
    }
    await Promise.all(this.users.flatMap(({ tabs }) => tabs.map((tab) => tab.over)));
  }

  get tabs() {
    return this.users.flatMap(({ tabs }) => tabs);
  }

  leave() {
    for (const tab of this.tabs) tab.socket.terminate();
  }
}
