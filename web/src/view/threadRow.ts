/** One thread in the list: its title, whether it is running or has news, and how to rename or delete it. */

import type { ThreadRow } from '../app/threadList.ts';
import { element, setAttribute, setText, type View } from './dom.ts';
import { icon } from './icons.ts';

export interface ThreadActions {
  open(threadId: string): void;
  rename(threadId: string, title: string): void;
  remove(threadId: string): void;
}

export interface ThreadItem extends ThreadRow {
  readonly current: boolean;
}

export class ThreadRowView implements View<ThreadItem> {
  readonly element = element('li', { class: 'thread' });
  private readonly title = element('span', { class: 'thread-title' });
  private readonly mark = element('span', { class: 'thread-mark' });
  private readonly open: HTMLAnchorElement;
  private item: ThreadItem | undefined;

  constructor(private readonly actions: ThreadActions) {
    this.open = element('a', { class: 'thread-open' }, this.mark, this.title);
    this.open.addEventListener('click', (event) => {
      event.preventDefault();
      if (this.item !== undefined) this.actions.open(this.item.threadId);
    });
    this.showRow();
  }

  update(item: ThreadItem): void {
    this.item = item;
    const state = item.running ? 'running' : item.unread ? 'unread' : '';
    setText(this.title, item.title);
    setAttribute(this.open, 'href', `#/t/${item.threadId}`);
    setAttribute(this.open, 'aria-current', item.current ? 'page' : undefined);
    setAttribute(this.open, 'title', item.title);
    setAttribute(this.mark, 'data-state', state || undefined);
    setText(this.mark, item.running ? 'running' : item.unread ? 'new' : '');
  }

  private showRow(): void {
    const rename = this.button('pencil', 'Rename', () => this.showRename());
    const remove = this.button('trash', 'Delete', () => this.showConfirmation());
    this.element.replaceChildren(this.open, element('span', { class: 'thread-tools' }, rename, remove));
  }

  private showRename(): void {
    const input = element('input', { class: 'thread-rename', 'aria-label': 'New title', maxlength: 200 });
    input.value = this.item?.title ?? '';
    let left = false;
    const leave = (save: boolean) => {
      if (left) return;
      left = true;
      const title = input.value.trim();
      if (save && title !== '' && this.item !== undefined) this.actions.rename(this.item.threadId, title);
      this.showRow();
      this.open.focus();
    };
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' || event.key === 'Escape') leave(event.key === 'Enter');
    });
    input.addEventListener('blur', () => leave(true));
    this.element.replaceChildren(input);
    input.select();
  }

  private showConfirmation(): void {
    const yes = element('button', { type: 'button', class: 'text-button is-danger' }, 'Delete');
    const no = element('button', { type: 'button', class: 'text-button' }, 'Keep');
    yes.addEventListener('click', () => this.item !== undefined && this.actions.remove(this.item.threadId));
    no.addEventListener('click', () => {
      this.showRow();
      this.open.focus();
    });
    const question = element(
      'div',
      { class: 'thread-confirm', role: 'group', 'aria-label': 'Delete this thread?' },
      yes,
      no,
    );
    question.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      no.click();
    });
    this.element.replaceChildren(this.title.cloneNode(true), question);
    no.focus();
  }

  private button(name: 'pencil' | 'trash', label: string, action: () => void): HTMLButtonElement {
    const button = element(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': label, title: label },
      icon(name),
    );
    button.addEventListener('click', action);
    return button;
  }
}
