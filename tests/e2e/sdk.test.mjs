/** The client against the real server: what is promised about order, loss, duplicates and isolation. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CuttingProxy } from './support/cuttingProxy.mjs';
import { demoToken, Person, upTo } from './support/person.mjs';
import { RawConnection } from './support/rawConnection.mjs';
import { Server } from './support/server.mjs';

let server;

before(async () => {
  server = await Server.start();
});

after(() => server?.stop());

/** Closed at the end of the test, whatever happens in it. */
async function person(t, url, user, options) {
  const one = await Person.open(url, user, options);
  t.after(() => one.close());
  return one;
}

async function proxyTo(t, port) {
  const proxy = await CuttingProxy.to(port);
  t.after(() => proxy.close());
  return proxy;
}

test('a client cut 20 times in one run holds exactly what one holds that never left, and so does one that comes late', async (t) => {
  const cutsWanted = 20;
  const tokens = 1500;
  const proxy = await proxyTo(t, server.port);
  const steady = await person(t, server.url, 'ada');
  const restless = await person(t, proxy.url, 'ada');

  const { accepted } = steady.client.sendMessage({
    threadId: 'long',
    content: `count for me tokens=${tokens} rate=300`,
  });
  const { run_id: runId } = await accepted;
  restless.client.follow('long');
  for (let cut = 1; cut <= cutsWanted; cut++) {
    const mark = Math.floor((cut * tokens) / (cutsWanted + 2));
    await restless.until(() => restless.transcript('long').seq >= mark, `seq ${mark} after ${cut - 1} cuts`);
    assert.equal(restless.answer('long').state, 'running', `cut ${cut} is inside the run`);
    proxy.cut();
  }
  const expected = await steady.ending('long', runId);
  await restless.ending('long', runId);

  assert.equal(expected.state, 'completed');
  assert.equal(proxy.cuts, cutsWanted);
  assert.deepEqual(restless.transcript('long'), steady.transcript('long'));
  assert.deepEqual(restless.seqs('long'), upTo(steady.transcript('long').seq));
  assert.deepEqual(steady.seqs('long'), upTo(steady.transcript('long').seq));
  assert.equal(
    steady.text('long'),
    steady.events('long').findLast((event) => event.type === 'agent_completed').payload.text,
  );

  const late = await person(t, server.url, 'ada');
  late.client.follow('long');
  await late.ending('long', runId);
  assert.deepEqual(late.transcript('long'), steady.transcript('long'));
  assert.deepEqual(late.seqs('long'), upTo(steady.transcript('long').seq));
});

test('a message sent again with its id, by any connection and over HTTP, runs once', async (t) => {
  const token = await demoToken(server.url, 'grace');
  const [one, two] = await Promise.all([RawConnection.open(server.url, token), RawConnection.open(server.url, token)]);
  t.after(() => [one, two].forEach((connection) => connection.close()));
  const message = { type: 'user_message', message_id: 'the-only-one', thread_id: 'once', content: 'hello tokens=5' };
  one.send({ ...message, id: 'a' });
  two.send({ ...message, id: 'b' });
  one.send({ ...message, id: 'c' });
  const acks = await Promise.all([one.answer('a'), two.answer('b'), one.answer('c')]);
  const response = await fetch(`${server.url}/v1/threads/once/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ message_id: message.message_id, content: message.content }),
  });
  assert.equal(response.status, 202);
  const runs = [...acks, await response.json()].map(({ run_id, seq }) => ({ run_id, seq }));
  assert.deepEqual(runs, Array(4).fill(runs[0]));
  assert.ok(runs[0].run_id, JSON.stringify(acks));

  const reader = await person(t, server.url, 'grace');
  reader.client.follow('once');
  await reader.ending('once', runs[0].run_id);
  await reader.client.threads();
  const questions = reader
    .events('once')
    .filter((event) => event.type === 'user_message' || event.type === 'agent_started');
  assert.deepEqual(
    questions.map((event) => event.type),
    ['user_message', 'agent_started'],
  );

  one.send({ ...message, id: 'd', content: 'something else' });
  assert.equal((await one.answer('d')).code, 'idempotency_conflict');
});

test('a message whose ack the network swallowed is accepted once', async (t) => {
  const proxy = await proxyTo(t, server.port);
  const sender = await person(t, proxy.url, 'ada');
  const { messageId, accepted } = sender.client.sendMessage({ threadId: 'swallowed', content: 'hello tokens=5' });
  proxy.cut();
  const ack = await accepted;
  await sender.ending('swallowed', ack.run_id);
  const reader = await person(t, server.url, 'ada');
  reader.client.follow('swallowed');
  await reader.ending('swallowed', ack.run_id);
  const questions = reader.events('swallowed').filter((event) => event.type === 'user_message');
  assert.deepEqual(
    questions.map((event) => event.payload.message_id),
    [messageId],
  );
});

test('a stop reaches every client of the user, keeps the text and is the last word', async (t) => {
  const [one, two] = [await person(t, server.url, 'ada'), await person(t, server.url, 'ada')];
  const { run_id: runId } = await one.client.sendMessage({
    threadId: 'stopped',
    content: 'on and on tokens=5000 rate=100',
  }).accepted;
  two.client.follow('stopped');
  await two.until(() => two.text('stopped') !== '', 'the first text');
  await two.client.stop(runId, 'enough');
  const [seenByOne, seenByTwo] = [await one.ending('stopped', runId), await two.ending('stopped', runId)];
  assert.equal(seenByOne.state, 'cancelled');
  assert.equal(seenByTwo.cancelled.by, 'ada');
  await two.client.stop(runId);
  await two.client.threads();
  assert.equal(two.events('stopped').at(-1).type, 'agent_cancelled');
  assert.notEqual(two.text('stopped'), '');
});

test('messages queue behind the run that is active, and interrupt it if asked to', async (t) => {
  const one = await person(t, server.url, 'ada');
  const send = (content, onActive) => one.client.sendMessage({ threadId: 'queue', content, onActive }).accepted;
  const first = await send('first tokens=40 rate=100');
  await assert.rejects(send('refused', 'reject'), { code: 'run_active' });
  const second = await send('second tokens=5000 rate=50', 'queue');
  assert.equal((await one.ending('queue', first.run_id)).state, 'completed');
  await one.until(
    () => one.answer('queue').runId === second.run_id && one.text('queue') !== '',
    'the second answer to begin',
  );
  const third = await send('third tokens=5 rate=100', 'interrupt');
  assert.equal((await one.ending('queue', second.run_id)).state, 'cancelled');
  assert.equal((await one.ending('queue', third.run_id)).state, 'completed');
});

test('threads are made, listed, renamed, read and deleted, on every client', async (t) => {
  const [one, two] = [await person(t, server.url, 'lin'), await person(t, server.url, 'lin')];
  assert.equal((await one.client.createThread({ threadId: 'mine', title: 'One' })).title, 'One');
  two.client.follow('mine');
  await one.client.renameThread('mine', 'Two');
  await two.until(() => two.transcript('mine').title === 'Two', 'the new title');
  const { run_id: runId } = await one.client.sendMessage({ threadId: 'mine', content: 'hello tokens=5' }).accepted;
  await one.ending('mine', runId);
  const { messages } = await two.client.history('mine');
  assert.deepEqual(
    messages.map(({ role, status }) => [role, status]),
    [
      ['user', 'complete'],
      ['assistant', 'complete'],
    ],
  );
  assert.equal(messages[1].content, one.text('mine'));
  assert.deepEqual(
    (await two.client.threads()).threads.map(({ thread_id, title }) => [thread_id, title]),
    [['mine', 'Two']],
  );
  await one.client.deleteThread('mine');
  await two.until(() => two.transcript('mine').deleted, 'the thread to be deleted');
  assert.deepEqual((await one.client.threads()).threads, []);
});

test('another user sees nothing, and a foreign thread is exactly a missing one', async (t) => {
  const [owner, other] = [await person(t, server.url, 'ada'), await person(t, server.url, 'mallory')];
  const { run_id: runId } = await owner.client.sendMessage({ threadId: 'private', content: 'a secret tokens=5' })
    .accepted;
  await owner.ending('private', runId);
  const heard = [];
  other.client.on('activity', (events) => heard.push(...events));
  other.client.follow('private');
  await other.until(() => other.missing.length > 0, 'the foreign thread to be missing');
  const foreign = await other.client.history('private').catch((error) => error);
  const missing = await other.client.history('nowhere').catch((error) => error);
  assert.equal(foreign.code, 'thread_not_found');
  assert.equal(foreign.message.replaceAll('private', 'nowhere'), missing.message);
  assert.deepEqual((await other.client.threads()).threads, []);
  assert.deepEqual(heard, []);
  assert.deepEqual(other.events('private'), []);
});

test('a server that is killed in the middle of a run says so when it is back, to all in the same words', async (t) => {
  const first = await Server.start();
  t.after(() => first.stop());
  const proxy = await proxyTo(t, first.port);
  const witness = await person(t, proxy.url, 'ada');
  const { run_id: runId } = await witness.client.sendMessage({
    threadId: 'crash',
    content: 'long tokens=5000 rate=200',
  }).accepted;
  await witness.until(() => witness.text('crash').length > 100, 'some text');
  proxy.isDown = true;
  proxy.cut();
  await first.end('SIGKILL');
  const second = await Server.start({ data: first.data });
  t.after(() => second.stop());
  proxy.targetPort = second.port;
  proxy.isDown = false;
  const ending = await witness.ending('crash', runId);
  assert.equal(ending.state, 'failed');
  const late = await person(t, second.url, 'ada');
  late.client.follow('crash');
  assert.equal((await late.ending('crash', runId)).failure.code, 'interrupted');
  assert.equal(late.text('crash'), witness.text('crash'));
  const { run_id: next } = await witness.client.sendMessage({ threadId: 'crash', content: 'and on tokens=5' }).accepted;
  assert.equal((await witness.ending('crash', next)).state, 'completed');
});
