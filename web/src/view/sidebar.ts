/**
 * The list of threads: beside the log where there is room, a drawer over it where there is not.
 *
 * Ctrl or Cmd+K comes here (`find`): typing narrows the list, arrows move in it, Enter opens, Escape goes back.
 */

import type { ThreadRow } from '../app/threadList.ts';
import { element, KeyedList, setText } from './dom.ts';
import { icon } from './icons.ts';
import { type ThreadActions, type ThreadItem, ThreadRowView } from './threadRow.ts';

export interface SidebarActions extends ThreadActions {
  create(): void;
  more(): void;
  /** The drawer was closed or opened. */
  toggled(open: boolean): void;
}

export interface SidebarModel {
  readonly threads: readonly ThreadRow[];
  readonly currentId: string;
  readonly hasMore: boolean;
  readonly footer: string;
}

export class Sidebar {
  readonly element: HTMLElement;
  private readonly filter = element('input', {
    type: 'search',
    class: 'thread-filter',
    placeholder: 'Find a thread',
    'aria-label': 'Find a thread',
  });
  private readonly list = element('ul', { class: 'thread-list', 'aria-label': 'Threads' });
  private readonly more = element('button', { type: 'button', class: 'text-button thread-more' }, 'Show more');
  private readonly none = element('p', { class: 'thread-none' });
  private readonly footer = element('p', { class: 'sidebar-footer' });
  private readonly rows: KeyedList<ThreadItem>;
  private model: SidebarModel | undefined;
  private isOpen = false;

  constructor(private readonly actions: SidebarActions) {
    this.rows = new KeyedList(
      this.list,
      (item) => item.threadId,
      () => new ThreadRowView(actions),
    );
    const mark = element('span', { class: 'brand' }, element('span', { class: 'brand-mark' }), 'goldenpath');
    const create = element('button', { type: 'button', class: 'new-thread' }, icon('plus'), 'New chat');
    const close = element(
      'button',
      { type: 'button', class: 'icon-button drawer-close', 'aria-label': 'Close the list' },
      icon('close'),
    );
    const head = element('div', { class: 'sidebar-head' }, mark, close);
    this.element = element('nav', { class: 'sidebar', id: 'sidebar', 'aria-label': 'Threads' });
    this.element.append(head, create, this.filter, this.none, this.list, this.more, this.footer);
    create.addEventListener('click', () => actions.create());
    close.addEventListener('click', () => this.toggle(false));
    this.more.addEventListener('click', () => actions.more());
    this.filter.addEventListener('input', () => this.render());
    this.element.addEventListener('keydown', (event) => this.key(event));
  }

  update(model: SidebarModel): void {
    this.model = model;
    this.render();
  }

  /** Opens the drawer, or closes it. Where the list is always shown this changes nothing. */
  toggle(open: boolean): void {
    if (open === this.isOpen) return;
    this.isOpen = open;
    this.element.classList.toggle('is-open', open);
    this.actions.toggled(open);
    if (open) this.filter.focus();
  }

  find(): void {
    this.toggle(true);
    this.filter.focus();
    this.filter.select();
  }

  private render(): void {
    if (this.model === undefined) return;
    const { threads, currentId, hasMore, footer } = this.model;
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = threads.filter((thread) => thread.title.toLowerCase().includes(wanted));
    this.rows.update(shown.map((thread) => ({ ...thread, current: thread.threadId === currentId })));
    this.none.hidden = shown.length > 0;
    setText(this.none, wanted === '' ? 'No threads yet' : 'No thread has this title');
    this.more.hidden = !hasMore || wanted !== '';
    setText(this.footer, footer);
  }

  private key(event: KeyboardEvent): void {
    const links = [...this.list.querySelectorAll<HTMLElement>('.thread-open')];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') focus(event, links[at + 1]);
    else if (event.key === 'ArrowUp') focus(event, at > 0 ? links[at - 1] : this.filter);
    else if (event.key === 'Enter' && event.target === this.filter) this.openFirst(event, links[0]);
    else if (event.key === 'Escape') this.leave(event);
  }

  /** The composer gets the focus; the key must not reach it as a new line. */
  private openFirst(event: KeyboardEvent, first: HTMLElement | undefined): void {
    event.preventDefault();
    this.filter.value = '';
    first?.click();
  }

  private leave(event: KeyboardEvent): void {
    event.stopPropagation();
    this.filter.value = '';
    this.render();
    this.toggle(false);
    this.actions.open(this.model?.currentId ?? '');
  }
}

function focus(event: Event, target: HTMLElement | undefined): void {
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}
