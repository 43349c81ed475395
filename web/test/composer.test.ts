import { beforeEach, expect, test } from 'vitest';
import { Composer } from '../src/view/composer.ts';
import { element } from '../src/view/dom.ts';

let sent: string[];
let stops: number;
let composer: Composer;
let text: HTMLTextAreaElement;

beforeEach(() => {
  sent = [];
  stops = 0;
  composer = new Composer(
    {
      send: (content) => sent.push(content),
      stop: () => (stops += 1),
      draft: () => undefined,
      problem: (content) => (content.length > 20 ? 'too long' : undefined),
      lastMessage: () => 'the last one',
    },
    element('span'),
  );
  document.body.replaceChildren(composer.element);
  text = composer.element.querySelector('textarea')!;
});

function press(key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  text.dispatchEvent(event);
  return event;
}

test('Enter sends at once, also before the page has drawn what was typed', () => {
  text.value = '  hello ';
  press('Enter');
  expect(sent).toEqual(['hello']);
  expect(text.value).toBe('');
});

test('Shift+Enter is left to make a new line', () => {
  text.value = 'hello';
  expect(press('Enter', { shiftKey: true }).defaultPrevented).toBe(false);
  expect(sent).toEqual([]);
});

test('Enter that ends the composition of a character does not send', () => {
  text.value = 'にほん';
  press('Enter', { isComposing: true });
  expect(sent).toEqual([]);
});

test('nothing but white space, and what the server would refuse, is not sent', () => {
  for (const content of ['', '  \n ', 'x'.repeat(21)]) {
    text.value = content;
    press('Enter');
    composer.update({ busy: false, stopping: false });
    expect(composer.element.querySelector<HTMLButtonElement>('.send')!.disabled).toBe(true);
  }
  expect(sent).toEqual([]);
  expect(composer.element.querySelector('[role=alert]')!.textContent).toBe('too long');
});

test('Up brings the last message back only into an empty composer', () => {
  press('ArrowUp');
  expect(text.value).toBe('the last one');
  text.value = 'something';
  expect(press('ArrowUp').defaultPrevented).toBe(false);
});

test('stop is there while an answer is under way, once', () => {
  const stop = composer.element.querySelector<HTMLButtonElement>('.stop')!;
  composer.update({ busy: false, stopping: false });
  expect(stop.hidden).toBe(true);
  composer.update({ busy: true, stopping: false });
  stop.click();
  composer.update({ busy: true, stopping: true });
  stop.click();
  expect(stop.hidden).toBe(false);
  expect(stops).toBe(1);
});
