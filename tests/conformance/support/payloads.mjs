/** Texts and pictures to compress, about 300 KB each, made from a seed. */
import { deflateRawSync } from 'node:zlib';
import { Random } from './random.mjs';

const size = 300_000;
const german = (
  'habe nun ach philosophie juristerei und medizin und leider auch theologie durchaus studiert mit heißem ' +
  'bemühn da steh ich armer tor bin so klug als wie zuvor heiße magister doktor gar ziehe schon an die zehen ' +
  'jahr herauf herab quer krumm meine schüler der nase herum sehe daß wir nichts wissen können'
).split(' ');

const makers = {
  json(random) {
    const rows = [];
    while (rows.length * 150 < size) {
      const word = () => german[random.below(german.length)];
      rows.push({ id: random.next(), name: `${word()} ${word()}`, tags: [word(), word()], score: random.below(1e6) / 1e3, active: random.below(2) === 1, text: `„${word()}“ – ${word()}` });
    }
    return JSON.stringify(rows);
  },
  html(random) {
    let text = '<!doctype html><html lang="de"><body>\n';
    while (text.length < size) {
      const words = Array.from({ length: 5 + random.below(20) }, () => german[random.below(german.length)]);
      text += `<div class="row c${random.below(9)}"><p id="p${random.next()}">${words.join(' ')}</p></div>\n`;
    }
    return `${text}</body></html>`;
  },
  faust(random) {
    let text = '';
    while (text.length < size) text += german[random.below(german.length)] + (random.below(9) === 0 ? '.\r\n' : ' ');
    return Buffer.from(text);
  },
  /** Smooth shades with noise: shrinks a little. */
  bitmap(random) {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i += 1) bytes[i] = (128 + 90 * Math.sin((i % 512) / 60) + random.below(24)) & 0xff;
    return bytes;
  },
  /** Plain objects and streams that are compressed already. */
  pdf(random) {
    const parts = [];
    for (let total = 0; total < size; ) {
      const stream = deflateRawSync(random.bytes(2000 + random.below(6000)));
      parts.push(Buffer.from(`${parts.length} 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`), stream, Buffer.from('\nendstream\nendobj\n'));
      total += stream.length + 80;
    }
    return Buffer.concat(parts);
  },
};

const made = new Map();

/** A string (cut between characters) or bytes. */
export function material(name) {
  if (!made.has(name)) {
    const whole = makers[name](new Random(name.length));
    made.set(name, typeof whole === 'string' ? [...whole] : whole);
  }
  return made.get(name);
}

/** The `size` characters or bytes after `from`, around the end, as bytes. */
export function window(name, from, size) {
  const all = material(name);
  const begin = from % all.length;
  const first = all.slice(begin, begin + size);
  const missing = size - first.length;
  if (Buffer.isBuffer(all)) return missing > 0 ? Buffer.concat([first, all.subarray(0, missing)]) : first;
  return Buffer.from((missing > 0 ? first.concat(all.slice(0, missing)) : first).join(''));
}
