/**
 * Disclosure: a heading button that shows and hides what belongs to it, by mouse and keyboard,
 * known to screen readers.
 */

import { element, setAttribute, uniqueId } from './dom.ts';
import { icon } from './icons.ts';

export class Disclosure {
  readonly element: HTMLElement;
  readonly heading = element('span', { class: 'disclosure-heading' });
  readonly body: HTMLElement;
  private readonly button: HTMLButtonElement;
  private chosen = false;

  constructor(className: string) {
    const id = uniqueId('disclosure');
    this.body = element('div', { class: 'disclosure-body', id });
    const attributes = { type: 'button', class: 'disclosure-button', 'aria-controls': id };
    this.button = element('button', attributes, this.heading, icon('chevron'));
    this.button.addEventListener('click', () => {
      this.chosen = true;
      this.show(!this.isOpen);
    });
    this.element = element('section', { class: className }, this.button, this.body);
    this.show(false);
  }

  get isOpen(): boolean {
    return !this.body.hidden;
  }

  /** Opens or closes, unless the reader has chosen already. */
  suggest(open: boolean): void {
    if (!this.chosen && open !== this.isOpen) this.show(open);
  }

  private show(open: boolean): void {
    this.body.hidden = !open;
    setAttribute(this.button, 'aria-expanded', String(open));
  }
}
