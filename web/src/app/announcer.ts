/** Announcer: says to a screen reader when an answer begins and how it ended, instead of every token of it. */

import { element, setText } from '../view/dom.ts';
import type { Entry } from './entries.ts';

const endings: { readonly [state: string]: string } = {
  completed: 'The answer is complete.',
  failed: 'The answer failed.',
  cancelled: 'The answer was stopped.',
};

export class Announcer {
  readonly element = element('div', { class: 'visually-hidden', role: 'status' });
  private threadId = '';
  private busy = false;

  update(threadId: string, busy: boolean, entries: readonly Entry[]): void {
    const sameThread = threadId === this.threadId;
    if (sameThread && busy && !this.busy) setText(this.element, 'Answering.');
    if (sameThread && !busy && this.busy) setText(this.element, endings[stateOf(entries)] ?? '');
    if (!sameThread) setText(this.element, '');
    this.threadId = threadId;
    this.busy = busy;
  }
}

function stateOf(entries: readonly Entry[]): string {
  const last = entries.findLast((entry) => entry.kind === 'answer');
  return last?.turn?.state ?? '';
}
