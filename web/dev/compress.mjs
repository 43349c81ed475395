/**
 * Puts `x.br` and `x.gz` beside every asset of the built page that they make smaller; the server gives them to browsers
 * that take them. Run by `npm run build`, so that neither the server nor its start spends time on it. The document
 * itself is a few hundred bytes and stays as it is: scanners take a compressed one for a sign of BREACH.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = new URL('../dist/assets', import.meta.url).pathname;
const leastBytes = 512;

for (const name of readdirSync(folder, { recursive: true })) {
  if (!/\.(js|css|svg|json|txt|webmanifest)$/.test(name)) continue;
  const bytes = readFileSync(join(folder, name));
  if (bytes.length < leastBytes) continue;
  const forms = {
    br: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    gz: gzipSync(bytes, { level: 9 }),
  };
  for (const [ending, form] of Object.entries(forms))
    if (form.length < bytes.length) writeFileSync(join(folder, `${name}.${ending}`), form);
}
