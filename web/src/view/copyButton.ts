/** A button that copies text and says for a moment that it did. */

import { element } from './dom.ts';
import { icon } from './icons.ts';

const confirmationMilliseconds = 1600;

export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', class: 'quiet-button copy-button', 'aria-label': label },
    icon('copy'),
  );
  button.addEventListener('click', () => {
    void copy(text()).then((done) => confirm(button, done));
  });
  return button;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The clipboard API exists only in secure contexts; a page on plain http in a local network has this. */
function copyBySelection(text: string): boolean {
  const area = element('textarea', { class: 'visually-hidden', 'aria-hidden': 'true', tabindex: -1 });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

function confirm(button: HTMLButtonElement, done: boolean): void {
  button.replaceChildren(icon(done ? 'check' : 'alert'), element('span', {}, done ? 'Copied' : 'Not allowed'));
  setTimeout(() => button.replaceChildren(icon('copy')), confirmationMilliseconds);
}
