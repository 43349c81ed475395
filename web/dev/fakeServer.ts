/**
 * A Vite plugin that puts FakeServer behind `vite preview`, so the page can be tried without the
 * binary.
 *
 * POST /fake/down cuts every socket and refuses new ones; POST /fake/up takes them again; POST
 * /fake/signout makes the tokens given out so far invalid.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { type WebSocket, WebSocketServer } from 'ws';
import { scriptedAgent } from '../../sdk/typescript/test/fake/scriptedAgent.ts';
import { FakeServer } from '../../sdk/typescript/test/fake/server.ts';

export function fakeServer(): Plugin {
  const fake = new FakeServer(() => Date.now() / 1000);
  fake.onRun = scriptedAgent(fake);
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'goldenpath.v1' });
  let up = true;
  let signIn = true;

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    '/version': (_request, response) =>
      json(response, { name: 'goldenpath', version: '1.0.0', commit: 'fake', demo: signIn }),
    '/v1/demo/session': (request, response) => {
      if (!signIn) response.statusCode = 404;
      void bodyOf(request).then(({ user = 'demo' }) => {
        const token = `token-of-${user}-${fake.tokens.size}`;
        fake.tokens.set(token, user);
        json(response, { token, user_id: user, expires_at: Date.now() / 1000 + 3600 });
      });
    },
    '/fake/down': (_request, response) => {
      up = false;
      for (const socket of sockets.clients) socket.terminate();
      json(response, {});
    },
    '/fake/up': (_request, response) => {
      up = true;
      json(response, {});
    },
    '/fake/signout': (_request, response) => {
      signIn = false;
      fake.tokens.clear();
      fake.tokens.set('secret', 'demo');
      for (const session of [...fake.sessions]) session.close(4401, 'unauthenticated');
      json(response, {});
    },
  };

  return {
    name: 'goldenpath-fake-server',
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        const route = routes[new URL(request.url ?? '/', 'http://fake').pathname];
        if (route === undefined) next();
        else route(request, response);
      });
      (server.httpServer as Server).on('upgrade', (request, socket, head) => {
        if (!up || !request.url?.startsWith('/ws')) socket.destroy();
        else sockets.handleUpgrade(request, socket, head, (client) => attach(fake, client, request));
      });
    },
  };
}

function attach(fake: FakeServer, client: WebSocket, request: IncomingMessage): void {
  const peer = {
    send: (text: string) => client.send(text),
    close: (code: number, reason: string) => client.close(code, reason),
  };
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
  const session = fake.accept(peer, `http://fake${request.url}`, protocols);
  if (session === undefined) return;
  client.on('message', (data) => session.command(JSON.parse(String(data))));
  client.on('close', () => fake.leave(session));
}

function json(response: ServerResponse, value: object): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<{ user?: string }> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text || '{}');
}
