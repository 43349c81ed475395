/** A WebSocket without the SDK, for what the SDK would never do. */

import WebSocket from 'ws';
import { Watched } from './until.mjs';

export class RawConnection extends Watched {
  frames = [];

  static async open(url, token, query = '') {
    const raw = new RawConnection();
    const headers = { Authorization: `Bearer ${token}` };
    raw.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws${query}`, ['goldenpath.v1'], { headers });
    raw.socket.on('message', (data) => {
      raw.frames.push(JSON.parse(String(data)));
      raw.changed();
    });
    raw.socket.on('error', () => undefined);
    await raw.frame((frame) => frame.type === 'welcome', 'the welcome');
    return raw;
  }

  send(command) {
    this.socket.send(JSON.stringify(command));
  }

  /** The first frame for which `matches` holds, whether it is here already or not. */
  frame(matches, what) {
    return this.until(
      () => this.frames.find(matches),
      what,
      () => JSON.stringify(this.frames.slice(-5)),
    );
  }

  answer(id) {
    return this.frame(
      (frame) => frame.id === id && (frame.type === 'ack' || frame.type === 'error'),
      `the answer to ${id}`,
    );
  }

  close() {
    this.socket.terminate();
  }
}
