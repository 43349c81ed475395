import { expect, test } from 'vitest';
import type { ClientState } from '@goldenpath/client';
import { bannerFor } from '../src/app/connectionBanner.ts';

const lost: ClientState = { status: 'reconnecting', attempt: 3, lostAt: 10_000, nextAttemptAt: 16_000, cause: 'x' };
const open: ClientState = { status: 'open', userId: 'ada', connectionId: 'con' };

function text(
  state: ClientState,
  now: number,
  regained?: { at: number; events: number | undefined },
): string | undefined {
  return bannerFor({ state, now, regained })?.text;
}

test('a loss of less than two seconds is not mentioned', () => {
  expect(text(lost, 11_999)).toBeUndefined();
  expect(text(lost, 12_000)).toBe('Reconnecting… try 3, next in 4 s');
});

test('waiting can be cut short, an attempt under way cannot', () => {
  const { nextAttemptAt, ...underway } = lost as Extract<ClientState, { status: 'reconnecting' }>;
  expect(bannerFor({ state: lost, now: 12_000, regained: undefined })?.action).toBe('retry');
  expect(bannerFor({ state: underway, now: nextAttemptAt!, regained: undefined })?.action).toBeUndefined();
});

test('good news says what was caught up and goes away', () => {
  expect(text(open, 20_000, { at: 19_000, events: undefined })).toBe('Back online');
  expect(text(open, 20_000, { at: 19_000, events: 57 })).toBe('Back online, caught up 57 events');
  expect(text(open, 20_000, { at: 19_000, events: 1 })).toBe('Back online, caught up 1 event');
  expect(text(open, 23_000, { at: 19_000, events: 57 })).toBeUndefined();
});

test('a tab that was replaced says so and can come back', () => {
  const replaced: ClientState = { status: 'closed', code: 'replaced', reason: 'x' };
  expect(bannerFor({ state: replaced, now: 0, regained: undefined })).toMatchObject({
    tone: 'bad',
    action: 'use-here',
  });
});

test('nothing is said while all is well', () => {
  expect(text(open, 0)).toBeUndefined();
  expect(text({ status: 'connecting' }, 0)).toBeUndefined();
  expect(text({ status: 'closed', code: 'normal', reason: 'x' }, 0)).toBeUndefined();
});
