/** Agents behind the OpenAI protocol: an independent one that behaves, and handmade ones that do not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { textOf } from '@goldenpath/client';
import { chunk, HandmadeAgent, write } from './support/agents.mjs';
import { Person } from './support/person.mjs';
import { Server } from './support/server.mjs';
import { randomFrom, soon } from './support/until.mjs';

async function talkingTo(t, agent) {
  const server = await Server.start({ agents: [agent] });
  t.after(() => server.stop());
  const person = await Person.open(server.url, 'ada');
  t.after(() => person.close());
  return person;
}

function terminals(events) {
  return events.filter(({ type }) => ['agent_completed', 'agent_error', 'agent_cancelled'].includes(type));
}

test('an answer of an independent agent arrives whole, with its reasoning', async (t) => {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const answer = 'Six times seven is **forty-two** — naïve, but “right” 🙂.';
  mock.onMessage(/six times seven/i, { content: answer, reasoning: 'Multiply six by seven.' }, { chunkSize: 3 });
  await mock.start();
  t.after(() => mock.stop());
  const person = await talkingTo(t, `default=openai:${mock.url}/v1#mock`);

  const { run_id: runId } = await person.client.sendMessage({ threadId: 't', content: 'What is six times seven?' })
    .accepted;
  const turn = await person.ending('t', runId);

  assert.equal(turn.state, 'completed');
  assert.equal(turn.finishReason, 'stop');
  assert.equal(textOf(turn), answer);
  assert.equal(turn.parts.find((part) => part.kind === 'thinking')?.text, 'Multiply six by seven.');
  const [{ body }] = mock.getRequests();
  assert.equal(body.model, 'mock');
  assert.equal(body.stream, true);
  assert.deepEqual([body.messages.at(-1).role, body.messages.at(-1).content], ['user', 'What is six times seven?']);
});

test('an agent is told what was said before', async (t) => {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  mock.onMessage(/.*/, { content: 'Noted.' });
  await mock.start();
  t.after(() => mock.stop());
  const person = await talkingTo(t, `default=openai:${mock.url}/v1#mock`);
  for (const content of ['My name is Ada.', 'What is my name?']) {
    const { run_id: runId } = await person.client.sendMessage({ threadId: 't', content }).accepted;
    assert.equal((await person.ending('t', runId)).state, 'completed');
  }
  const said = mock
    .getRequests()
    .at(-1)
    .body.messages.map(({ role, content }) => [role, content]);
  assert.deepEqual(said.slice(-3), [
    ['user', 'My name is Ada.'],
    ['assistant', 'Noted.'],
    ['user', 'What is my name?'],
  ]);
});

test('an agent that answers with an error ends its run with one', async (t) => {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  mock.onMessage(/.*/, { error: { message: 'the model is on fire', type: 'server_error' }, status: 500 });
  await mock.start();
  t.after(() => mock.stop());
  const person = await talkingTo(t, `default=openai:${mock.url}/v1#mock`);
  const { run_id: runId } = await person.client.sendMessage({ threadId: 't', content: 'hello' }).accepted;
  const turn = await person.ending('t', runId);
  assert.equal(turn.state, 'failed');
  assert.equal(terminals(person.events('t')).length, 1);
});

test('an agent that breaks off anywhere ends its run with agent_disconnected, and every token it sent is kept', async (t) => {
  const seeds = Array.from({ length: 16 }, (_, index) => index + 1);
  const plans = seeds.map((seed) => {
    const random = randomFrom(seed);
    const tokens = Array.from({ length: Math.floor(random() * 30) }, (_, index) => `word${index} `);
    return { seed, tokens, extra: Math.floor(random() * chunk('next').length), cleanly: random() < 0.5 };
  });
  const agent = await HandmadeAgent.start(async (response, number) => {
    const { tokens, extra, cleanly } = plans[number - 1];
    for (const token of tokens) await write(response, chunk(token));
    if (extra > 0) await write(response, chunk('next').slice(0, extra));
    if (cleanly) response.end();
    else response.destroy();
  });
  t.after(() => agent.close());
  const person = await talkingTo(t, agent.spec);

  for (const { seed, tokens } of plans) {
    const threadId = `seed-${seed}`;
    const { run_id: runId } = await person.client.sendMessage({ threadId, content: 'go on' }).accepted;
    const turn = await person.ending(threadId, runId);
    await person.client.threads();
    const events = person.events(threadId);
    assert.equal(textOf(turn), tokens.join(''), threadId);
    assert.deepEqual([events.at(-1).type, events.at(-1).payload.code], ['agent_error', 'agent_disconnected'], threadId);
    assert.equal(terminals(events).length, 1, threadId);
  }
  assert.equal(agent.requests, plans.length, 'no run was started twice');
});

test('an agent nobody listens for is unreachable, and the thread goes on', async (t) => {
  const agent = await HandmadeAgent.start(() => undefined);
  await agent.close();
  const person = await talkingTo(t, agent.spec);
  const { run_id: runId } = await person.client.sendMessage({ threadId: 't', content: 'hello' }).accepted;
  const turn = await person.ending('t', runId);
  assert.deepEqual([turn.state, turn.failure.code], ['failed', 'agent_unreachable']);
});

test('a stop closes the connection to the agent, so that it stops working', async (t) => {
  let closed;
  const upstreamClosed = new Promise((resolve) => (closed = resolve));
  const agent = await HandmadeAgent.start(async (response) => {
    response.once('close', closed);
    await write(response, chunk('I never '));
    await write(response, chunk('end'));
  });
  t.after(() => agent.close());
  const person = await talkingTo(t, agent.spec);
  const { run_id: runId } = await person.client.sendMessage({ threadId: 't', content: 'hello' }).accepted;
  await person.until(() => person.text('t') === 'I never end', 'the text');
  await person.client.stop(runId);
  await soon(upstreamClosed, 'the connection to the agent to close');
  const turn = await person.ending('t', runId);
  assert.deepEqual([turn.state, textOf(turn)], ['cancelled', 'I never end']);
});

test('a client that leaves does not stop the run', async (t) => {
  let goOn;
  const left = new Promise((resolve) => (goOn = resolve));
  const agent = await HandmadeAgent.start(async (response) => {
    await write(response, chunk('before '));
    await left;
    await write(response, chunk('after'));
    response.end(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
  });
  t.after(() => agent.close());
  const server = await Server.start({ agents: [agent.spec] });
  t.after(() => server.stop());
  const first = await Person.open(server.url, 'ada');
  t.after(() => first.close());
  const { run_id: runId } = await first.client.sendMessage({ threadId: 't', content: 'hello' }).accepted;
  await first.until(() => first.text('t') === 'before ', 'the first text');
  first.close();
  goOn();
  const second = await Person.open(server.url, 'ada');
  t.after(() => second.close());
  second.client.follow('t');
  const turn = await second.ending('t', runId);
  assert.deepEqual([turn.state, textOf(turn)], ['completed', 'before after']);
});
