/**
 * What is measured, and with whom. A workload is what the generator is told (`load`), what the server is told
 * (`options`), and which servers it can be asked of;
 * `repetitions` are at most so many. To add one: an entry here; a row of the tables follows by itself.
 */

const all = (...extra) => ['floor', ...extra, 'goldenpath', 'nchan', 'ws', 'socketio', 'fastapi', 'uwebsockets'];
const without = (names, ...left) => names.filter((name) => !left.includes(name));

const echo = (window) => ({
  load: ['--workload', 'echo', '--connections', 200, '--window', window, '--bytes', 64],
  servers: without(all('codec'), 'nchan'),
  unit: 'message',
});

const fanOut = (connections, window, ...extra) => ({
  load: ['--workload', 'fan_out', '--connections', connections, '--window', window, ...extra],
  sources: { goldenpath: 'agent', otherwise: 'writer' },
  options: { agent: 'http' },
  servers: all(),
  unit: 'delivery',
});

const streams = (rate, servers) => ({
  load: ['--workload', 'streams', '--connections', 1000, '--rate', rate],
  sources: { 'goldenpath-http': 'agent', nchan: 'writer', otherwise: 'inside' },
  servers,
  unit: 'delivery',
});

const needs = (setting) => ({ goldenpath: setting });

export const workloads = {
  'echo-1': { ...echo(1), title: 'echo, 200 connections, depth 1' },
  'echo-16': { ...echo(16), title: 'echo, 200 connections, depth 16' },
  'fan-out': { ...fanOut(1000, 1), title: 'fan-out 1 → 1,000, one in flight' },
  'fan-out-4': { ...fanOut(1000, 4), title: 'fan-out 1 → 1,000, four in flight' },
  'fan-out-5000': { ...fanOut(5000, 1), title: 'fan-out 1 → 5,000, one in flight' },
  'streams-50k': { ...streams(50, all('goldenpath-http')), title: '1,000 streams, 50,000 tokens/s' },
  'streams-200k': { ...streams(200, all()), title: '1,000 streams, 200,000 tokens/s' },
  'streams-full': { ...streams(1000, all()), title: '1,000 streams, saturated' },
  'echo-tls': {
    ...echo(1),
    title: 'echo over TLS 1.3, depth 1',
    options: { tls: true },
    extra: ['--tls'],
    servers: without(all(), 'nchan'),
    needs: needs('tls.certificate_file'),
  },
  deflate: {
    ...fanOut(1000, 1, '--bytes', 1000),
    title: 'fan-out 1 → 1,000, deflate, 1.2 kB events',
    options: { agent: 'http', deflate: true },
    extra: ['--deflate'],
    needs: needs('websocket.compression'),
  },
  idle: {
    load: ['--workload', 'idle', '--connections', 15_000],
    servers: all(),
    unit: 'connection opened',
    title: 'idle, 15,000 connections',
    memory: true,
    repetitions: 3,
  },
  'idle-tls': {
    load: ['--workload', 'idle', '--connections', 5000],
    options: { tls: true },
    extra: ['--tls'],
    servers: without(all(), 'nchan'),
    unit: 'connection opened',
    title: 'idle over TLS, 5,000 connections',
    memory: true,
    repetitions: 3,
    needs: needs('tls.certificate_file'),
  },
};
