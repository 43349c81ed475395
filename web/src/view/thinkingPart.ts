/** Thinking: one line while it happens, all of it on demand. */

import type { ThinkingPart } from '@goldenpath/client';
import { Disclosure } from './disclosure.ts';
import { element, setText } from './dom.ts';
import { icon } from './icons.ts';

export class ThinkingView {
  readonly element: HTMLElement;
  private readonly disclosure = new Disclosure('thinking');
  private readonly label = element('span', { class: 'thinking-label' });
  private readonly preview = element('span', { class: 'thinking-preview', 'aria-hidden': 'true' });
  private readonly text = document.createTextNode('');

  constructor() {
    this.element = this.disclosure.element;
    this.disclosure.heading.append(icon('spark'), this.label, this.preview);
    this.disclosure.body.append(element('p', {}, this.text));
  }

  update(part: ThinkingPart, active: boolean): void {
    this.element.classList.toggle('is-active', active);
    setText(this.label, active ? 'Thinking' : labelOf(part));
    setText(this.preview, active ? lastSentence(part.text) : '');
    if (part.text.startsWith(this.text.data)) this.text.appendData(part.text.slice(this.text.data.length));
    else this.text.data = part.text;
  }
}

function labelOf(part: ThinkingPart): string {
  if (part.startedAt === undefined || part.endedAt === undefined) return 'Thoughts';
  return `Thought for ${Math.max(1, Math.round(part.endedAt - part.startedAt))} s`;
}

function lastSentence(text: string): string {
  return (
    text
      .trimEnd()
      .split(/(?<=[.!?])\s+|\n/)
      .at(-1) ?? ''
  );
}
