/** npm `ws` as its manual has it: one server, a loop over `clients` to broadcast. */

import { WebSocketServer } from 'ws';
import { createServer, deflate, listen, stream } from './stream.mjs';

const server = createServer();
const perMessageDeflate = deflate && { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 };
const sockets = new WebSocketServer({ server, perMessageDeflate });
const readers = new Set();

sockets.on('connection', (socket, request) => {
  const url = new URL(request.url, 'http://localhost');
  socket.on('error', () => {});
  switch (url.pathname) {
    case '/echo':
      socket.on('message', (data, binary) => socket.send(data, { binary }));
      break;
    case '/sub':
      readers.add(socket);
      socket.on('close', () => readers.delete(socket));
      break;
    case '/pub':
      socket.on('message', (data, binary) => {
        for (const reader of readers) reader.send(data, { binary });
      });
      break;
    case '/stream':
      socket.once('message', () => {
        const end = stream(Object.fromEntries(url.searchParams), (event) => socket.send(JSON.stringify(event)));
        socket.on('close', end);
      });
      break;
    default:
  }
});

listen(server);
