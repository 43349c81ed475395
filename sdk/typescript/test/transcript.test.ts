import { expect, test } from 'vitest';
import type { ChatEvent } from '../src/events.js';
import type { SnapshotFrame } from '../src/frames.js';
import { applyEvents } from '../src/transcript/apply.js';
import { applySnapshot } from '../src/transcript/snapshot.js';
import { activeTurn, type AssistantTurn, emptyTranscript, textOf, type Transcript } from '../src/transcript/turns.js';
import { event, token } from './fake/events.js';
import { FakeThread } from './fake/thread.js';

const wholeRun: ChatEvent[] = [
  event(1, 'user_message', { message_id: 'm1', content: 'What is 6 × 7?' }),
  event(2, 'agent_started', { message_id: 'm2' }),
  event(3, 'agent_thinking', { part_id: 't', delta: 'Let me ' }),
  event(4, 'agent_thinking', { part_id: 't', delta: 'multiply.' }),
  event(5, 'tool_args_delta', { tool_call_id: 'c', tool_name: 'multiply', delta: '{"a":6,' }),
  event(6, 'tool_args_delta', { tool_call_id: 'c', tool_name: 'multiply', delta: '"b":7}' }),
  event(7, 'tool_executing', { tool_call_id: 'c', tool_name: 'multiply', arguments: { a: 6, b: 7 } }),
  event(8, 'tool_completed', { tool_call_id: 'c', tool_name: 'multiply', success: true, result: 42, duration_ms: 12 }),
  token(9, 'It '),
  token(10, 'is '),
  token(11, '42.'),
  event(12, 'agent_completed', { text: 'It is 42.', finish_reason: 'stop', duration_ms: 900 }),
];

function answer(transcript: Transcript): AssistantTurn {
  const turn = transcript.turns.findLast((candidate) => candidate.role === 'assistant');
  if (turn === undefined) throw new Error('there is no answer');
  return turn;
}

test('a run becomes one turn with thinking, tool and text in the order they began', () => {
  const turn = answer(applyEvents(emptyTranscript, wholeRun));
  expect(turn).toMatchObject({ state: 'completed', finishReason: 'stop' });
  expect(turn.parts).toMatchObject([
    { kind: 'thinking', text: 'Let me multiply.' },
    {
      kind: 'tool',
      name: 'multiply',
      state: 'completed',
      arguments: { a: 6, b: 7 },
      result: 42,
      durationMilliseconds: 12,
    },
    { kind: 'text', text: 'It is 42.' },
  ]);
});

test('the same events give the same transcript however they are folded, batched and repeated', () => {
  const thread = new FakeThread('thr', 'ada', () => 1000);
  const source = wholeRun.map((item) => ({ ...item, timestamp: 1000 }));
  thread.events.push(...source);
  const expected = applyEvents(emptyTranscript, source);
  for (let seed = 1; seed <= 300; seed++) {
    expect(replayInPieces(thread, seed), `seed ${seed}`).toEqual(expected);
  }
});

/** Reads the thread in runs of random length, each folded by the server, each sometimes delivered twice. */
function replayInPieces(thread: FakeThread, seed: number): Transcript {
  const random = randomFrom(seed);
  let transcript = emptyTranscript;
  while (transcript.seq < thread.head) {
    const until = transcript.seq + 1 + Math.floor(random() * 5);
    const piece = new FakeThread('thr', 'ada', () => 1000);
    piece.events.push(...thread.events.slice(0, until));
    const events = random() < 0.5 ? piece.since(transcript.seq) : piece.events.slice(transcript.seq);
    const previous = transcript;
    transcript = applyEvents(previous, events);
    if (random() < 0.3) transcript = applyEvents(transcript, events);
  }
  return transcript;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

test('times do not depend on the folding', () => {
  const folded = new FakeThread('thr', 'ada', () => 0);
  folded.events.push(...wholeRun);
  const once = applyEvents(emptyTranscript, wholeRun);
  expect(applyEvents(emptyTranscript, folded.since(0))).toEqual(once);
});

test('unchanged turns and parts keep their identity', () => {
  const before = applyEvents(emptyTranscript, wholeRun.slice(0, 9));
  const after = applyEvents(before, wholeRun.slice(9, 10));
  expect(after.turns[0]).toBe(before.turns[0]);
  expect(answer(after).parts[1]).toBe(answer(before).parts[1]);
  expect(answer(after).parts[2]).not.toBe(answer(before).parts[2]);
});

test('the answer has its place as soon as the question is stored', () => {
  const transcript = applyEvents(emptyTranscript, wholeRun.slice(0, 1));
  expect(activeTurn(transcript)).toMatchObject({ runId: 'run', state: 'queued', parts: [] });
});

test('nothing changes a finished run', () => {
  const done = applyEvents(emptyTranscript, wholeRun);
  expect(answer(applyEvents(done, [token(13, 'late')]))).toBe(answer(done));
});

test('an agent that does not stream has its final text shown', () => {
  const events = [...wholeRun.slice(0, 2), event(3, 'agent_completed', { text: 'All at once.' })];
  expect(textOf(answer(applyEvents(emptyTranscript, events)))).toBe('All at once.');
});

test('a failed run keeps its text and says why', () => {
  const events = [...wholeRun.slice(0, 10), event(11, 'agent_error', { code: 'agent_disconnected', message: 'cut' })];
  const turn = answer(applyEvents(emptyTranscript, events));
  expect(textOf(turn)).toBe('It is ');
  expect(turn).toMatchObject({ state: 'failed', failure: { code: 'agent_disconnected' } });
});

test('a renamed and a deleted thread say so', () => {
  const renamed = applyEvents(emptyTranscript, [event(1, 'thread_updated', { title: 'Numbers' })]);
  expect(renamed).toMatchObject({ title: 'Numbers', deleted: false });
  expect(applyEvents(renamed, [event(2, 'thread_updated', { status: 'deleted' })])).toMatchObject({ deleted: true });
});

test('an unreadable event moves the cursor and nothing else', () => {
  const before = applyEvents(emptyTranscript, wholeRun.slice(0, 9));
  const odd: ChatEvent = { ...token(10, ''), type: 'unreadable', payload: {} };
  const after = applyEvents(before, [odd]);
  expect(after.turns).toEqual(before.turns);
  expect(after.seq).toBe(10);
});

function snapshot(reason: SnapshotFrame['reason'], content: string, status: 'complete' | 'streaming'): SnapshotFrame {
  const base = { thread_id: 'thr', run_id: 'run', created_at: 1 };
  return {
    type: 'snapshot',
    thread_id: 'thr',
    epoch: 'e',
    seq: 50,
    reason,
    messages: [
      { ...base, message_id: 'm1', role: 'user', content: 'What is 6 × 7?', seq: 1, status: 'complete' },
      { ...base, message_id: 'm2', role: 'assistant', content, seq: 2, status },
    ],
    runs: [],
  };
}

test('a snapshot does not take away what was already seen of a finished run', () => {
  const before = applyEvents(emptyTranscript, wholeRun);
  const after = applySnapshot(before, snapshot('retention', 'It is 42.', 'complete'));
  expect(answer(after)).toBe(answer(before));
  expect(after.seq).toBe(50);
});

test('where a snapshot disagrees its text is the truth, and thinking and tools stay beside it', () => {
  const after = applySnapshot(applyEvents(emptyTranscript, wholeRun), snapshot('epoch', 'Forty-two.', 'complete'));
  expect(answer(after).parts).toMatchObject([
    { kind: 'thinking' },
    { kind: 'tool' },
    { kind: 'text', text: 'Forty-two.' },
  ]);
});

test('a run that a snapshot says is over has no tool running', () => {
  const before = applyEvents(emptyTranscript, wholeRun.slice(0, 7));
  const frame = snapshot('epoch', '', 'complete');
  const failed = { ...frame, messages: frame.messages.map((message) => ({ ...message, status: 'failed' as const })) };
  expect(answer(before).parts[1]).toMatchObject({ state: 'executing' });
  expect(answer(applySnapshot(before, failed))).toMatchObject({ state: 'failed', failure: undefined });
  expect(answer(applySnapshot(before, failed)).parts[1]).toMatchObject({ state: 'failed' });
});

test('a run that was under way and left no answer behind has failed, with nothing said', () => {
  const before = applyEvents(emptyTranscript, [...wholeRun.slice(0, 2), token(3, 'It '), token(4, 'is')]);
  const frame = snapshot('epoch', '', 'complete');
  const question = frame.messages.filter((message) => message.role === 'user');
  const after = applySnapshot(before, { ...frame, messages: question });
  expect(after.turns).toHaveLength(2);
  expect(answer(after)).toMatchObject({ runId: answer(before).runId, state: 'failed', parts: [] });
  const queued = { run_id: answer(before).runId, thread_id: 'thr', message_id: 'm1', agent_name: 'a', state: 'queued', created_at: 1 } as const;
  expect(applySnapshot(before, { ...frame, messages: question, runs: [queued] }).turns).toMatchObject([
    { messageId: 'm1' },
    { state: 'queued' },
  ]);
});

test('a run that ended after its snapshot was made, and follows, is whole', () => {
  const before = applyEvents(emptyTranscript, wholeRun.slice(0, 4));
  const frame = snapshot('epoch', '', 'complete');
  const question = frame.messages.filter((message) => message.role === 'user');
  const after = applySnapshot(before, { ...frame, seq: 1, messages: question });
  expect(answer(after)).toMatchObject({ state: 'failed', parts: [] });
  const whole = applyEvents(after, wholeRun.slice(1));
  expect(answer(whole)).toMatchObject({ state: 'completed' });
  expect(textOf(answer(whole))).toBe('It is 42.');
  const failed = applyEvents(applySnapshot(before, { ...frame, seq: 1, messages: question }), [
    event(2, 'agent_started', { message_id: 'm2' }),
    event(3, 'agent_error', { code: 'agent_failed', message: 'no' }),
    event(4, 'agent_started', { message_id: 'm2' }),
  ]);
  expect(answer(failed)).toMatchObject({ state: 'failed', failure: { code: 'agent_failed' } });
});

test('a snapshot of messages that were never seen replaces everything', () => {
  const frame = snapshot('epoch', 'x', 'complete');
  const others = frame.messages.map((message) => ({
    ...message,
    message_id: `other-${message.message_id}`,
    run_id: 'other',
  }));
  const after = applySnapshot(applyEvents(emptyTranscript, wholeRun), { ...frame, messages: others });
  expect(after.turns).toMatchObject([{ messageId: 'other-m1' }, { runId: 'other' }]);
});

test('text that goes on after a snapshot continues the text of the snapshot', () => {
  const before = applySnapshot(emptyTranscript, snapshot('retention', 'It is ', 'streaming'));
  const after = applyEvents(before, [token(51, 'forty-'), token(52, 'two.')]);
  expect(answer(after).parts).toMatchObject([{ kind: 'text', id: 'p', text: 'It is forty-two.' }]);
});

test('a run that has said nothing yet is in the transcript a snapshot makes', () => {
  const frame = snapshot('retention', '', 'complete');
  const run = { run_id: 'run2', thread_id: 'thr', message_id: 'm9', agent_name: 'default', state: 'running' } as const;
  const after = applySnapshot(emptyTranscript, { ...frame, runs: [{ ...run, created_at: 1 }] });
  expect(activeTurn(after)).toMatchObject({ runId: 'run2', state: 'running' });
});
