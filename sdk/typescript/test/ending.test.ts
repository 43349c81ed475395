import { expect, test } from 'vitest';
import { endingOf } from '../src/ending.js';
import type { ErrorFrame } from '../src/frames.js';

function error(code: string): ErrorFrame {
  return { type: 'error', code, message: 'told', retry: false, details: {} };
}

test.each([
  [4401, 'unauthenticated', 'token'],
  [4402, 'token_expired', 'token'],
  [4403, 'forbidden', 'never'],
  [4409, 'replaced', 'never'],
  [4410, 'revoked', 'never'],
  [4429, 'rate_limited', 'later'],
  [1012, 'draining', 'resume'],
  [1001, 'going_away', 'resume'],
  [1006, 'connection_lost', 'resume'],
  [4999, 'connection_lost', 'later'],
])('close %i is %s and advises %s', (close, code, retry) => {
  expect(endingOf(close, '', undefined)).toMatchObject({ code, retry });
});

test('of codes that share a number, the error frame before the close names the one', () => {
  expect(endingOf(1013, '', error('slow_consumer'))).toMatchObject({ code: 'slow_consumer', retry: 'resume' });
});

test('of codes that share a number, the close reason names the one', () => {
  expect(endingOf(1013, 'slow_consumer', undefined)).toMatchObject({ code: 'slow_consumer', retry: 'resume' });
});

test('an error that does not close connections says nothing about the close', () => {
  expect(endingOf(1006, '', error('invalid_json'))).toMatchObject({ code: 'connection_lost' });
});

test('an error frame counts when its close frame was lost on the way', () => {
  expect(endingOf(1006, '', error('revoked'))).toMatchObject({ code: 'revoked', retry: 'never' });
});
