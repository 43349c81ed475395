/** Agents by hand that speak the OpenAI protocol and do what good agents do not: break off, or never end. */

import { createServer } from 'node:http';
import { once } from 'node:events';

export class HandmadeAgent {
  #server;
  requests = 0;

  /** `behave` gets the response to write to, after its head, and the number of the request from 1. */
  static async start(behave) {
    const agent = new HandmadeAgent();
    agent.#server = createServer((request, response) => {
      request.resume();
      request.once('end', () => {
        agent.requests += 1;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.flushHeaders();
        void behave(response, agent.requests);
      });
    });
    agent.#server.listen(0, '127.0.0.1');
    await once(agent.#server, 'listening');
    agent.spec = `default=openai:http://127.0.0.1:${agent.#server.address().port}/v1#mock`;
    return agent;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/** One chunk of a chat completion that says `content`, as it goes over the wire. */
export function chunk(content) {
  const choice = { index: 0, delta: { content }, finish_reason: null };
  const body = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'mock', choices: [choice] };
  return `data: ${JSON.stringify(body)}\n\n`;
}

/** Writes and waits until it has left this process. */
export function write(response, text) {
  return new Promise((written) => response.write(text, written));
}
