/**
 * The servers of `./dev bench net`: how each is started, on one core, on a free port of loopback, with what it writes in
 * a folder that goes with it. To add one: an entry in `servers`, a dialect in dialect.cc if it speaks its own way.
 */

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bin } from '../machine.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const serverProcessor = '0';
/** Debian's: its modules are what apt-packages-bench.txt brings. */
const python = '/usr/bin/python3';

/** As many files as a program may open here. */
const openFiles = () => `${tool('sh', '-c', 'ulimit -Hn')}:`;

/** A port that is free now, below those the kernel gives to clients. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise((settled) => {
      probe.once('error', () => settled(false));
      probe.listen(port, '127.0.0.1', () => settled(true));
    });
    await new Promise((closed) => probe.close(closed));
    if (free) return port;
  }
}

function tool(command, ...args) {
  try {
    return execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
  } catch {
    return '';
  }
}

/** A certificate that signs itself: P-256, as is usual now. */
export function makeCertificate(folder) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-days', '2'], { stdio: 'ignore' });
  return { cert, key };
}

const goldenpathConfig = () => tool(bin('goldenpath'), 'config');
const known = new Map();
/** Whether this goldenpath has the setting `section.key`. */
export function goldenpathHas(setting) {
  if (!known.has('config')) known.set('config', goldenpathConfig());
  return known.get('config').includes(setting);
}

/** What would keep the generator from being many clients of a few addresses, and of one user. The rest is as it ships. */
const raisedLimits = [
  ...['server.cores=1', 'server.drain_timeout=0s', 'log.level=warning'],
  ...['limits.connections_per_user=10000', 'limits.commands_per_second=1000000', 'limits.commands_burst=1000000'],
  ...['limits.connections_per_address=0', 'limits.connect_rate_per_address=0', 'limits.handshake_rate_per_address=0'],
];

function goldenpathCommand({ port, agentPort, folder, tls, agent }) {
  writeFileSync(join(folder, 'secret'), randomBytes(48).toString('base64'));
  const settings = raisedLimits.filter((setting) => goldenpathHas(setting.split('=')[0]));
  settings.push(`auth.jwt_secret_file=${join(folder, 'secret')}`);
  if (tls) settings.push(`tls.certificate_file=${tls.cert}`, `tls.key_file=${tls.key}`);
  const spec = agent === 'http' ? `default=openai:http://127.0.0.1:${agentPort}/v1#mock` : 'default=scripted';
  const options = ['--listen', `127.0.0.1:${port}`, '--data', join(folder, 'data'), '--agent', spec];
  return [bin('goldenpath'), 'serve', ...options, ...settings.flatMap((setting) => ['--set', setting])];
}

function nginxCommand({ port, folder, deflate }) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n');
  const user = process.getuid() === 0 ? 'user root;' : '';
  const configuration = `
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
${user} daemon off; worker_processes 1; worker_rlimit_nofile 65536;
pid ${folder}/pid; error_log ${folder}/log error;
events { worker_connections 40000; }
http {
  access_log off;
${temporary}
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /sub { nchan_subscriber websocket; nchan_channel_id $arg_id; nchan_subscriber_first_message newest; }
    location = /pub { nchan_publisher websocket; nchan_channel_id $arg_id; ${deflate ? 'nchan_deflate_message_for_websocket on;' : ''} }
  }
}`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  return ['nginx', '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'log')];
}

const tlsOptions = (tls) => (tls ? ['--tls', tls.cert, tls.key] : []);
const deflateOptions = (deflate) => (deflate ? ['--deflate'] : []);
const peerOptions = ({ port, tls, deflate }) => [String(port), ...tlsOptions(tls), ...deflateOptions(deflate)];
const npmVersion = (name) => JSON.parse(readFileSync(here(`./peers/node_modules/${name}/package.json`), 'utf8')).version;

/** The command that starts uWebSockets, if GP_UWEBSOCKETS names a checkout beside one of uSockets that was built. */
function uwebsockets() {
  const tree = process.env.GP_UWEBSOCKETS;
  if (tree === undefined) return undefined;
  const output = here('../../../build/release/bin/gp_net_uwebsockets');
  if (!known.has('uwebsockets')) {
    mkdirSync(here('../../../build/release/bin'), { recursive: true });
    const include = [`-I${tree}/src`, `-I${tree}/../uSockets/src`, '-DLIBUS_USE_OPENSSL'];
    const sources = [here('./peers/uwebsockets.cc'), here('./event_text.cc'), `${tree}/../uSockets/uSockets.a`];
    const stale = !existsSync(output) || statSync(output).mtimeMs < statSync(sources[0]).mtimeMs;
    const libraries = ['-lssl', '-lcrypto', '-lz', '-lfmt', '-lpthread'];
    if (stale) execFileSync('g++', ['-std=c++20', '-O3', '-march=x86-64-v3', '-flto=auto', ...include, ...sources, ...libraries, '-o', output], { stdio: 'inherit' });
    known.set('uwebsockets', tool('git', '-C', tree, 'rev-parse', '--short', 'HEAD'));
  }
  return output;
}

/** `command` gets { port, agentPort, folder, tls, deflate, bytes }; `dialect` is the generator's. */
export const servers = {
  floor: {
    title: 'raw epoll floor',
    dialect: 'plain',
    version: () => 'tests/bench/net/floor_server.cc',
    command: ({ port, tls, deflate, fault }) => [
      ...[bin('gp_net_floor'), '--port', String(port)],
      ...(tls ? ['--tls-cert', tls.cert, '--tls-key', tls.key] : []),
      ...deflateOptions(deflate),
      ...(fault ? ['--fault', fault] : []),
    ],
  },
  codec: {
    title: 'goldenpath, codec only (ws_echo)',
    dialect: 'plain',
    version: () => 'this commit',
    command: ({ port }) => [bin('ws_echo'), '--listen', `127.0.0.1:${port}`],
  },
  goldenpath: {
    title: 'goldenpath, full path',
    dialect: 'goldenpath',
    version: () => `${tool(bin('goldenpath'), 'version').split('\n')[0]}, commit ${tool('git', '-C', here('.'), 'rev-parse', '--short', 'HEAD')}`,
    command: goldenpathCommand,
  },
  'goldenpath-http': {
    title: 'goldenpath, tokens over HTTP',
    dialect: 'goldenpath',
    agent: 'http',
    version: () => 'the same',
    command: goldenpathCommand,
  },
  nchan: {
    title: 'nginx + nchan',
    workers: 1,
    dialect: 'nchan',
    version: () => `${tool('sh', '-c', 'nginx -v 2>&1').replace('nginx version: ', '')}, nchan ${tool('dpkg-query', '-W', '-f=${Version}', 'libnginx-mod-nchan')}`,
    command: nginxCommand,
  },
  ws: {
    title: 'Node `ws`',
    dialect: 'plain',
    version: () => `ws ${npmVersion('ws')}, Node ${process.version}`,
    command: (options) => [process.execPath, here('./peers/ws.mjs'), ...peerOptions(options)],
  },
  socketio: {
    title: 'Socket.IO',
    dialect: 'socketio',
    version: () => `socket.io ${npmVersion('socket.io')}, Node ${process.version}`,
    command: (options) => [process.execPath, here('./peers/socketio.mjs'), ...peerOptions(options)],
  },
  fastapi: {
    title: 'FastAPI manager loop',
    dialect: 'plain',
    version: () => tool(python, '-c', 'import sys,fastapi,uvicorn,websockets,uvloop as u; print("FastAPI",fastapi.__version__+", uvicorn",uvicorn.__version__+", websockets",websockets.__version__+", uvloop",u.__version__+", Python",sys.version.split()[0])'),
    command: (options) => [python, here('./peers/fastapi_manager.py'), ...peerOptions(options)],
  },
  uwebsockets: {
    title: 'uWebSockets',
    dialect: 'plain',
    optional: true,
    available: () => uwebsockets() !== undefined,
    version: () => `uWebSockets ${known.get('uwebsockets')}, g++ -O3 -flto`,
    command: (options) => [uwebsockets(), ...peerOptions(options)],
  },
};

function children(pid) {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
}

async function accepts(port, child, log) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${log()}`);
    const open = await new Promise((settled) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => settled(true));
      socket.once('error', () => settled(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await setTimeout(25);
  }
  throw new Error(`the server does not listen:\n${log()}`);
}

export class RunningServer {
  static async start(name, options = {}) {
    const server = servers[name];
    const running = new RunningServer();
    running.folder = mkdtempSync(join(tmpdir(), 'goldenpath-bench-'));
    running.port = await freePort();
    running.agentPort = await freePort();
    const tls = options.tls ? makeCertificate(running.folder) : undefined;
    const command = server.command({ ...options, ...running, tls, agent: options.agent ?? server.agent });
    // Every server may open as many files as the machine allows, and runs on one processor.
    const wrapped = ['prlimit', `--nofile=${openFiles()}`, 'taskset', '-c', serverProcessor, ...command];
    let text = '';
    running.child = spawn(wrapped[0], wrapped.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    running.ended = new Promise((ended) => running.child.once('close', ended));
    for (const stream of [running.child.stdout, running.child.stderr]) stream.on('data', (data) => (text = (text + data).slice(-4000)));
    try {
      await accepts(running.port, running.child, () => text);
      while (running.pids.length <= (server.workers ?? 0)) await setTimeout(10);
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  /** With those it started itself, such as nginx's worker. */
  get pids() {
    return [this.child.pid, ...children(this.child.pid)];
  }

  get secretFile() {
    const file = join(this.folder, 'secret');
    return existsSync(file) ? file : undefined;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      const late = globalThis.setTimeout(() => this.child.kill('SIGKILL'), 5000);
      await this.ended;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
