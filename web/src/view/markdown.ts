/**
 * MarkdownView: markdown as it is written. Blocks that are finished are rendered once and never touched again.
 *
 * The last block of unfinished text is repaired (repair.ts) and rendered anew whenever it changes.
 */

import type { Token, Tokens } from 'marked';
import { type Block, BlockReader } from '../markdown/blocks.ts';
import { repair } from '../markdown/repair.ts';
import { lex, toFragment } from '../markdown/sanitize.ts';
import { CodeBlock } from './codeBlock.ts';
import { element } from './dom.ts';

interface Rendered {
  readonly element: HTMLElement;
  source: string;
  code: CodeBlock | undefined;
}

export class MarkdownView {
  readonly element = element('div', { class: 'markdown' });
  private readonly reader = new BlockReader();
  private rendered: Rendered[] = [];
  private shown = '';
  private done = false;

  update(text: string, done: boolean): void {
    if (text === this.shown && done === this.done) return;
    this.shown = text;
    this.done = done;
    this.element.classList.toggle('is-streaming', !done);
    const blocks = done ? this.reader.finish(text) : this.reader.update(text);
    blocks.forEach((block, index) => this.render(index, block, !done && index === blocks.length - 1));
    for (const extra of this.rendered.splice(blocks.length)) extra.element.remove();
  }

  private render(index: number, block: Block, unfinished: boolean): void {
    const source = unfinished ? repair(block.raw) : block.raw;
    const rendered = this.rendered[index] ?? this.add();
    if (rendered.source === source) return;
    rendered.source = source;
    const tokens = source === block.raw ? [block.token] : lex(source);
    const only = tokens.length === 1 ? tokens[0] : undefined;
    if (only !== undefined && isCode(only)) showCode(rendered, only);
    else showMarkup(rendered, tokens);
  }

  private add(): Rendered {
    const rendered = { element: element('div', { class: 'block' }), source: '', code: undefined };
    this.rendered.push(rendered);
    this.element.append(rendered.element);
    return rendered;
  }
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === 'code';
}

function showCode(rendered: Rendered, token: Tokens.Code): void {
  if (rendered.code === undefined) {
    rendered.code = new CodeBlock();
    rendered.element.replaceChildren(rendered.code.element);
  }
  rendered.code.update(/^\S*/.exec(token.lang ?? '')?.[0] ?? '', token.text);
}

function showMarkup(rendered: Rendered, tokens: Token[]): void {
  rendered.code = undefined;
  rendered.element.replaceChildren(toFragment(tokens));
}
