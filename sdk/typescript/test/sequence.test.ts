import { expect, test } from 'vitest';
import { admit } from '../src/sequence.js';
import { token } from './fake/events.js';

test('events that continue the cursor are admitted', () => {
  expect(admit(2, [token(3, 'a'), token(4, 'b')])).toMatchObject({ kind: 'apply', seq: 4 });
});

test('events already held are dropped from the front', () => {
  const admission = admit(3, [token(2, 'a'), token(3, 'b'), token(4, 'c')]);
  expect(admission).toMatchObject({ kind: 'apply', seq: 4, events: [{ seq: 4 }] });
});

test('only events already held are a duplicate', () => {
  expect(admit(9, [token(8, 'a'), token(9, 'b')])).toEqual({ kind: 'duplicate' });
});

test('a folded event continues where its first seq does', () => {
  expect(admit(2, [token(9, 'abc', 3)])).toMatchObject({ kind: 'apply', seq: 9 });
});

test('a missing event is a gap, and nothing of what arrived with it is admitted', () => {
  expect(admit(2, [token(3, 'a'), token(5, 'c')])).toEqual({ kind: 'gap', expected: 4, got: 5 });
});

test('a folded event that reaches behind the cursor is a gap, because a delta cannot be taken apart', () => {
  expect(admit(4, [token(6, 'bcd', 3)])).toEqual({ kind: 'gap', expected: 5, got: 3 });
});
