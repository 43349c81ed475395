/**
 * permessage-deflate of a client, as agreed on (RFC 7692). Without context takeover every message
 * stands alone; with it one stream per direction lives as long as the connection. Windows are kept
 * to exactly, so a server that looks back too far is found out.
 */
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';

const tail = Buffer.from([0, 0, 0xff, 0xff]);
const sync = constants.Z_SYNC_FLUSH;

/** `{name: value}` of a header that must be one answer for permessage-deflate. */
export function readAnswer(header) {
  const [name, ...rest] = header.split(';').map((part) => part.trim());
  if (name !== 'permessage-deflate') throw new Error(`the server answered the extension "${name}"`);
  const answer = {};
  for (const parameter of rest) {
    const [key, value = true] = parameter.split('=');
    if (key in answer) throw new Error(`${key} is there twice`);
    const flag = key === 'server_no_context_takeover' || key === 'client_no_context_takeover';
    const bits = key === 'server_max_window_bits' || key === 'client_max_window_bits';
    if (!flag && !bits) throw new Error(`unknown parameter ${key}`);
    if (flag && value !== true) throw new Error(`${key} has a value`);
    if (bits && !/^(8|9|1[0-5])$/.test(value)) throw new Error(`${key} is ${value}`);
    answer[key] = value;
  }
  return answer;
}

/** Whether the answer is one to the offer (sections 7.1.1 and 7.1.2). */
export function checkAnswer(answer, offers) {
  const fits = (offer) => {
    const parameters = offer.split(';').map((part) => part.trim());
    const offered = new Map(parameters.map((parameter) => parameter.split('=')));
    if (offered.has('server_no_context_takeover') && !answer.server_no_context_takeover) return false;
    const most = offered.get('server_max_window_bits');
    if (most && Number(answer.server_max_window_bits ?? 15) > Number(most)) return false;
    const own = answer.client_max_window_bits;
    return !own || (offered.has('client_max_window_bits') && Number(own) <= Number(offered.get('client_max_window_bits') ?? 15));
  };
  if (!offers.split(',').some(fits)) throw new Error('the answer fits no offer');
}

export class Deflate {
  #deflater = null;
  #inflater = null;

  constructor(answer) {
    this.answer = answer;
    this.serverBits = Number(answer.server_max_window_bits ?? 15);
    this.clientBits = Math.max(9, Number(answer.client_max_window_bits ?? 15));
    if (!answer.client_no_context_takeover) this.#deflater = createDeflateRaw({ windowBits: this.clientBits, level: 1 });
    if (!answer.server_no_context_takeover) this.#inflater = createInflateRaw({ windowBits: this.serverBits });
  }

  async compress(payload) {
    if (payload.length === 0) return Buffer.from([0]);
    // A window that the message fills is as good as a larger one, and faster to make.
    const needed = Math.max(9, Math.ceil(Math.log2(payload.length)) + 1);
    const options = { windowBits: Math.min(this.clientBits, needed), level: 1, memLevel: 6, finishFlush: sync };
    const bytes = this.#deflater === null ? deflateRawSync(payload, options) : await run(this.#deflater, payload);
    if (!bytes.subarray(-4).equals(tail)) throw new Error('zlib did not flush');
    return bytes.subarray(0, -4);
  }

  async inflate(payload) {
    const bytes = Buffer.concat([payload, tail]);
    if (this.#inflater !== null) return run(this.#inflater, bytes);
    // With small outputs zlib looks back into its window and nowhere else.
    const chunkSize = this.serverBits < 15 ? 64 : 16 * 1024;
    return inflateRawSync(bytes, { windowBits: this.serverBits, finishFlush: sync, chunkSize });
  }

  close() {
    this.#deflater?.close();
    this.#inflater?.close();
  }
}

function run(stream, bytes) {
  return new Promise((done, failed) => {
    const parts = [];
    const collect = (part) => parts.push(part);
    stream.on('data', collect);
    stream.once('error', failed);
    stream.write(bytes);
    stream.flush(sync, () => {
      stream.off('data', collect);
      stream.off('error', failed);
      done(Buffer.concat(parts));
    });
  });
}
