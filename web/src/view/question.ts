/** What the user said, and how far it has got. */

import type { QuestionEntry, Refusal } from '../app/entries.ts';
import { element, setText, type View } from './dom.ts';

export interface QuestionActions {
  /** Sends the content as a new message. */
  resend(refusal: Refusal): void;
  /** Takes the refused message off the log and puts it into the composer. */
  edit(refusal: Refusal): void;
}

const deliveries = { sending: 'Sending…', waiting: 'Will be sent when the connection is back' } as const;

export class QuestionView implements View<QuestionEntry> {
  readonly element: HTMLElement;
  private readonly bubble = element('div', { class: 'bubble' });
  private readonly status = element('div', { class: 'delivery' });
  private shown: QuestionEntry | undefined;

  constructor(private readonly actions: QuestionActions) {
    this.element = element('article', { class: 'question', 'aria-label': 'You' }, this.bubble, this.status);
  }

  update(entry: QuestionEntry): void {
    const { delivery } = entry;
    if (this.shown?.content === entry.content && this.shown.delivery === delivery) return;
    this.shown = entry;
    setText(this.bubble, entry.content);
    this.element.classList.toggle('is-pending', delivery !== undefined);
    this.status.hidden = delivery === undefined;
    if (typeof delivery === 'object') this.status.replaceChildren(this.refusal(delivery));
    else setText(this.status, delivery === undefined ? '' : deliveries[delivery]);
  }

  private refusal(refusal: Refusal): HTMLElement {
    const again = element('button', { type: 'button', class: 'text-button' }, 'Send again');
    const edit = element('button', { type: 'button', class: 'text-button' }, 'Edit');
    again.addEventListener('click', () => this.actions.resend(refusal));
    edit.addEventListener('click', () => this.actions.edit(refusal));
    return element('div', { class: 'refusal', role: 'alert' }, `Not sent: ${refusal.message} `, again, edit);
  }
}
