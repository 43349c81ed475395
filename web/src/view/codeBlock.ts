/**
 * A code block with its language and a copy button; growing text is appended, so selection and
 * scroll position stay.
 */

import { copyButton } from './copyButton.ts';
import { element } from './dom.ts';

export class CodeBlock {
  readonly element: HTMLElement;
  private readonly language = element('span', { class: 'code-language' });
  private readonly text = document.createTextNode('');

  constructor() {
    const head = element(
      'div',
      { class: 'code-head' },
      this.language,
      copyButton('Copy code', () => this.text.data),
    );
    const pre = element('pre', { tabindex: 0 }, element('code', {}, this.text));
    this.element = element('div', { class: 'code-block' }, head, pre);
  }

  update(language: string, code: string): void {
    if (this.language.textContent !== language) this.language.textContent = language;
    if (code.startsWith(this.text.data)) this.text.appendData(code.slice(this.text.data.length));
    else this.text.data = code;
  }
}
