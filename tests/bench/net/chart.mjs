/**
 * An SVG of bars: per workload, every server's CPU per message with the floor as 1, on a logarithmic scale. Its colours
 * follow the reader's scheme, light or dark; nothing is painted behind.
 */

import { servers } from './servers.mjs';
import { ratio } from './statistics.mjs';
import { workloads } from './workloads.mjs';

const left = 250;
const barWidth = 430;
const width = left + barWidth + 90;
const rowHeight = 17;
const gap = 34;
const colours = {
  codec: '#5b8def',
  goldenpath: '#e0a526',
  'goldenpath-http': '#b88a2e',
  nchan: '#4f9d69',
  ws: '#8a7fd1',
  socketio: '#c2607c',
  fastapi: '#3d9fa8',
  uwebsockets: '#7d8791',
};

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .number { font-variant-numeric: tabular-nums; }
  line { stroke: #8c959f; stroke-width: 1; }
  .floor { stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } line { stroke: #7d8590; } }
`;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('`', '');

function rowsOf(results) {
  return Object.keys(results)
    .filter((name) => !workloads[name].memory)
    .map((name) => ({
      title: workloads[name].title,
      bars: Object.keys(colours).flatMap((server) => {
        const of = ratio(results[name], server, 'floor');
        return of === undefined ? [] : [{ server, of }];
      }),
    }))
    .filter(({ bars }) => bars.length > 0);
}

export function chart(results) {
  const groups = rowsOf(results);
  const values = groups.flatMap(({ bars }) => bars.flatMap(({ of }) => [of.low, of.high]));
  const low = Math.log(Math.min(0.5, ...values) * 0.9);
  const high = Math.log(Math.max(4, ...values) * 1.1);
  const x = (value) => (left + ((Math.log(value) - low) / (high - low)) * barWidth).toFixed(1);
  const parts = [];
  let y = 44;
  for (const { title, bars } of groups) {
    parts.push(`<text class="title" x="8" y="${y}">${escaped(title)}</text>`);
    const top = y + 6;
    for (const { server, of } of bars) {
      y += rowHeight;
      const [from, to] = [Math.min(x(1), x(of.median)), Math.max(x(1), x(of.median))];
      parts.push(`<text x="${left - 8}" y="${y + 4}" text-anchor="end">${escaped(servers[server].title)}</text>`);
      parts.push(`<rect x="${from}" y="${y - 6}" width="${Math.max(1, to - from).toFixed(1)}" height="12" rx="2" fill="${colours[server]}"/>`);
      parts.push(`<line x1="${x(of.low)}" x2="${x(of.high)}" y1="${y}" y2="${y}"/>`);
      parts.push(`<text class="number" x="${Math.max(to, Number(x(of.high))) + 6}" y="${y + 4}">${of.median.toFixed(2)}</text>`);
    }
    parts.push(`<line class="floor" x1="${x(1)}" x2="${x(1)}" y1="${top}" y2="${y + 8}"/>`);
    y += gap;
  }
  const heading = `<text class="title" x="8" y="18">Server CPU per message or delivery; raw epoll floor = 1, logarithmic, lines: quartiles</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img" aria-label="Server CPU per message, by workload and server">
<style>${style}</style>
${heading}
${parts.join('\n')}
</svg>
`;
}
