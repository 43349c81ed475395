/** The judge of crash.test.mjs is judged: it takes every folding of the same events, and notices each thing that is wrong. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractProblems, difference, Transcript } from './support/eventLists.mjs';

function event(seq, type, payload, more = {}) {
  return { type, seq, event_id: `evt_${seq}`, thread_id: 't', run_id: 'r', timestamp: seq, payload, ...more };
}

const token = (seq, delta, more) => event(seq, 'token', { part_id: 'p', delta }, more);
const question = event(1, 'user_message', { message_id: 'm', content: 'hello' });
const started = event(2, 'agent_started', { message_id: 'm' });
const end = event(6, 'agent_completed', { text: 'abc', finish_reason: 'stop' });
const plain = [question, started, token(3, 'a'), token(4, 'b'), token(5, 'c'), end];
const folded = [question, started, token(5, 'abc', { first_seq: 3 }), end];
const halfFolded = [question, started, token(3, 'a'), token(5, 'bc', { first_seq: 4 }), end];

test('every folding of the same events is the same', () => {
  for (const seen of [plain, folded, halfFolded]) {
    assert.deepEqual(contractProblems(seen), { problems: [], unfinished: [] });
    for (const served of [plain, folded, halfFolded]) {
      for (let length = 0; length <= seen.length; length += 1)
        assert.equal(difference(seen.slice(0, length), served), undefined);
      assert.equal(difference(seen.slice(3), served), undefined, 'a reader that begins in the middle');
      const [one, other] = [seen, served].map((events) => Transcript.of([{ events }]));
      assert.equal(one.difference(other), undefined);
    }
  }
});

test('what is missing or another is found', () => {
  const other = (at, instead) => plain.with(at, instead);
  for (const served of [
    plain.slice(0, 5),
    plain.slice(0, 4),
    other(5, { ...end, event_id: 'evt_7' }),
    other(3, token(4, 'x')),
    other(3, token(4, 'b', { event_id: 'evt_7' })),
    [question, started, token(5, 'abd', { first_seq: 3 }), end],
    [question, started, token(5, 'abc', { first_seq: 3, run_id: 'other' }), end],
  ]) {
    assert.notEqual(difference(plain, served), undefined, JSON.stringify(served));
  }
});

test('what breaks the run contract is found', () => {
  const late = (last) => [...plain, last];
  for (const events of [
    late(event(7, 'agent_completed', { text: 'abc' })),
    late(token(7, 'd')),
    late({ ...question, seq: 7, event_id: 'evt_7' }),
    late(event(7, 'thread_updated', {}, { run_id: undefined, event_id: 'evt_6' })),
    [started, question, ...plain.slice(2)],
    plain.with(5, { ...end, payload: { text: 'ab' } }),
    plain.with(4, event(5, 'tool_executing', { tool_call_id: 'c' })),
  ]) {
    assert.notDeepEqual(contractProblems(events).problems, [], JSON.stringify(events));
  }
  assert.deepEqual(contractProblems(plain.slice(0, 5)).unfinished, ['r']);
});
