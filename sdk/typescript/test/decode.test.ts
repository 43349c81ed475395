import { expect, test } from 'vitest';
import { decodeFrame } from '../src/decode.js';

function decode(value: unknown) {
  return decodeFrame(JSON.stringify(value));
}

const envelope = { seq: 3, event_id: 'evt_3', thread_id: 'thr', run_id: 'run', timestamp: 1 };

test.each(['', 'nonsense', '[]', 'null', '7', '"text"', '{}', '{"type":5}'])('%j is nothing', (text) => {
  expect(decodeFrame(text)).toBeUndefined();
});

test('a frame of a later protocol version is ignored', () => {
  expect(decode({ type: 'reauth_required' })).toBeUndefined();
});

test('an event keeps its fields', () => {
  const event = { type: 'token', ...envelope, first_seq: 2, payload: { part_id: 'p', delta: 'x' } };
  expect(decode(event)).toEqual({ kind: 'events', events: [event] });
});

test('a later frame that names a thread and a seq is not taken for an event', () => {
  expect(decode({ type: 'presence', thread_id: 'thr', seq: 9 })).toBeUndefined();
});

test('an event of an unknown type still holds its place in the sequence', () => {
  const incoming = decode({ type: 'approval_requested', ...envelope, payload: { approval_id: 'apr' } });
  expect(incoming).toMatchObject({ kind: 'events', events: [{ type: 'unreadable', seq: 3 }] });
});

test('an event without a field it needs still holds its place in the sequence', () => {
  const incoming = decode({ type: 'token', ...envelope, payload: { part_id: 'p', delta: 7 } });
  expect(incoming).toMatchObject({ kind: 'events', events: [{ type: 'unreadable', seq: 3 }] });
});

test.each([
  { ...envelope, seq: -1 },
  { ...envelope, seq: '3' },
  { ...envelope, first_seq: 4 },
  { ...envelope, thread_id: undefined },
])('an event without a place in a sequence is nothing: %j', (fields) => {
  expect(decode({ type: 'token', ...fields, payload: { part_id: 'p', delta: 'x' } })).toBeUndefined();
});

test('a batch is taken whole or not at all', () => {
  const event = { type: 'token', ...envelope, payload: { part_id: 'p', delta: 'x' } };
  expect(decode({ type: 'batch', events: [event, { ...event, seq: 4 }] })).toMatchObject({ kind: 'events' });
  expect(decode({ type: 'batch', events: [event, { type: 'token' }] })).toBeUndefined();
  expect(decode({ type: 'batch', events: [event, { ...event, thread_id: 'other' }] })).toBeUndefined();
  expect(decode({ type: 'batch', events: [] })).toBeUndefined();
});

test('a snapshot without its lists is nothing', () => {
  expect(decode({ type: 'snapshot', thread_id: 'thr', seq: 4, epoch: 'e', messages: [] })).toBeUndefined();
});
