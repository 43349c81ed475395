import { expect, test } from 'vitest';
import { settle, World } from './fake/world.js';
import { Harness, startedThread } from './harness.js';

async function closeAll(harness: Harness, code: number, name: string): Promise<void> {
  for (const session of [...harness.server.sessions]) session.close(code, name);
  await settle();
}

test('the token travels in a subprotocol, url-safe and without padding', async () => {
  const world = new World();
  const token = 'eyJ?>~ü.x';
  world.server.tokens.set(Buffer.from(token).toString('binary'), 'ada');
  const harness = new Harness(world, { token: async () => token });
  harness.client.connect();
  await settle();
  expect(world.sockets[0]!.protocols).toEqual(['goldenpath.v1', `jwt.${Buffer.from(token).toString('base64url')}`]);
});

test('the states of a connection that is lost and found', async () => {
  const harness = new Harness();
  const states: string[] = [];
  harness.client.on('state', (state) => states.push(state.status));
  harness.client.connect();
  await settle();
  harness.world.cut();
  await harness.world.timers.advance(500);
  expect(states).toEqual(['connecting', 'open', 'reconnecting', 'reconnecting', 'open']);
});

test('waiting times double with every attempt and start over after a useful connection', async () => {
  const harness = await Harness.open();
  startedThread(harness, 't', ['a']);
  harness.client.follow('t');
  await settle();
  harness.world.reachable = false;
  const waits: number[] = [];
  harness.client.on('state', (state) => {
    if (state.status === 'reconnecting' && state.nextAttemptAt !== undefined) {
      waits.push(state.nextAttemptAt - harness.world.timers.now());
    }
  });
  harness.world.cut();
  await harness.world.timers.advance(400 + 800 + 1600 + 3200);
  expect(waits).toEqual([399, 799, 1599, 3199, 6399]);
  harness.world.reachable = true;
  await harness.world.timers.advance(7000);
  await harness.client.threads();
  harness.world.cut();
  expect(waits.at(-1)).toBe(399);
});

test('a server that welcomes and fails at once is not hammered', async () => {
  const harness = await Harness.open();
  for (let round = 0; round < 5; round++) {
    harness.world.cut();
    await harness.world.timers.advance(400 * 2 ** round);
    expect(harness.status).toBe('open');
  }
  harness.world.cut();
  expect(harness.client.state).toMatchObject({ attempt: 6, nextAttemptAt: harness.world.timers.now() + 12_799 });
});

test('the user need not wait for the next attempt', async () => {
  const harness = await Harness.open();
  harness.world.cut();
  harness.client.retryNow();
  await settle();
  expect(harness.status).toBe('open');
});

test('a goaway is followed to the millisecond', async () => {
  const harness = await Harness.open();
  for (const session of harness.server.sessions) {
    session.frame({ type: 'goaway', reconnect_after_ms: 3120, reason: 'draining' });
  }
  await harness.world.timers.advance(120);
  await closeAll(harness, 1012, 'draining');
  expect(harness.client.state).toMatchObject({ nextAttemptAt: harness.world.timers.now() + 3000 });
  await harness.world.timers.advance(2999);
  expect(harness.status).toBe('reconnecting');
  await harness.world.timers.advance(1);
  expect(harness.status).toBe('open');
});

test('a server that says goaway and does not close is left at the moment it named', async () => {
  const harness = await Harness.open();
  for (const session of harness.server.sessions) session.frame({ type: 'goaway', reconnect_after_ms: 50, reason: 'x' });
  await harness.world.timers.advance(51);
  expect(harness.status).toBe('open');
  expect(harness.world.sockets).toHaveLength(2);
});

test('overload is answered with a longer wait than a lost connection', async () => {
  const harness = await Harness.open();
  await closeAll(harness, 1013, 'overloaded');
  expect(harness.client.state).toMatchObject({ nextAttemptAt: harness.world.timers.now() + 1599 });
});

test.each([
  [4401, 'unauthenticated'],
  [4402, 'token_expired'],
])('close %i %s gets another token and goes on', async (close, name) => {
  const harness = new Harness();
  harness.tokens = ['token-1', 'token-2'];
  harness.server.tokens.set('token-2', 'ada');
  harness.client.connect();
  await settle();
  await closeAll(harness, close, name);
  await settle();
  expect(harness.tokenReasons).toEqual(['start', 'refused']);
  expect(harness.status).toBe('open');
});

test('a token is kept as long as the server takes it', async () => {
  const harness = await Harness.open();
  harness.world.cut();
  await harness.world.timers.advance(500);
  expect(harness.tokenReasons).toEqual(['start']);
});

test('two refused tokens in a row are a signed-out user, who may try again', async () => {
  const harness = new Harness();
  harness.tokens = ['stale-1', 'stale-2', 'token-1'];
  harness.client.connect();
  await settle();
  await settle();
  expect(harness.status).toBe('signed_out');
  harness.client.connect();
  await settle();
  expect(harness.status).toBe('open');
});

test('the refused token offered again is a signed-out user', async () => {
  const harness = new Harness();
  harness.tokens = ['stale'];
  harness.client.connect();
  await settle();
  await settle();
  expect(harness.status).toBe('signed_out');
  expect(harness.world.sockets).toHaveLength(1);
});

test('nobody signed in is a signed-out user without a connection', async () => {
  const harness = new Harness();
  harness.tokens = [null];
  harness.client.connect();
  await settle();
  expect(harness.status).toBe('signed_out');
  expect(harness.world.sockets).toHaveLength(0);
});

test('a token that cannot be fetched is a network failure', async () => {
  const harness = new Harness();
  harness.tokens = [new Error('offline'), 'token-1'];
  harness.client.connect();
  await settle();
  expect(harness.status).toBe('reconnecting');
  await harness.world.timers.advance(500);
  expect(harness.status).toBe('open');
});

test.each([
  [4403, 'forbidden'],
  [4409, 'replaced'],
  [4410, 'revoked'],
  [1002, 'protocol_error'],
])('close %i stops and says %s', async (close, code) => {
  const harness = await Harness.open();
  await closeAll(harness, close, code);
  await harness.world.timers.advance(60_000);
  expect(harness.client.state).toMatchObject({ status: 'closed', code });
  expect(harness.world.sockets).toHaveLength(1);
});

test('a token is replaced in band before it expires', async () => {
  const harness = new Harness();
  harness.tokens = ['token-1', 'token-2'];
  harness.server.tokenExpiresAt = harness.server.seconds() + 600;
  harness.client.connect();
  await settle();
  await harness.world.timers.advance(539_000);
  expect(harness.tokenReasons).toEqual(['start']);
  await harness.world.timers.advance(2000);
  expect(harness.tokenReasons).toEqual(['start', 'expiring']);
  expect(harness.commands('auth')).toMatchObject([{ token: 'token-2' }]);
  expect(harness.status).toBe('open');
});

test('a silent connection is asked, and goes on when it answers', async () => {
  const harness = await Harness.open();
  await harness.world.timers.advance(49_000);
  expect(harness.commands('ping')).toHaveLength(0);
  await harness.world.timers.advance(1000);
  expect(harness.commands('ping')).toHaveLength(1);
  await harness.world.timers.advance(49_000);
  expect(harness.status).toBe('open');
  expect(harness.world.sockets).toHaveLength(1);
});

test('a dead peer is found and the connection made again', async () => {
  const harness = await Harness.open();
  harness.server.answersPings = false;
  await harness.world.timers.advance(60_400);
  expect(harness.world.sockets).toHaveLength(2);
  expect(harness.status).toBe('open');
});

test('a probe finds a dead peer without waiting for silence', async () => {
  const harness = await Harness.open();
  harness.server.answersPings = false;
  harness.client.probe();
  await harness.world.timers.advance(10_401);
  expect(harness.world.sockets).toHaveLength(2);
});

test('an address that never welcomes is given up', async () => {
  const harness = new Harness();
  harness.server.accept = () => undefined;
  harness.client.connect();
  await harness.world.timers.advance(15_000);
  expect(harness.status).toBe('reconnecting');
});

test('closing is quiet, and connecting again works', async () => {
  const harness = await Harness.open();
  harness.client.close();
  await harness.world.timers.advance(60_000);
  expect(harness.client.state).toMatchObject({ status: 'closed', code: 'normal' });
  expect(harness.server.sessions.size).toBe(0);
  harness.client.connect();
  await settle();
  expect(harness.status).toBe('open');
});
