/** The figures that the network core was asked to reach, and what was measured. Ratios are of server CPU inside a repetition. */

import { absolute, ratio } from './statistics.mjs';

const toFloor = (workload, server, limit, title) => ({
  title: `${title}: CPU, floor = 1`,
  limit,
  measured: (results) => results[workload] && ratio(results[workload], server, 'floor')?.median,
  digits: 2,
});

const perPeer = (workload, title) =>
  ['uwebsockets', 'nchan', 'ws', 'socketio', 'fastapi'].map((peer) => ({
    title: `${title}: full path by ${peer}`,
    limit: 1,
    measured: (results) => results[workload] && ratio(results[workload], 'goldenpath', peer)?.median,
    digits: 2,
  }));

const each = (workload, limit, title, field, unit, divisor = 1) => ({
  title,
  limit,
  unit,
  measured: (results) => {
    const median = results[workload] && absolute(results[workload], 'goldenpath', field)?.median;
    return median === undefined ? undefined : median / divisor;
  },
  digits: field === 'cpu_ns' ? 1 : 0,
});

const goals = [
  toFloor('echo-1', 'codec', 1.06, 'codec echo, depth 1'),
  toFloor('echo-16', 'codec', 1.05, 'codec echo, depth 16'),
  toFloor('fan-out', 'goldenpath', 1.1, 'fan-out 1 → 1,000, full path'),
  toFloor('fan-out-4', 'goldenpath', 1.1, 'fan-out 1 → 1,000, four in flight, full path'),
  toFloor('fan-out-5000', 'goldenpath', 1.1, 'fan-out 1 → 5,000, full path'),
  toFloor('streams-50k', 'goldenpath', 1.08, '1,000 streams at 50k/s, full path'),
  toFloor('streams-200k', 'goldenpath', 1.08, '1,000 streams at 200k/s, full path'),
  toFloor('streams-full', 'goldenpath', 0.35, '1,000 streams saturated, full path'),
  ...perPeer('fan-out', 'fan-out, one in flight'),
  ...perPeer('fan-out-4', 'fan-out, four in flight'),
  ...perPeer('streams-50k', 'streams at 50k/s'),
  each('idle', 1024, 'user memory per idle authenticated connection', 'bytes_per_connection', 'bytes'),
  each('idle-tls', 16_384, 'the same over TLS', 'bytes_per_connection', 'bytes'),
  each('idle', 60, 'handshake with JWT', 'cpu_ns', 'µs', 1000),
];

/** `[{ title, limit, value, met }]` of what was measured. */
export function judge(results) {
  return goals.flatMap(({ title, limit, unit = '', measured, digits }) => {
    const value = measured(results);
    if (value === undefined) return [];
    const text = (number, places) => `${number.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places })} ${unit}`.trim();
    return [{ title, limit: `≤ ${text(limit, unit === '' ? 2 : 0)}`, value: text(value, digits), met: value <= limit }];
  });
}
