/** The log of the open thread. One KeyedList per thread, so that switching threads starts clean. */

import type { Entry } from '../app/entries.ts';
import { StickToBottom } from '../app/stickToBottom.ts';
import { type AnswerActions, AnswerView } from './answer.ts';
import { element, KeyedList, setAttribute, type View } from './dom.ts';
import { icon } from './icons.ts';
import { type QuestionActions, QuestionView } from './question.ts';

export interface LogModel {
  readonly threadId: string;
  readonly entries: readonly Entry[];
  /** The stored events have not all arrived yet. */
  readonly loading: boolean;
  readonly busy: boolean;
}

export class LogView {
  readonly element: HTMLElement;
  private readonly list = element('div', {
    class: 'log',
    role: 'log',
    'aria-label': 'Conversation',
    'aria-relevant': 'additions',
  });
  private readonly newer = element(
    'button',
    { type: 'button', class: 'newer', hidden: true },
    icon('down'),
    'new messages',
  );
  private readonly scroller: HTMLElement;
  private readonly stick: StickToBottom;
  private entries: KeyedList<Entry>;
  private shown: readonly Entry[] = [];
  private threadId: string | undefined;

  constructor(
    private readonly actions: QuestionActions & AnswerActions,
    private readonly empty: HTMLElement,
  ) {
    this.scroller = element(
      'div',
      { class: 'log-scroller', tabindex: 0, role: 'region', 'aria-label': 'Messages' },
      this.list,
      empty,
    );
    this.entries = this.newList();
    this.element = element('div', { class: 'log-area' }, this.scroller, this.newer);
    this.stick = new StickToBottom(this.scroller, (unseen) => (this.newer.hidden = !unseen));
    this.newer.addEventListener('click', () => this.jump());
  }

  update(model: LogModel): void {
    const switched = model.threadId !== this.threadId;
    if (switched) {
      this.threadId = model.threadId;
      this.list.replaceChildren();
      this.entries = this.newList();
    }
    setAttribute(this.list, 'aria-busy', String(model.busy || model.loading));
    setAttribute(this.list, 'data-thread-id', model.threadId);
    this.entries.update(model.entries);
    if (!switched && hasNews(this.shown, model.entries)) this.stick.arrived();
    this.shown = model.entries;
    this.empty.hidden = model.entries.length > 0 || model.loading;
    if (switched) this.jump();
  }

  jump(): void {
    this.stick.jump();
  }

  private newList(): KeyedList<Entry> {
    return new KeyedList(
      this.list,
      (entry) => entry.key,
      (entry) => this.viewOf(entry),
    );
  }

  private viewOf(entry: Entry): View<Entry> {
    if (entry.kind === 'question') {
      const view = new QuestionView(this.actions);
      return { element: view.element, update: (next) => next.kind === 'question' && view.update(next) };
    }
    const view = new AnswerView(this.actions);
    return { element: view.element, update: (next) => next.kind === 'answer' && view.update(next) };
  }
}

/** The last entry is another one, or more was written in it. */
function hasNews(before: readonly Entry[], after: readonly Entry[]): boolean {
  const [old, last] = [before.at(-1), after.at(-1)];
  if (last === undefined || old?.key !== last.key) return last !== undefined;
  return last.kind === 'answer' && old.kind === 'answer' && last.turn !== old.turn;
}
