/** Frames of RFC 6455 as bytes. Any field may be wrong on purpose. */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export function opcodeOf(word) {
  const opcode = opcodes[word] ?? Number(word);
  if (!Number.isInteger(opcode) || opcode < 0 || opcode > 15) throw new Error(`what is the opcode "${word}"?`);
  return opcode;
}

/** Head of a client's frame and its masking key. */
export function head({ opcode, fin = 1, rsv = 0, size }, random) {
  const long = size > 0xffff ? 8 : size > 125 ? 2 : 0;
  const bytes = Buffer.alloc(2 + long + 4);
  bytes[0] = (fin << 7) | (rsv << 4) | opcode;
  bytes[1] = 0x80 | (long === 8 ? 127 : long === 2 ? 126 : size);
  if (long === 2) bytes.writeUInt16BE(size, 2);
  if (long === 8) bytes.writeBigUInt64BE(BigInt(size), 2);
  const key = random.bytes(4);
  key.copy(bytes, 2 + long);
  return { bytes, key };
}

/** `from`: place of the payload's first byte in its frame. */
export function mask(payload, key, from = 0) {
  const masked = Buffer.allocUnsafe(payload.length);
  for (let i = 0; i < payload.length; i += 1) masked[i] = payload[i] ^ key[(from + i) & 3];
  return masked;
}

export function frame(fields, payload, random) {
  const { bytes, key } = head({ ...fields, size: payload.length }, random);
  return Buffer.concat([bytes, mask(payload, key)]);
}

/** A message in frames of `size` bytes; a multiple of it ends with an empty frame. 0: one frame. */
export function fragments(opcode, rsv, payload, size, random) {
  if (size === 0) return [frame({ opcode, rsv }, payload, random)];
  const frames = [];
  for (let at = 0; ; at += size) {
    const last = at + size > payload.length;
    const part = payload.subarray(at, at + size);
    frames.push(
      frame({ opcode: at === 0 ? opcode : 0, rsv: at === 0 ? rsv : 0, fin: last ? 1 : 0 }, part, random),
    );
    if (last) return frames;
  }
}
