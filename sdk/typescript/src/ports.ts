/**
 * What the client needs from the world around it. Tests replace all of it; `platform()` is the real
 * one.
 *
 * Sockets follow the browser's WebSocket: handlers are properties, `message` carries text.
 * `terminate`, where it exists (the `ws` package), drops the connection without a closing
 * handshake.
 */

export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  terminate?(): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket;

export type TimerHandle = object | number;

export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  set(callback: () => void, milliseconds: number): TimerHandle;
  clear(handle: TimerHandle): void;
}

export interface Platform {
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  random(): number;
  uuid(): string;
  readonly WebSocket: SocketConstructor;
}

/** setTimeout fires at once for more than 2^31 - 1 ms, so longer waits are cut to that. */
const timeoutMillisecondsMax = 2 ** 31 - 1;

const systemTimers: Timers = {
  now: () => Date.now(),
  set: (callback, milliseconds) => setTimeout(callback, Math.min(milliseconds, timeoutMillisecondsMax)),
  clear: (handle) => clearTimeout(handle as number),
};

/** The platform this runs on; `overrides` replaces parts of it (Node 20 has no WebSocket: pass the one of `ws`). */
export function platform(overrides: Partial<Platform> = {}): Platform {
  const WebSocket = overrides.WebSocket ?? (globalThis.WebSocket as unknown as SocketConstructor | undefined);
  if (WebSocket === undefined) throw new TypeError('this platform has no WebSocket: pass one as platform.WebSocket');
  return {
    timers: overrides.timers ?? systemTimers,
    random: overrides.random ?? Math.random,
    uuid: overrides.uuid ?? randomUuid,
    WebSocket,
  };
}

/** RFC 9562 version 4. `crypto.randomUUID` exists only in secure contexts; a page on plain http has getRandomValues. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
