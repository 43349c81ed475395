import { expect, test } from 'vitest';
import { MarkdownView } from '../src/view/markdown.ts';

const answer = `# Title

A paragraph with **bold**, *emphasis*, \`code\` and a [link](https://example.org).

1. one

2. two

- a
- b

\`\`\`ts
const x = 1;

const y = 2;
\`\`\`

| a | b |
|---|--:|
| 1 | 2 |

> quote

The end.`;

function rendered(text: string): string {
  const view = new MarkdownView();
  view.update(text, true);
  return view.element.innerHTML;
}

test('text that arrives by characters looks in the end like text that arrives at once', () => {
  const view = new MarkdownView();
  for (let length = 1; length <= answer.length; length++) view.update(answer.slice(0, length), false);
  view.update(answer, true);
  expect(view.element.innerHTML).toBe(rendered(answer));
});

test('line ends of Windows change nothing', () => {
  const view = new MarkdownView();
  const windows = answer.replaceAll('\n', '\r\n');
  for (let length = 1; length <= windows.length; length += 3) view.update(windows.slice(0, length), false);
  view.update(windows, true);
  expect(view.element.innerHTML).toBe(rendered(answer));
});

test('finished blocks are not rendered again', () => {
  const view = new MarkdownView();
  const heading = 'A paragraph.\n\nAnother one.\n\nA third';
  view.update(heading, false);
  const [first, second] = view.element.querySelectorAll('p');
  view.update(`${heading} that grows.`, false);
  view.update(`${heading} that grows.\n\nA fourth.`, true);
  expect([...view.element.querySelectorAll('p')].slice(0, 2)).toEqual([first, second]);
  expect(view.element.querySelectorAll('p')[0]).toBe(first);
  expect(view.element.querySelectorAll('p')[1]).toBe(second);
});

test('code grows in place, so what is selected in it stays selected', () => {
  const view = new MarkdownView();
  view.update('```ts\nconst a', false);
  const text = view.element.querySelector('code')!.firstChild!;
  view.update('```ts\nconst a = 1;\n```', true);
  expect(view.element.querySelector('code')!.firstChild).toBe(text);
  expect(text.textContent).toBe('const a = 1;');
  expect(view.element.querySelector('.code-language')!.textContent).toBe('ts');
});

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)></svg>',
  '<iframe src="https://example.org"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '<p style="position:fixed" onclick="alert(1)" id="app" class="shade">x</p>',
  '<form action="https://example.org"><button>x</button><input type="password"></form>',
  '<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>',
])('%j does no harm', (text) => {
  const view = new MarkdownView();
  view.update(text, true);
  const elements = [...view.element.querySelectorAll('.block *')];
  const names = elements.map((element) => element.localName);
  expect(names).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(script|img|svg|iframe|form|button|style|math)$/)]),
  );
  const attributes = elements.flatMap((element) =>
    [...element.attributes].map(({ name, value }) => `${name}=${value}`),
  );
  expect(attributes.filter((attribute) => /^(on|style|id|class|action)|javascript:|data:/.test(attribute))).toEqual([]);
  expect(view.element.querySelector('input[type=password]')).toBeNull();
});

test('an image becomes a link, so that reading a text tells nobody', () => {
  const view = new MarkdownView();
  view.update('![a cat](https://example.org/cat.png)', true);
  const link = view.element.querySelector('a')!;
  expect(view.element.querySelector('img')).toBeNull();
  expect(link.getAttribute('href')).toBe('https://example.org/cat.png');
  expect(link.textContent).toBe('a cat');
});

test('links open elsewhere and tell nothing', () => {
  const view = new MarkdownView();
  view.update('[x](https://example.org)', true);
  expect(view.element.querySelector('a')!.rel).toBe('noopener noreferrer nofollow');
  expect(view.element.querySelector('a')!.target).toBe('_blank');
});
