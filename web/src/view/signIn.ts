/** The signed-out view: takes a token. What was read so far stays on the page above it. */

import { element, setText, uniqueId } from './dom.ts';

export interface SignInModel {
  readonly reason: string;
}

export class SignInView {
  readonly element: HTMLFormElement;
  private readonly reason = element('p', { role: 'alert' });
  private readonly input: HTMLInputElement;

  constructor(signIn: (token: string) => void) {
    const id = uniqueId('token');
    this.input = element('input', { id, type: 'password', autocomplete: 'off', spellcheck: 'false', required: true });
    this.element = element('form', { class: 'sign-in', 'aria-label': 'Sign in', hidden: true });
    const submit = element('button', { type: 'submit', class: 'primary' }, 'Sign in');
    const label = element('label', { for: id }, 'Paste your token');
    const note = element('p', { class: 'note' }, 'It is kept in this tab only, until you close it.');
    const line = element('div', { class: 'sign-in-line' }, this.input, submit);
    this.element.append(element('h2', {}, 'Signed out'), this.reason, label, line, note);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.input.value.trim();
      this.input.value = '';
      if (token !== '') signIn(token);
    });
  }

  update(model: SignInModel | undefined): void {
    const appeared = this.element.hidden && model !== undefined;
    this.element.hidden = model === undefined;
    setText(this.reason, model?.reason ?? '');
    if (appeared) this.input.focus();
  }
}
