import { expect, test } from 'vitest';
import { GoldenpathClient, textOf } from '@goldenpath/client';
import { settle, World } from '../../sdk/typescript/test/fake/world.ts';
import { Chat } from '../src/app/chat.ts';

async function openChat(world = new World()) {
  const client = new GoldenpathClient({
    url: 'ws://server/ws',
    token: async () => 'token-1',
    platform: world.platform(),
  });
  const chat = new Chat(
    client,
    () => undefined,
    () => world.timers.now() / 1000,
  );
  client.connect();
  await settle();
  return { world, client, chat, server: world.server };
}

function answers(chat: Chat): string[] {
  return chat.entries.flatMap((entry) => (entry.kind === 'answer' && entry.turn ? [textOf(entry.turn)] : []));
}

function runningThread(world: World, id: string, messageId = `m-${id}`) {
  const { server } = world;
  const thread = server.thread('ada', id);
  const command = { type: 'user_message', id: 'x', message_id: messageId, thread_id: id, content: 'hi' } as const;
  const { run_id: runId } = server.userMessage('ada', command) as { run_id: string };
  const finish = () => server.finishRun(thread, runId, 'agent_completed', { text: 'done', finish_reason: 'stop' });
  return { thread, runId, finish };
}

test('a message and the shell of its answer are there at once, and keep their keys when stored', async () => {
  const { chat } = await openChat();
  chat.send('hello');
  const before = chat.entries;
  expect(before).toMatchObject([
    { kind: 'question', delivery: 'sending' },
    { kind: 'answer', turn: undefined },
  ]);
  expect(chat.isBusy).toBe(true);
  await settle();
  expect(chat.entries).toMatchObject([
    { kind: 'question', delivery: undefined },
    { kind: 'answer', turn: { state: 'running' } },
  ]);
  expect(chat.entries.map((entry) => entry.key)).toEqual(before.map((entry) => entry.key));
});

test('a message is never gone between its ack and its event', async () => {
  const world = new World();
  const lengths = new Set<number>();
  const client = new GoldenpathClient({
    url: 'ws://server/ws',
    token: async () => 'token-1',
    platform: world.platform(),
  });
  const chat = new Chat(client, () => lengths.add(chat.entries.length));
  client.connect();
  await settle();
  lengths.clear();
  chat.send('hello');
  await settle();
  expect([...lengths]).toEqual([2]);
});

test('a new thread gets its title from its first message', async () => {
  const { chat } = await openChat();
  expect(chat.isNew).toBe(true);
  chat.send('What is the answer to everything?');
  await settle();
  await settle();
  expect(chat.isNew).toBe(false);
  expect(chat.threads).toMatchObject([{ title: 'What is the answer to everything?', running: true }]);
});

test('a message written offline waits and is sent when the connection is back', async () => {
  const { chat, world } = await openChat();
  world.cut();
  chat.send('hello');
  expect(chat.entries[0]).toMatchObject({ delivery: 'waiting' });
  await world.timers.advance(500);
  expect(chat.entries[0]).toMatchObject({ delivery: undefined });
});

test('stopping before the run has an id stops it when it has one', async () => {
  const { chat } = await openChat();
  chat.send('hello');
  chat.stop();
  expect(chat.isStopping).toBe(true);
  await settle();
  await settle();
  expect(chat.entries.at(-1)).toMatchObject({ turn: { state: 'cancelled' } });
  expect(chat.isBusy).toBe(false);
});

test('stopping a message that never left takes it back', async () => {
  const { chat, world } = await openChat();
  world.cut();
  chat.send('hello');
  chat.stop();
  await settle();
  expect(chat.entries).toEqual([]);
});

test('a run that was started elsewhere can be stopped here', async () => {
  const { chat, world } = await openChat();
  runningThread(world, 't');
  await settle();
  chat.open('t');
  await settle();
  expect(chat.isBusy).toBe(true);
  chat.stop();
  await settle();
  expect(chat.entries.at(-1)).toMatchObject({ turn: { state: 'cancelled' } });
});

test('a refused message stays, says why, and can be sent again', async () => {
  const { chat, server } = await openChat();
  server.plannedErrors.set('user_message', ['payload_too_large']);
  chat.send('hello');
  await settle();
  const [entry] = chat.entries;
  expect(entry).toMatchObject({ kind: 'question', delivery: { code: 'payload_too_large' } });
  if (entry?.kind !== 'question' || typeof entry.delivery !== 'object') throw new Error('it was not refused');
  chat.resend(entry.delivery);
  await settle();
  expect(chat.entries).toMatchObject([{ kind: 'question', delivery: undefined }, { kind: 'answer' }]);
});

test('a thread shows its running mark and, when it ends unseen, its news', async () => {
  const { chat, world } = await openChat();
  const run = runningThread(world, 't');
  await settle();
  await settle();
  expect(chat.threads).toMatchObject([{ threadId: 't', running: true, unread: false }]);
  run.finish();
  await settle();
  expect(chat.threads).toMatchObject([{ running: false, unread: true }]);
  chat.open('t');
  await settle();
  expect(chat.threads).toMatchObject([{ unread: false }]);
});

test('marks are right after a connection was lost', async () => {
  const { chat, world } = await openChat();
  const run = runningThread(world, 't');
  await settle();
  await settle();
  world.cut();
  run.finish();
  await world.timers.advance(500);
  await settle();
  expect(chat.threads).toMatchObject([{ running: false }]);
});

test('only the answer that runs is under way; one behind it says that it waits', async () => {
  const { chat } = await openChat();
  chat.send('first');
  await settle();
  chat.send('second');
  await settle();
  expect(chat.entries.filter((entry) => entry.kind === 'answer')).toMatchObject([
    { turn: { state: 'running' }, queued: false },
    { turn: { state: 'queued' }, queued: true },
  ]);
});

test('a thread deleted in another tab disappears here', async () => {
  const { chat, client } = await openChat();
  chat.send('hello');
  await settle();
  const { threadId } = chat;
  await client.deleteThread(threadId);
  await settle();
  expect(chat.threads).toEqual([]);
  expect(chat.threadId).not.toBe(threadId);
  expect(chat.entries).toEqual([]);
});

test('a thread opened again is not asked for again', async () => {
  const { chat, world, server } = await openChat();
  runningThread(world, 'a').finish();
  runningThread(world, 'b').finish();
  await settle();
  chat.open('a');
  await settle();
  chat.open('b');
  await settle();
  chat.open('a');
  await settle();
  expect(answers(chat)).toEqual(['done']);
  expect(server.commands.filter((command) => command.type === 'subscribe')).toHaveLength(2);
});

test('of many threads opened, the oldest is let go and loads again when asked for', async () => {
  const { chat, world, client } = await openChat();
  for (let index = 0; index < 10; index++) runningThread(world, `t${index}`).finish();
  await settle();
  for (let index = 0; index < 10; index++) chat.open(`t${index}`);
  await settle();
  expect(client.cursor('t0')).toBeUndefined();
  chat.open('t0');
  await settle();
  expect(answers(chat)).toEqual(['done']);
});
