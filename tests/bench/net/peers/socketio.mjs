/** Socket.IO over WebSocket only, with a room to broadcast to. */

import { Server } from 'socket.io';
import { createServer, deflate, listen, stream } from './stream.mjs';

const server = createServer();
const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: deflate && { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
});

io.on('connection', (socket) => {
  const { query } = socket.handshake;
  switch (query.role) {
    case 'echo':
      socket.on('m', (message) => socket.emit('m', message));
      break;
    case 'sub':
      socket.join('readers');
      break;
    case 'pub':
      socket.on('m', (event) => io.to('readers').emit('m', event));
      break;
    case 'stream':
      socket.once('m', () => {
        const end = stream(query, (event) => socket.emit('m', event));
        socket.on('disconnect', end);
      });
      break;
    default:
  }
});

listen(server);
