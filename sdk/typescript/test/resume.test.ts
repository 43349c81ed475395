import { expect, test } from 'vitest';
import { settle } from './fake/world.js';
import { Harness, startedThread } from './harness.js';

test('a followed thread is replayed and then goes on live', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a', 'b']);
  harness.client.follow('t');
  await settle();
  run.say('c');
  await settle();
  expect(harness.text('t')).toBe('abc');
});

test('cursors travel in the address of the next connection, so nothing is lost or repeated', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a', 'b']);
  harness.client.follow('t');
  await settle();
  harness.world.cut();
  run.say('c');
  run.say('d');
  await harness.world.timers.advance(500);
  run.say('e');
  await settle();
  expect(harness.server.queries.at(-1)).toBe('?after=t:4:e1,*');
  expect(harness.text('t')).toBe('abcde');
  expect(harness.resumed).toEqual([2]);
});

test('a folded replay counts every event it stands for', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', []);
  harness.client.follow('t');
  await settle();
  harness.world.cut();
  for (const word of 'abcdefgh') run.say(word);
  await harness.world.timers.advance(500);
  expect(harness.deliveries.at(-1)!.events).toHaveLength(1);
  expect(harness.resumed).toEqual([8]);
});

test('a batch is delivered in one piece', async () => {
  const harness = await Harness.open();
  harness.server.sendsBatches = true;
  startedThread(harness, 't', ['a']).finish();
  await settle();
  harness.client.follow('t');
  await settle();
  expect(harness.deliveries).toHaveLength(1);
  expect(harness.text('t')).toBe('a');
});

test('a lost event is asked for again from the cursor, and what came after it waits', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a']);
  harness.client.follow('t');
  await settle();
  harness.server.lostSeqs.add(4);
  run.say('b');
  run.say('c');
  run.say('d');
  await settle();
  expect(harness.commands('subscribe').at(-1)).toMatchObject({ thread_id: 't', after: 3, epoch: 'e1' });
  expect(harness.commands('subscribe')).toHaveLength(2);
  expect(harness.text('t')).toBe('abcd');
  expect(harness.seqs()).toEqual([1, 2, 3, 6]);
});

test('a sequence that stays broken ends in a new connection, not in a loop', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a']);
  harness.client.follow('t');
  await settle();
  run.thread.since = (after) => run.thread.events.slice(after + 1);
  harness.server.lostSeqs.add(4);
  for (const word of 'xyz') run.say(word);
  await settle();
  expect(harness.status).toBe('reconnecting');
  expect(harness.commands('subscribe')).toHaveLength(4);
});

test('a thread whose log no longer reaches back is replaced by a snapshot', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a', 'b']);
  harness.client.follow('t');
  await settle();
  harness.world.cut();
  run.say('c');
  run.thread.retainedAfter = 5;
  await harness.world.timers.advance(500);
  run.say('d');
  await settle();
  expect(harness.text('t')).toBe('abcd');
  expect(harness.client.cursor('t')).toEqual({ seq: 6, epoch: 'e1' });
});

test('another epoch is announced by a snapshot and taken over', async () => {
  const harness = await Harness.open();
  const run = startedThread(harness, 't', ['a']);
  harness.client.follow('t');
  await settle();
  harness.world.cut();
  run.thread.epoch = 'e2';
  await harness.world.timers.advance(500);
  expect(harness.client.cursor('t')).toEqual({ seq: 3, epoch: 'e2' });
});

test('more cursors than an address may hold go as first frames', async () => {
  const harness = await Harness.open();
  const ids = Array.from({ length: 60 }, (_, index) => `thread-with-a-rather-long-name-${index}`);
  for (const id of ids) startedThread(harness, id, ['a']);
  for (const id of ids) harness.client.follow(id);
  await settle();
  harness.world.cut();
  harness.server.commands.length = 0;
  await harness.world.timers.advance(500);
  expect(harness.server.queries.at(-1)).toBe('?resume=1');
  expect(harness.commands('subscribe')).toHaveLength(61);
  expect(harness.commands('subscribe').at(-1)).toMatchObject({ thread_id: '*' });
  expect(harness.resumed).toEqual([0]);
});

test('a thread followed while the connection is being made is subscribed when it is there', async () => {
  const harness = new Harness();
  startedThread(harness, 't', ['a']);
  harness.client.connect();
  await Promise.resolve();
  await Promise.resolve();
  harness.client.follow('t');
  await settle();
  expect(harness.text('t')).toBe('a');
});

test('a followed thread that was deleted meanwhile is found missing, and the others go on', async () => {
  const harness = await Harness.open();
  const gone = startedThread(harness, 'gone', ['a']);
  const kept = startedThread(harness, 'kept', ['a']);
  harness.client.follow('gone');
  harness.client.follow('kept');
  await settle();
  harness.world.cut();
  gone.thread.deleted = true;
  kept.say('b');
  await harness.world.timers.advance(500);
  expect(harness.missing).toEqual(['gone']);
  expect(harness.text('kept')).toBe('ab');
  expect(harness.resumed).toEqual([1]);
});

test('a thread of the first address that does not exist is found missing', async () => {
  const harness = new Harness();
  harness.client.follow('nowhere');
  harness.client.connect();
  await settle();
  expect(harness.missing).toEqual(['nowhere']);
  expect(harness.resumed).toEqual([]);
});

test('following a thread that does not exist says so and stops asking', async () => {
  const harness = await Harness.open();
  harness.client.follow('nowhere');
  await settle();
  expect(harness.missing).toEqual(['nowhere']);
  expect(harness.client.cursor('nowhere')).toBeUndefined();
});

test('other threads are heard of live, and not at all if not wanted', async () => {
  const all = await Harness.open();
  startedThread(all, 'other', ['a']);
  await settle();
  expect(all.activity.flat().map((event) => event.type)).toEqual(['user_message', 'agent_started', 'token']);
  const none = await Harness.open({ allThreads: false });
  startedThread(none, 'other', ['a']);
  await settle();
  expect(none.server.queries).toEqual(['?resume=1']);
  expect(none.activity).toEqual([]);
});
