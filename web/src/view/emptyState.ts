/** What an empty thread shows: that one can begin, and, on a demo server, with what. */

import { element } from './dom.ts';

const demoPrompts = [
  'What can you do?',
  'Use a tool and show me its result',
  'A long, slow answer: tokens=400 rate=30',
];

export class EmptyState {
  readonly element: HTMLElement;
  private readonly prompts = element('div', { class: 'prompts', hidden: true });

  constructor(choose: (prompt: string) => void) {
    for (const prompt of demoPrompts) {
      const button = element('button', { type: 'button', class: 'prompt' }, prompt);
      button.addEventListener('click', () => choose(prompt));
      this.prompts.append(button);
    }
    const note = element('p', {}, 'Answers go on when you close this tab, and are here when you come back.');
    this.element = element('div', { class: 'empty' });
    this.element.append(
      element('span', { class: 'brand-mark is-large' }),
      element('h2', {}, 'What is on your mind?'),
      note,
      this.prompts,
    );
  }

  update(demo: boolean): void {
    this.prompts.hidden = !demo;
  }
}
