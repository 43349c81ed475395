/**
 * A WebSocket client that sends any bytes at any split and takes nothing wrong from the server.
 * `node:net` only, so nothing between the case and the wire mends anything.
 */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { FrameReader } from './frameReader.mjs';
import { Deflate, checkAnswer, readAnswer } from './deflate.mjs';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export class StrictClient {
  #socket;
  #reader = null;
  #bytes = [];
  #ended = false;
  #failure = null;
  #wake = () => {};
  deflate = null;

  static async open({ host, port, path = '/', headers = {}, offer = null, random, deadline }) {
    const client = new StrictClient();
    client.deadline = deadline;
    client.#socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    client.#socket.on('data', (bytes) => client.#arrived(bytes));
    client.#socket.on('end', () => client.#over(null));
    client.#socket.on('error', (error) => client.#over(error));
    client.#socket.on('close', () => client.#over(null));
    const key = random.bytes(16).toString('base64');
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      ...(offer === null ? [] : [`Sec-WebSocket-Extensions: ${offer}`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    client.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const { head, rest } = await client.#readHead();
    client.#judgeHead(head, key, offer);
    client.#reader = new FrameReader(client.deflate === null ? null : (bytes) => client.deflate.inflate(bytes));
    if (rest.length > 0) client.#reader.push(rest);
    for (const bytes of client.#bytes.splice(0)) client.#reader.push(bytes);
    return client;
  }

  /** Writes each piece on its own. What a closed connection no longer takes is not told: what matters is what came back. */
  async send(pieces) {
    for (const piece of pieces) {
      if (this.#ended && this.#failure !== null) return;
      // Not waiting for the peer: it may have closed, or write before it reads on.
      await Promise.race([new Promise((written) => this.#socket.write(piece, written)), this.#soon(piece.length)]);
    }
  }
  #soon(size) {
    return size < 65536 ? new Promise(setImmediate) : new Promise(() => {});
  }

  /** The next message or control frame; null when the connection has ended. */
  async next() {
    for (;;) {
      const event = await this.#reader.next();
      if (event !== null) return event;
      if (this.#failure) throw this.#failure;
      if (this.#ended) {
        if (!this.#reader.atEnd) throw new Error('the connection ended inside a frame or message');
        return null;
      }
      await this.#wait('a frame');
    }
  }

  /** Nothing comes for a while, and the connection stays open. */
  async quiet(milliseconds) {
    await new Promise((passed) => setTimeout(passed, milliseconds));
    const event = await this.#reader.next();
    if (event !== null) throw new Error(`${event.kind} came where nothing was due`);
    if (this.#ended) throw new Error('the connection ended where it should stay open');
  }

  /** The server ends the TCP connection, in good order and without another byte. */
  async ended() {
    while (!this.#ended) await this.#wait("the server's end of the TCP connection");
    if (this.#failure) throw this.#failure;
    this.#socket.end();
  }

  /** Our FIN; we still read. */
  end() {
    this.#socket.end();
  }

  reset() {
    this.#socket.resetAndDestroy();
  }

  /** The server ends the connection, in any order, but says nothing more. */
  async gone() {
    while (!this.#ended) await this.#wait("the server's end of the TCP connection");
    const event = await this.#reader.next();
    if (event !== null) throw new Error(`${event.kind} came where nothing was due`);
  }

  get compressedMessages() {
    return this.#reader.compressedMessages;
  }

  destroy() {
    this.#socket.destroy();
    this.deflate?.close();
  }

  #arrived(bytes) {
    try {
      if (this.#reader === null) this.#bytes.push(bytes);
      else this.#reader.push(bytes);
    } catch (error) {
      this.#failure ??= error;
      this.#ended = true;
    }
    this.#wake();
  }

  #over(error) {
    if (error !== null && !this.#ended) this.#failure = new Error(`the connection ended with ${error.code}`);
    this.#ended = true;
    this.#wake();
  }

  async #wait(what) {
    let timer;
    const late = new Promise((_, failed) => {
      timer = setTimeout(() => failed(new Error(`${what} did not come`)), Math.max(1, this.deadline - Date.now()));
    });
    try {
      await Promise.race([new Promise((woken) => (this.#wake = woken)), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #readHead() {
    for (;;) {
      const bytes = Buffer.concat(this.#bytes);
      const end = bytes.indexOf('\r\n\r\n');
      if (end >= 0) {
        this.#bytes = [];
        return { head: bytes.subarray(0, end).toString('latin1'), rest: bytes.subarray(end + 4) };
      }
      if (this.#failure) throw this.#failure;
      if (this.#ended) throw new Error('the connection ended inside the handshake');
      await this.#wait('the answer to the handshake');
    }
  }

  #judgeHead(head, key, offer) {
    const [status, ...lines] = head.split('\r\n');
    if (status !== 'HTTP/1.1 101 Switching Protocols') throw new Error(`the handshake was answered with ${status}`);
    const headers = {};
    for (const line of lines) {
      const [, name, value] = /^([^:\s]+): ?(.*)$/.exec(line);
      if (name.toLowerCase() in headers) throw new Error(`${name} is there twice`);
      headers[name.toLowerCase()] = value.trim();
    }
    const accept = createHash('sha1').update(key + guid).digest('base64');
    if (headers['sec-websocket-accept'] !== accept) throw new Error('Sec-WebSocket-Accept is wrong');
    if (headers.upgrade?.toLowerCase() !== 'websocket') throw new Error('Upgrade is wrong');
    if (headers.connection?.toLowerCase() !== 'upgrade') throw new Error('Connection is wrong');
    if ('sec-websocket-protocol' in headers) throw new Error('a subprotocol that was not offered');
    const extensions = headers['sec-websocket-extensions'];
    if (extensions === undefined) return;
    if (offer === null) throw new Error('an extension that was not offered');
    const answer = readAnswer(extensions);
    checkAnswer(answer, offer);
    this.deflate = new Deflate(answer);
  }
}
