/**
 * Judges every byte a server sends after its handshake, as strictly as RFC 6455 and RFC 7692 allow:
 * no mask, shortest lengths, RSV bits and opcodes, control frames, order of fragments, UTF-8, close
 * codes, nothing after the close frame. Throws at the first violation.
 */

const sendable = (code) => (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
const utf8 = new TextDecoder('utf-8', { fatal: true });
const names = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

export class FrameReader {
  #chunks = [];
  #size = 0;
  #message = null;
  closed = false;
  compressedMessages = 0;

  /** `inflate(payload)` gives a promise of bytes; null: no extension was agreed on. */
  constructor(inflate) {
    this.inflate = inflate;
  }

  push(bytes) {
    if (bytes.length > 0 && this.closed) throw new Error(`${bytes.length} bytes came after the close frame`);
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  /** Whether the bytes so far end with a whole frame, and with a whole message. */
  get atEnd() {
    return this.#size === 0 && this.#message === null;
  }

  /** The next message or control frame `{kind, payload, code?}`, or null until more has come. */
  async next() {
    for (;;) {
      const event = this.#frame();
      if (event === null) return null;
      if (event === 'fragment') continue;
      if (event.compressed) {
        this.compressedMessages += 1;
        event.payload = await this.inflate(event.payload);
      }
      if (event.kind === 'text') utf8.decode(event.payload);
      return event;
    }
  }

  #frame() {
    const start = this.#peek(2);
    if (start === null) return null;
    const [first, second] = start;
    const fin = first >> 7;
    const rsv = (first >> 4) & 7;
    const opcode = first & 15;
    if (second & 0x80) throw new Error('the server masked a frame');
    if (rsv & 3) throw new Error('RSV2 or RSV3 is set');
    let size = second & 0x7f;
    let headSize = 2;
    if (opcode >= 8) {
      if (![8, 9, 10].includes(opcode)) throw new Error(`reserved opcode ${opcode}`);
      if (!fin) throw new Error('a control frame is fragmented');
      if (size > 125) throw new Error('a control frame has more than 125 bytes');
      if (rsv) throw new Error('RSV1 on a control frame');
    } else if (opcode === 0) {
      if (this.#message === null) throw new Error('a continuation of nothing');
      if (rsv) throw new Error('RSV1 on a continuation');
    } else {
      if (opcode > 2) throw new Error(`reserved opcode ${opcode}`);
      if (this.#message !== null) throw new Error('a new message inside a fragmented one');
      if (rsv && this.inflate === null) throw new Error('RSV1, but no extension was agreed on');
    }
    if (size >= 126) {
      headSize = size === 126 ? 4 : 10;
      const head = this.#peek(headSize);
      if (head === null) return null;
      const long = size === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
      if (long < 126 || (size === 127 && long <= 0xffff)) throw new Error('a length is not in its shortest form');
      size = long;
    }
    if (this.#size < headSize + size) return null;
    const payload = this.#take(headSize + size).subarray(headSize);
    if (opcode >= 8) return this.#control(opcode, payload);
    this.#message ??= { kind: names[opcode], compressed: rsv === 4, parts: [] };
    this.#message.parts.push(payload);
    if (!fin) return 'fragment';
    const { kind, compressed, parts } = this.#message;
    this.#message = null;
    return { kind, compressed, payload: parts.length === 1 ? parts[0] : Buffer.concat(parts) };
  }

  #control(opcode, payload) {
    if (opcode !== 8) return { kind: names[opcode], payload };
    this.closed = true;
    if (this.#size > 0) throw new Error(`${this.#size} bytes came after the close frame`);
    if (payload.length === 1) throw new Error('a close frame with half a code');
    if (payload.length === 0) return { kind: 'close', code: 'none', payload };
    const code = payload.readUInt16BE(0);
    if (!sendable(code)) throw new Error(`close code ${code} must not be sent`);
    utf8.decode(payload.subarray(2));
    return { kind: 'close', code: String(code), payload: payload.subarray(2) };
  }

  #peek(size) {
    if (this.#size < size) return null;
    if (this.#chunks[0].length < size) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].subarray(0, size);
  }

  #take(size) {
    if (this.#chunks[0].length < size) this.#chunks = [Buffer.concat(this.#chunks)];
    const [first] = this.#chunks;
    this.#size -= size;
    if (first.length === size) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(size);
    return first.subarray(0, size);
  }
}
