/**
 * The composer: Enter sends, Shift+Enter makes a line, Escape stops, Up in an empty composer brings
 * the last message back.
 *
 * It can be written in at any time; while an answer is under way a further message waits for it.
 */

import { element, setText } from './dom.ts';
import { icon } from './icons.ts';

export interface ComposerActions {
  send(content: string): void;
  stop(): void;
  /** The text of the open thread changed. */
  draft(text: string): void;
  /** Why the text cannot be sent as it is. */
  problem(text: string): string | undefined;
  /** The last message of the user in this thread. */
  lastMessage(): string | undefined;
}

export interface ComposerModel {
  readonly busy: boolean;
  readonly stopping: boolean;
}

const heightMaxInPixels = 240;

export class Composer {
  readonly element: HTMLFormElement;
  private readonly text = element('textarea', {
    rows: 1,
    placeholder: 'Message',
    'aria-label': 'Message',
    'aria-describedby': 'composer-hint',
    autocomplete: 'off',
  });
  private readonly send = element('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'));
  private readonly stop = element(
    'button',
    { type: 'button', class: 'stop', 'aria-label': 'Stop' },
    icon('stop'),
    'Stop',
  );
  private readonly problem = element('div', { class: 'composer-problem', role: 'alert' });

  constructor(
    private readonly actions: ComposerActions,
    footnote: HTMLElement,
  ) {
    const box = element('div', { class: 'composer-box' }, this.text, this.stop, this.send);
    const hint = element(
      'span',
      { id: 'composer-hint', class: 'hint' },
      'Enter sends · Shift+Enter for a new line · Esc stops',
    );
    const feet = element('div', { class: 'composer-feet' }, footnote, hint);
    this.element = element('form', { class: 'composer', 'aria-label': 'Write a message' }, this.problem, box, feet);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener('keydown', (event) => this.key(event));
    this.text.addEventListener('input', () => {
      this.grow();
      this.actions.draft(this.text.value);
    });
    this.stop.addEventListener('click', () => this.actions.stop());
  }

  update(model: ComposerModel): void {
    this.stop.hidden = !model.busy;
    this.stop.disabled = model.stopping;
    const problem = this.actions.problem(this.text.value);
    this.send.disabled = this.text.value.trim() === '' || problem !== undefined;
    setText(this.problem, problem ?? '');
    this.problem.hidden = problem === undefined;
  }

  /** Shows another draft, without telling it as a change. */
  show(text: string): void {
    this.text.value = text;
    this.grow();
  }

  focus(): void {
    this.text.focus({ preventScroll: true });
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'ArrowUp' && this.text.value === '') {
      const last = this.actions.lastMessage();
      if (last === undefined) return;
      event.preventDefault();
      this.show(last);
      this.actions.draft(last);
    }
  }

  private submit(): void {
    const content = this.text.value.trim();
    if (content === '' || this.actions.problem(content) !== undefined) return;
    this.show('');
    this.actions.draft('');
    this.actions.send(content);
  }

  private grow(): void {
    this.text.style.height = 'auto';
    this.text.style.height = `${Math.min(this.text.scrollHeight, heightMaxInPixels)}px`;
  }
}
