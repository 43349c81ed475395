/**
 * The real server: the binary of GP_SERVER, on a free port of loopback, with a data directory of its own.
 *
 * GP_WEB_DIR, if set, is served instead of the page built into the binary.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { soon } from './until.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const binary = resolve(root, process.env.GP_SERVER ?? 'build/release/bin/goldenpath');
const listening = /goldenpath: listening on (http:\/\/127\.0\.0\.1:(\d+))/;

export class Server {
  #child;
  #output = '';
  #exited;

  /** Starts and waits until it listens. `data` is made, and removed by `stop`, unless given. */
  static async start({ agents = [], data, cores } = {}) {
    const server = new Server();
    server.ownsData = data === undefined;
    server.data = data ?? (await mkdtemp(join(tmpdir(), 'goldenpath-e2e-')));
    await server.#spawn(agents, cores);
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  get output() {
    return this.#output;
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

  async #spawn(agents, cores) {
    const page = process.env.GP_WEB_DIR;
    const settings = page === undefined ? [] : ['--set', `server.web_dir=${resolve(root, page)}`];
    const loops = cores === undefined ? [] : ['--set', `server.cores=${cores}`];
    const options = ['--listen', '127.0.0.1:0', '--data', this.data, ...agents.flatMap((agent) => ['--agent', agent])];
    this.#child = spawn(binary, ['serve', ...options, ...settings, ...loops], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = new Promise((ended) => this.#child.once('exit', ended));
    const ready = new Promise((settled, failed) => {
      const read = (chunk) => {
        this.#output += chunk;
        const match = listening.exec(this.#output);
        if (match !== null) settled(match);
      };
      this.#child.stdout.on('data', read);
      this.#child.stderr.on('data', read);
      this.#child.once('error', (error) => failed(new Error(`${binary} cannot be started: ${error.message}`)));
      this.#child.once('exit', (code, signal) =>
        failed(new Error(`the server ended (${code ?? signal}):\n${this.#output}`)),
      );
    });
    const [, url, port] = await soon(ready, 'the server to listen', () => this.#output);
    this.url = url;
    this.port = Number(port);
  }
}
