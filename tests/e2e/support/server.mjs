/**
 * The real server: the binary of GP_SERVER, on a free port of loopback, with a data directory of its own.
 *
 * GP_WEB_DIR, if set, is served instead of the page built into the binary.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { soon } from './until.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const binary = resolve(root, process.env.GP_SERVER ?? 'build/release/bin/goldenpath');
const listening = /goldenpath: listening on (https?:\/\/127\.0\.0\.1:(\d+))/;

export class Server {
  #child;
  #output = '';
  #exited;
  #look;

  /**
   * Starts and waits until it listens. `data` is made, and removed by `stop`, unless given. `settings` are
   * `section.key=value`; `wrapper` is a command that executes the one after it, such as prlimit.
   */
  static async start({ data, ...options } = {}) {
    const server = new Server();
    server.ownsData = data === undefined;
    server.data = data ?? (await mkdtemp(join(tmpdir(), 'goldenpath-e2e-')));
    server.#spawn(options);
    await server.#listening();
    return server;
  }

  /** Starts one that is killed after `milliseconds`, whatever it is doing then. */
  static async startAndKill({ data, ...options }, milliseconds) {
    const server = new Server();
    server.data = data;
    server.#spawn(options);
    await setTimeout(milliseconds);
    await server.end('SIGKILL');
  }

  /** Starts one that must end by itself, and resolves with how it ended and what it said. */
  static async refused({ data, ...options }) {
    const server = new Server();
    server.data = data;
    server.#spawn(options);
    try {
      const ending = await soon(server.#exited, 'the server to refuse to start', () => server.#output);
      return { ...ending, output: server.#output };
    } finally {
      server.#child.kill('SIGKILL');
    }
  }

  get pid() {
    return this.#child.pid;
  }

  get output() {
    return this.#output;
  }

  /** How it ended, `{ code, signal }`; undefined while it runs. */
  get ending() {
    const { exitCode: code, signalCode: signal } = this.#child;
    return code === null && signal === null ? undefined : { code, signal };
  }

  /** Ends in good order. */
  async stop() {
    await this.end('SIGTERM');
    if (this.ownsData) await rm(this.data, { recursive: true, force: true });
  }

  async end(signal) {
    this.#child.kill(signal);
    await soon(this.#exited, `the server to end after ${signal}`, () => this.#output);
  }

  #spawn({ agents = [], cores, settings = [], wrapper = [] }) {
    const page = process.env.GP_WEB_DIR;
    const sets = [
      ...settings,
      ...(page === undefined ? [] : [`server.web_dir=${resolve(root, page)}`]),
      ...(cores === undefined ? [] : [`server.cores=${cores}`]),
    ];
    const options = [
      ...['--listen', '127.0.0.1:0', '--data', this.data],
      ...agents.flatMap((agent) => ['--agent', agent]),
      ...sets.flatMap((setting) => ['--set', setting]),
    ];
    const [command, ...rest] = [...wrapper, binary, 'serve', ...options];
    this.#child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    // 'close' comes when all it said has been read.
    this.#exited = new Promise((ended) => this.#child.once('close', (code, signal) => ended({ code, signal })));
    this.#exited.then(() => this.#look?.());
    const heard = (text) => {
      this.#output += text;
      this.#look?.();
    };
    this.#child.stdout.on('data', heard);
    this.#child.stderr.on('data', heard);
    this.#child.once('error', (error) => heard(`${command} cannot be started: ${error.message}\n`));
    this.#exited.then(() => this.#look?.());
  }

  async #listening() {
    const ready = new Promise((settled, failed) => {
      this.#look = () => {
        const match = listening.exec(this.#output);
        if (match !== null) settled(match);
        else if (this.ending !== undefined || this.#child.pid === undefined)
          failed(new Error(`the server ended (${JSON.stringify(this.ending)}):\n${this.#output}`));
      };
      this.#look();
    });
    const [, url, port] = await soon(ready, 'the server to listen', () => this.#output);
    this.url = url;
    this.port = Number(port);
  }
}
