import { expect, test } from 'vitest';
import { repair } from '../src/markdown/repair.ts';

test.each([
  ['plain text', 'plain text'],
  ['**bold', '**bold**'],
  ['a **bold and *both', 'a **bold and *both***'],
  ['**bold** and more', '**bold** and more'],
  ['an *emphasis', 'an *emphasis*'],
  ['some __strong', 'some __strong__'],
  ['~~gone', '~~gone~~'],
  ['text **', 'text '],
  ['text *', 'text '],
  ['2 * 3 is six', '2 * 3 is six'],
  ['snake_case_name', 'snake_case_name'],
  ['* a bullet', '* a bullet'],
  ['* a **bullet', '* a **bullet**'],
  ['call `cod', 'call `cod`'],
  ['call `', 'call '],
  ['call `a*b', 'call `a*b`'],
  ['``a`b', '``a`b``'],
  ['escaped \\*star', 'escaped \\*star'],
  ['**bold with space ', '**bold with space**'],
  ['see [the contract](https://exam', 'see the contract'],
  ['see [the contr', 'see the contr'],
  ['see [the contract](https://example.org)', 'see [the contract](https://example.org)'],
  ['an ![image](http', 'an '],
  ['a paragraph\n--', 'a paragraph'],
  ['a paragraph\n=', 'a paragraph'],
  ['| a | b |', '| a | b |\n|---|---|'],
  ['| a | b |\n|--', '| a | b |\n|---|---|'],
  ['| a | b |\n|---|---|\n| 1', '| a | b |\n|---|---|\n| 1'],
  ['```ts\nconst a = **b', '```ts\nconst a = **b'],
])('%j is shown as %j', (block, shown) => {
  expect(repair(block)).toBe(shown);
});
