import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Session } from '../src/app/session.ts';

interface Call {
  readonly url: string;
  readonly body: unknown;
}

/** A server of one kind, and what it was asked. */
function serve(demo: boolean): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    calls.push({ url, body: init?.body === undefined ? undefined : JSON.parse(String(init.body)) });
    if (url === '/version') return Response.json({ demo });
    if (!demo) return new Response('{}', { status: 404 });
    return Response.json({ token: `token-${calls.length}`, user_id: 'guest', expires_at: 1 });
  });
  return calls;
}

function session(address: string): Session {
  history.replaceState(null, '', address);
  return new Session(location, () => undefined);
}

beforeEach(() => sessionStorage.clear());
afterEach(() => vi.unstubAllGlobals());

test('a demo server signs everybody in, and the same user again', async () => {
  const calls = serve(true);
  const one = session('/');
  expect(await one.token('start')).toBe('token-2');
  expect(await one.token('refused')).toBe('token-3');
  expect(one.isDemo).toBe(true);
  expect(calls.map(({ body }) => body)).toEqual([undefined, {}, { user: 'guest' }]);
});

test('the address may name the user of a demo server', async () => {
  const calls = serve(true);
  await session('/?user=ada').token('start');
  expect(calls.at(-1)?.body).toEqual({ user: 'ada' });
});

test('a token in the address is used and taken off it', async () => {
  serve(false);
  const one = session('/?x=1#token=secret.token');
  expect(location.href).not.toContain('secret');
  expect(location.search).toBe('?x=1');
  expect(await one.token('start')).toBe('secret.token');
});

test('without a token nobody is signed in', async () => {
  serve(false);
  expect(await session('/').token('start')).toBeNull();
});

test('a pasted token is used until the server refuses it', async () => {
  serve(false);
  const one = session('/');
  one.signIn('pasted');
  expect(await one.token('start')).toBe('pasted');
  expect(await session('/').token('start')).toBe('pasted');
  expect(await one.token('refused')).toBeNull();
  expect(await session('/').token('start')).toBeNull();
});

test('a server that cannot be reached is no answer, not a sign-out', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  await expect(session('/').token('start')).rejects.toThrow('Failed to fetch');
});

test('a server that is no longer a demo signs out', async () => {
  const calls = serve(true);
  const one = session('/');
  await one.token('start');
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }));
  expect(await one.token('refused')).toBeNull();
  expect(one.isDemo).toBe(false);
  expect(calls).toHaveLength(2);
});
