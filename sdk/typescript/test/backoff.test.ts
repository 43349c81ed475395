import { expect, test } from 'vitest';
import { backoffMilliseconds } from '../src/backoff.js';

const limits = { baseMilliseconds: 100, capMilliseconds: 1000 };

test('the ceiling doubles with every attempt up to the cap', () => {
  const ceilings = [0, 1, 2, 3, 4, 40, 4000].map((attempt) => backoffMilliseconds(attempt, () => 0.999_999_9, limits));
  expect(ceilings).toEqual([99, 199, 399, 799, 999, 999, 999]);
});

test('the jitter is full: any wait from zero to the ceiling', () => {
  expect(backoffMilliseconds(3, () => 0, limits)).toBe(0);
  expect(backoffMilliseconds(3, () => 0.5, limits)).toBe(400);
});
