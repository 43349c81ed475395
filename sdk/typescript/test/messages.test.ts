import { expect, test } from 'vitest';
import { settle } from './fake/world.js';
import { Harness, startedThread } from './harness.js';

test('a message is pending until the server accepted it, and its thread is followed from there', async () => {
  const harness = await Harness.open();
  const { messageId, accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  expect(harness.client.pendingMessages()).toMatchObject([{ messageId, threadId: 't', content: 'hi', sent: true }]);
  expect(await accepted).toMatchObject({ thread_id: 't', message_id: messageId, seq: 1 });
  await settle();
  expect(harness.client.pendingMessages()).toEqual([]);
  expect(harness.transcript('t').turns).toMatchObject([{ role: 'user', content: 'hi' }, { state: 'running' }]);
});

test('a message whose ack was lost is sent again with the same id and runs once', async () => {
  const harness = await Harness.open();
  const { messageId, accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  harness.world.cut();
  await harness.world.timers.advance(500);
  expect(await accepted).toMatchObject({ message_id: messageId });
  expect(harness.commands('user_message')).toMatchObject([{ message_id: messageId }, { message_id: messageId }]);
  expect(harness.server.find('ada', 't')!.runs).toHaveLength(1);
});

test('a message written while offline is sent when there is a connection', async () => {
  const harness = await Harness.open();
  harness.world.reachable = false;
  harness.world.cut();
  const { accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  await harness.world.timers.advance(1000);
  expect(harness.client.pendingMessages()).toMatchObject([{ sent: false }]);
  harness.world.reachable = true;
  await harness.world.timers.advance(20_000);
  expect(await accepted).toMatchObject({ thread_id: 't' });
});

test('an unanswered message is sent again on the same connection', async () => {
  const harness = await Harness.open();
  harness.server.plannedErrors.set('user_message', ['silence']);
  const { accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  await harness.world.timers.advance(15_000);
  expect(await accepted).toMatchObject({ thread_id: 't' });
  expect(harness.world.sockets).toHaveLength(1);
});

test('a message the server cannot take now is sent again after a while', async () => {
  const harness = await Harness.open();
  harness.server.plannedErrors.set('user_message', ['rate_limited', 'overloaded']);
  const { accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  await harness.world.timers.advance(5000);
  expect(await accepted).toMatchObject({ thread_id: 't' });
});

test('messages of one thread cannot overtake each other', async () => {
  const harness = await Harness.open();
  harness.server.plannedErrors.set('user_message', ['overloaded']);
  const first = harness.client.sendMessage({ threadId: 't', content: '1', onActive: 'queue' });
  const second = harness.client.sendMessage({ threadId: 't', content: '2', onActive: 'queue' });
  await harness.world.timers.advance(5000);
  expect((await first.accepted).seq).toBeLessThan((await second.accepted).seq);
  expect(harness.commands('user_message').map((command) => 'content' in command && command.content)).toEqual([
    '1',
    '1',
    '2',
  ]);
});

test.each(['run_active', 'idempotency_conflict', 'agent_not_found', 'payload_too_large'])(
  'a message refused with %s fails at once, and the next one goes out',
  async (code) => {
    const harness = await Harness.open();
    harness.server.plannedErrors.set('user_message', [code]);
    const refused = harness.client.sendMessage({ threadId: 't', content: '1' });
    const next = harness.client.sendMessage({ threadId: 't', content: '2' });
    await expect(refused.accepted).rejects.toMatchObject({ code });
    expect(await next.accepted).toMatchObject({ thread_id: 't' });
  },
);

test('a message the server keeps refusing for now fails in the end', async () => {
  const harness = await Harness.open();
  harness.server.plannedErrors.set('user_message', Array<string>(8).fill('store_unavailable'));
  const { accepted } = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  const outcome = expect(accepted).rejects.toMatchObject({ code: 'store_unavailable' });
  await harness.world.timers.advance(120_000);
  await outcome;
});

test('a message can be taken back only before it has left', async () => {
  const harness = await Harness.open();
  const sent = harness.client.sendMessage({ threadId: 't', content: 'hi' });
  expect(harness.client.withdraw(sent.messageId)).toBe(false);
  await sent.accepted;
  harness.world.cut();
  const waiting = harness.client.sendMessage({ threadId: 't', content: 'again' });
  const outcome = expect(waiting.accepted).rejects.toMatchObject({ code: 'withdrawn' });
  expect(harness.client.withdraw(waiting.messageId)).toBe(true);
  await outcome;
});

test('closing fails what still waits', async () => {
  const harness = new Harness();
  const { accepted } = harness.client.sendMessage({ content: 'hi' });
  const threads = harness.client.threads();
  const outcomes = Promise.all([
    expect(accepted).rejects.toMatchObject({ code: 'client_closed' }),
    expect(threads).rejects.toMatchObject({ code: 'client_closed' }),
  ]);
  harness.client.close();
  await outcomes;
});

test('a run is stopped once, and stopping what is over is no error', async () => {
  const harness = await Harness.open();
  const { runId } = startedThread(harness, 't', ['a']);
  harness.client.follow('t');
  await harness.client.stop(runId);
  await harness.client.stop(runId);
  await settle();
  expect(harness.transcript('t').turns.at(-1)).toMatchObject({ state: 'cancelled', cancelled: { by: 'ada' } });
});

test('threads are made, renamed, listed, read and deleted', async () => {
  const { client } = await Harness.open();
  expect(await client.createThread({ threadId: 't', title: 'One' })).toMatchObject({ thread_id: 't', title: 'One' });
  expect(await client.renameThread('t', 'Two')).toMatchObject({ title: 'Two' });
  expect((await client.threads()).threads).toMatchObject([{ thread_id: 't', title: 'Two', status: 'active' }]);
  await client.sendMessage({ threadId: 't', content: 'hi' }).accepted;
  expect((await client.history('t')).messages[0]).toMatchObject({ role: 'user', content: 'hi' });
  await client.deleteThread('t');
  await client.deleteThread('t');
  expect((await client.threads()).threads).toEqual([]);
});

test('a command of a foreign thread fails with the code of the server', async () => {
  const { client } = await Harness.open();
  await expect(client.renameThread('nowhere', 'x')).rejects.toMatchObject({ code: 'thread_not_found' });
});

test('a command that a lost connection left unanswered is asked again', async () => {
  const harness = await Harness.open();
  const threads = harness.client.threads();
  harness.world.cut();
  await harness.world.timers.advance(500);
  expect(await threads).toMatchObject({ threads: [] });
});

test('a command without an answer fails in time', async () => {
  const harness = await Harness.open();
  harness.world.reachable = false;
  harness.world.cut();
  const outcome = expect(harness.client.threads()).rejects.toMatchObject({ code: 'timeout' });
  await harness.world.timers.advance(20_000);
  await outcome;
});

test('what does not fit the limit of the server is known before sending', async () => {
  const { client } = await Harness.open();
  expect(client.fits('hello')).toBe(true);
  expect(client.fits('€'.repeat(400_000))).toBe(false);
});
