/**
 * An OpenAI-compatible agent as a process of its own: `tokens` chunks at `rate` a second for every request. Prints its port.
 * usage: node tokenAgent.mjs TOKENS RATE
 */

import { createServer } from 'node:http';
import { chunk } from './agents.mjs';

const [tokens, rate] = process.argv.slice(2).map(Number);
const start = performance.now();
const streams = new Set();

const finish = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'mock', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

// One clock for all streams: each gets the chunks that are due.
setInterval(() => {
  const now = performance.now() - start;
  for (const stream of streams) {
    const due = Math.min(tokens, Math.floor(((now - stream.from) * rate) / 1000));
    let text = '';
    for (; stream.sent < due; stream.sent += 1) text += chunk(`t${stream.sent} `);
    if (stream.sent === tokens) {
      stream.response.end(`${text}data: ${JSON.stringify(finish)}\n\ndata: [DONE]\n\n`);
      streams.delete(stream);
    } else if (text !== '') {
      stream.response.write(text);
    }
  }
}, 5);

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    const stream = { response, from: performance.now() - start, sent: 0 };
    streams.add(stream);
    response.on('close', () => streams.delete(stream));
  });
});
server.listen(0, '127.0.0.1', 4096, () => console.log(server.address().port));
