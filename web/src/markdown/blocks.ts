/**
 * BlockReader: cuts growing markdown into top-level blocks without reading all of it again.
 *
 * While text is appended, only the last blocks can still change (a list goes on after a blank line,
 * a paragraph becomes a table), so only text from the `unsettledBlocks`-th last block on is read
 * again. `finish` reads everything once more, so the final blocks are exactly those of the whole
 * text.
 */

import type { Token } from 'marked';
import { lex } from './sanitize.ts';

export interface Block {
  readonly raw: string;
  readonly token: Token;
}

const unsettledBlocks = 2;

export class BlockReader {
  private text = '';
  private blocks: readonly Block[] = [];

  /** The blocks of `text`. Cheap if it begins with the text of the call before. */
  update(markdown: string): readonly Block[] {
    const text = withPlainLineEnds(markdown);
    const kept = text.startsWith(this.text) ? this.blocks.slice(0, -unsettledBlocks) : [];
    const offset = kept.reduce((sum, block) => sum + block.raw.length, 0);
    this.blocks = [...kept, ...read(text.slice(offset))];
    this.text = text;
    return this.blocks;
  }

  finish(markdown: string): readonly Block[] {
    this.text = withPlainLineEnds(markdown);
    this.blocks = read(this.text);
    return this.blocks;
  }
}

/** As marked does, so that offsets in its tokens are offsets in the text. */
function withPlainLineEnds(markdown: string): string {
  return markdown.replace(/\r\n?/g, '\n');
}

/** The blank lines between blocks count to the block before them, so that the raw texts add up to the whole. */
function read(text: string): Block[] {
  const blocks: Block[] = [];
  for (const token of lex(text)) {
    const last = blocks.at(-1);
    if (token.type === 'space' && last !== undefined) {
      blocks[blocks.length - 1] = { ...last, raw: last.raw + token.raw };
    } else {
      blocks.push({ raw: token.raw, token });
    }
  }
  return blocks;
}
