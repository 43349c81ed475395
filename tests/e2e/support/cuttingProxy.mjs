/**
 * A network that can fail: a TCP proxy on loopback. `cut` resets every connection in both
 * directions without a word of HTTP or WebSocket; while `isDown`, new connections are reset as
 * well.
 */

import { createServer, connect } from 'node:net';
import { once } from 'node:events';

export class CuttingProxy {
  #server;
  #pairs = new Set();
  isDown = false;
  cuts = 0;

  /** Can be pointed at another port, of a server that was started again. */
  constructor(targetPort) {
    this.targetPort = targetPort;
  }

  static async to(targetPort) {
    const proxy = new CuttingProxy(targetPort);
    proxy.#server = createServer((client) => proxy.#accept(client));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  get connections() {
    return this.#pairs.size;
  }

  cut() {
    this.cuts += 1;
    for (const [client, upstream] of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  async close() {
    this.cut();
    await new Promise((closed) => this.#server.close(closed));
  }

  #accept(client) {
    if (this.isDown) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.targetPort, '127.0.0.1');
    const pair = [client, upstream];
    this.#pairs.add(pair);
    for (const [one, other] of [pair, pair.toReversed()]) {
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }
}
