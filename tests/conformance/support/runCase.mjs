/** Plays one case against a server and throws at the first thing that is not as it should be. */
import { fragments, frame, head, mask, opcodeOf } from './frames.mjs';
import { readPayload } from './caseFile.mjs';
import { window } from './payloads.mjs';
import { StrictClient } from './strictClient.mjs';

/** How a case's bytes are cut: as it says, or at random places. */
export const asWritten = 'as written';
export const atRandom = 'at random places';

const caseMilliseconds = Number(process.env.GP_CONFORMANCE_SECONDS ?? 60) * 1000;
/** Messages of a series when they are cut: each is cut anew, so a few show what there is. */
const cutSeriesMessages = 50;
/** Bytes that one `deflated` step sends at most, in whole messages, at least 4. */
const seriesBytes = Number(process.env.GP_CONFORMANCE_BYTES ?? 128 * 1024);

export async function runCase(one, server, cutting, random) {
  const play = new Play(one, cutting, random);
  try {
    await play.run(server);
  } finally {
    play.client?.destroy();
  }
}

class Play {
  #outbox = [];
  #chop = 0;
  #begun = null;
  #closeSent = false;
  client = null;

  constructor(one, cutting, random) {
    this.one = one;
    this.cutting = cutting;
    this.random = random;
  }

  async run(server) {
    const offer = this.one.steps.find((step) => step.verb === 'offer')?.words ?? null;
    const opening = StrictClient.open({ ...server, offer, random: this.random, deadline: Date.now() + caseMilliseconds });
    const refused = this.one.steps.find((step) => step.verb === 'refused');
    if (refused) return this.#refused(opening, refused.words);
    this.client = await opening;
    for (const step of this.one.steps) {
      try {
        await this.#step(step);
      } catch (error) {
        error.message = `${error.message} (${step.at}: ${step.verb} ${step.words.slice(0, 60)}; bytes cut ${this.cutting})`;
        throw error;
      }
    }
  }

  async #refused(opening, status) {
    const outcome = await opening.then(
      (client) => (client.destroy(), 'it was accepted'),
      (error) => error.message,
    );
    if (!outcome.includes(`HTTP/1.1 ${status}`)) throw new Error(`the handshake was not refused with ${status}: ${outcome}`);
  }

  async #step({ verb, words }) {
    switch (verb) {
      case 'offer':
        return;
      case 'agreed':
        if (this.client.deflate === null) throw new Error('permessage-deflate was not agreed on');
        return;
      case 'declined':
        if (this.client.deflate !== null) throw new Error('permessage-deflate was agreed on');
        return;
      case 'chop':
        this.#chop = words === 'frame' ? 'frame' : Number(words);
        return;
      case 'send':
        return this.#send(words);
      case 'message': {
        const [, kind, size, payload] = /^(\w+) fragment=(\d+) ?(.*)$/.exec(words);
        this.#outbox.push(...fragments(opcodeOf(kind), 0, readPayload(payload), Number(size), this.random));
        return;
      }
      case 'begin': {
        const [kind, size] = words.split(' ');
        const { bytes, key } = head({ opcode: opcodeOf(kind), size: Number(size) }, this.random);
        this.#begun = { key, sent: 0 };
        this.#outbox.push(bytes);
        return;
      }
      case 'bytes': {
        const payload = readPayload(words);
        this.#outbox.push(mask(payload, this.#begun.key, this.#begun.sent));
        this.#begun.sent += payload.length;
        return;
      }
      case 'close':
        this.#closeSent = true;
        return this.#send(`close u16:${words}`);
      case 'receive': {
        await this.#flush();
        const space = words.indexOf(' ');
        return this.#receive(words.slice(0, space), readPayload(words.slice(space + 1)));
      }
      case 'quiet':
        await this.#flush();
        return this.client.quiet(Number(words));
      case 'series':
        return this.#series(words);
      case 'deflated':
        return this.#deflated(words);
      case 'closed':
        await this.#flush();
        return this.#closed(words.split(','), await this.client.next());
      case 'refused': // told by run()
        return;
      case 'end':
        await this.#flush();
        return this.client.end();
      case 'reset':
        await this.#flush();
        return this.client.reset();
      case 'gone':
        await this.#flush();
        return this.client.gone();
      case 'closed-after-any': {
        await this.#flush();
        let event = await this.client.next();
        while (event !== null && event.kind !== 'close') event = await this.client.next();
        return this.#closed(words.split(','), event);
      }
      default:
        throw new Error(`what is "${verb}"?`);
    }
  }

  async #send(words) {
    const [, kind, options, rest] = /^(\w+)((?: (?:fin|rsv)=\d)*) ?(.*)$/.exec(words);
    const fields = { opcode: opcodeOf(kind) };
    for (const option of options.trim().split(' ').filter(Boolean)) fields[option.slice(0, 3)] = Number(option.slice(4));
    if (kind === 'close') this.#closeSent = true;
    this.#outbox.push(frame(fields, readPayload(rest), this.random));
  }

  async #flush() {
    const frames = this.#outbox.splice(0);
    if (frames.length > 0) await this.client.send(this.#cut(frames));
  }

  #cut(frames) {
    if (this.cutting === asWritten && this.#chop === 'frame') return frames;
    const all = frames.length === 1 ? frames[0] : Buffer.concat(frames);
    if (this.cutting === asWritten && this.#chop === 0) return [all];
    const pieces = [];
    for (let at = 0; at < all.length; ) {
      const size = this.cutting === asWritten ? this.#chop : this.#anySize(all.length);
      pieces.push(all.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }

  /** Mostly small, but at most some hundred pieces. */
  #anySize(total) {
    const most = 1 + this.random.below(1 + this.random.below(40));
    return Math.max(most, total > 20_000 ? 1 + this.random.below(total / 100) : 0);
  }

  async #receive(kind, payload) {
    const event = await this.client.next();
    if (event === null) throw new Error(`the connection ended instead of ${kind}`);
    if (event.kind !== kind) throw new Error(`${event.kind} ${event.code ?? ''} came instead of ${kind}`);
    if (!event.payload.equals(payload)) throw new Error(`${kind} came back with other bytes (${event.payload.length} for ${payload.length})`);
  }

  #seriesMessages(count) {
    return this.cutting === atRandom ? Math.min(count, cutSeriesMessages) : count;
  }

  async #series(words) {
    const [, kind, count, payload] = /^(\w+) (\d+) (.*)$/.exec(words);
    const bytes = readPayload(payload);
    for (let i = 0; i < this.#seriesMessages(Number(count)); i += 1) {
      this.#outbox.push(frame({ opcode: opcodeOf(kind) }, bytes, this.random));
      await this.#flush();
      await this.#receive(kind, bytes);
    }
  }

  /** `text json 4096 256 1000`: kind, material, size, fragment, count. */
  async #deflated(words) {
    const [kind, name, size, fragment, most] = words.split(' ');
    const count = this.#seriesMessages(Math.min(Number(most), Math.max(4, Math.floor(seriesBytes / Number(size)))));
    for (let i = 0; i < count; i += 1) {
      const payload = window(name, i * Number(size), Number(size));
      const compressed = await this.client.deflate.compress(payload);
      this.#outbox.push(...fragments(opcodeOf(kind), 4, compressed, Number(fragment), this.random));
      await this.#flush();
      await this.#receive(kind, payload);
    }
    if (Number(size) >= 1024 && name !== 'pdf' && this.client.compressedMessages === 0)
      throw new Error('nothing came back compressed');
  }

  /** The closing handshake in its order, and the server first to end the TCP connection. */
  async #closed(codes, event) {
    if (event === null) throw new Error('the connection ended without a close frame');
    if (event.kind !== 'close') throw new Error(`${event.kind} came instead of the close frame`);
    if (!codes.includes(event.code)) throw new Error(`the close code is ${event.code}, not ${codes.join(' or ')}`);
    if (!this.#closeSent) await this.client.send([frame({ opcode: 8 }, readPayload(`u16:${event.code === 'none' ? 1000 : event.code}`), this.random)]);
    await this.client.ended();
  }
}
