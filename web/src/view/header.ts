/** The line above the log: the way to the threads, the title, the theme. */

import { nextTheme, toggleTheme } from '../app/theme.ts';
import { element, setAttribute, setText } from './dom.ts';
import { icon } from './icons.ts';

export class Header {
  readonly element: HTMLElement;
  private readonly title = element('h1', {});
  private readonly menu: HTMLButtonElement;
  private readonly theme = element('button', { type: 'button', class: 'icon-button' });

  constructor(openThreads: () => void) {
    const attributes = {
      type: 'button',
      class: 'icon-button menu',
      'aria-label': 'Threads',
      'aria-controls': 'sidebar',
    };
    this.menu = element('button', { ...attributes, 'aria-expanded': 'false' }, icon('menu'));
    this.menu.addEventListener('click', openThreads);
    this.theme.addEventListener('click', () => {
      toggleTheme();
      this.showTheme();
    });
    this.showTheme();
    this.element = element('header', { class: 'header' }, this.menu, this.title, this.theme);
  }

  update(title: string): void {
    setText(this.title, title);
  }

  drawerToggled(open: boolean): void {
    setAttribute(this.menu, 'aria-expanded', String(open));
    if (!open && document.activeElement === document.body) this.menu.focus();
  }

  private showTheme(): void {
    const next = nextTheme();
    this.theme.replaceChildren(icon(next === 'dark' ? 'moon' : 'sun'));
    setAttribute(this.theme, 'aria-label', `Use the ${next} theme`);
    setAttribute(this.theme, 'title', `Use the ${next} theme`);
  }
}
