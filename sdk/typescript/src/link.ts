/**
 * Link: keeps one Connection alive: tokens, back-off, orders of the server.
 *
 * How it works. Every ending carries the advice of the code table. `resume` and `later` wait with
 * full jitter, `later` from a higher step; `token` asks for another token first; `never` stops. A
 * `goaway` names the moment to come back, already jittered by the server, and is followed exactly.
 * Attempts count up until a connection proves useful (`progress`), so a server that accepts and
 * fails at once is not hammered.
 */

import { backoffMilliseconds } from './backoff.js';
import type { Code } from './codes.gen.js';
import type { Command } from './commands.js';
import { Connection } from './connection.js';
import { connectionLost, type Ending } from './ending.js';
import type { Incoming, WelcomeFrame } from './frames.js';
import type { Platform, TimerHandle } from './ports.js';
import type { ClientState } from './state.js';
import type { TokenSource } from './token.js';

export interface LinkHandlers {
  /** The query of the next connection's address. */
  query(): string;
  /** The connection is open; runs before the state is reported. */
  welcome(frame: WelcomeFrame): void;
  receive(incoming: Incoming): void;
  /** The connection that was open, or was being made, is gone. */
  lost(): void;
  state(state: ClientState): void;
}

/** The back-off step at which `later` starts: up to 1.6 s with the usual limits. */
const laterAttempt = 2;

export class Link {
  private current: ClientState = { status: 'closed', code: 'normal', reason: 'not connected yet' };
  private connection: Connection | undefined;
  private timer: TimerHandle | undefined;
  private attempts = 0;
  private lostAt: number | undefined;
  private comeBackAt: number | undefined;
  /** Tells an answer of the token provider that came too late from the one awaited. */
  private generation = 0;

  constructor(
    private readonly platform: Platform,
    private readonly url: string,
    private readonly tokens: TokenSource,
    private readonly handlers: LinkHandlers,
  ) {}

  get state(): ClientState {
    return this.current;
  }

  get isOpen(): boolean {
    return this.current.status === 'open';
  }

  /** Starts, or starts anew after `signed_out` or `closed`. Otherwise does nothing. */
  connect(): void {
    if (this.current.status !== 'closed' && this.current.status !== 'signed_out') return;
    this.tokens.reset();
    this.attempts = 0;
    this.lostAt = undefined;
    this.change({ status: 'connecting' });
    void this.start();
  }

  close(): void {
    this.stop({ status: 'closed', code: 'normal', reason: 'closed by the application' });
  }

  send(command: Command): void {
    this.connection?.send(command);
  }

  /** The connection did something useful: the next loss is a first one. */
  progress(): void {
    this.attempts = 0;
  }

  /** Ends the waiting for the next attempt. */
  retryNow(): void {
    if (this.current.status !== 'reconnecting' || this.timer === undefined) return;
    this.disarm();
    void this.start();
  }

  /** Drops the connection as if the network had failed; the link comes back by itself. */
  drop(ending: Ending = connectionLost): void {
    this.connection?.abandon(ending);
  }

  probe(): void {
    this.connection?.probe();
  }

  /** The server ends this connection soon: leave at the moment it names, or when it closes. */
  goaway(milliseconds: number): void {
    this.comeBackAt = this.platform.timers.now() + milliseconds;
    this.arm(milliseconds, () => this.drop());
  }

  private async start(): Promise<void> {
    const generation = ++this.generation;
    if (this.lostAt !== undefined) this.change(this.reconnecting(connectionLost.code));
    try {
      const token = await this.tokens.current();
      if (generation !== this.generation) return;
      if (token === null) this.stop({ status: 'signed_out', reason: 'there is no token the server accepts' });
      else this.open(token);
    } catch (error) {
      if (generation === this.generation) this.ended({ ...connectionLost, message: `no token: ${String(error)}` });
    }
  }

  private open(token: string): void {
    this.connection = new Connection(this.platform, `${this.url}?${this.handlers.query()}`, token, {
      welcome: (frame) => this.welcome(frame),
      receive: (incoming) => this.handlers.receive(incoming),
      end: (ending) => this.ended(ending),
    });
  }

  private welcome(frame: WelcomeFrame): void {
    this.tokens.accept();
    this.lostAt = undefined;
    this.current = { status: 'open', userId: frame.user_id, connectionId: frame.connection_id };
    this.handlers.welcome(frame);
    this.handlers.state(this.current);
  }

  private ended(ending: Ending): void {
    this.connection = undefined;
    const comeBackAt = this.comeBackAt;
    this.comeBackAt = undefined;
    this.disarm();
    if (ending.retry === 'never') {
      this.stop({ status: 'closed', code: ending.code as Code, reason: ending.message });
      return;
    }
    this.lostAt ??= this.platform.timers.now();
    if (ending.retry === 'token') {
      this.tokens.refuse();
      this.handlers.lost();
      void this.start();
      return;
    }
    const now = this.platform.timers.now();
    const delay = comeBackAt === undefined ? this.backoff(ending) : Math.max(0, comeBackAt - now);
    this.attempts += 1;
    this.arm(delay, () => void this.start());
    this.change(this.reconnecting(ending.message, now + delay));
    this.handlers.lost();
  }

  private backoff(ending: Ending): number {
    const attempt = ending.retry === 'later' ? Math.max(this.attempts, laterAttempt) : this.attempts;
    return backoffMilliseconds(attempt, this.platform.random);
  }

  private reconnecting(cause: string, nextAttemptAt?: number): ClientState {
    const lostAt = this.lostAt ?? this.platform.timers.now();
    const next = nextAttemptAt === undefined ? {} : { nextAttemptAt };
    return { status: 'reconnecting', attempt: Math.max(this.attempts, 1), lostAt, cause, ...next };
  }

  private stop(state: ClientState): void {
    this.generation += 1;
    this.disarm();
    this.comeBackAt = undefined;
    const connection = this.connection;
    this.connection = undefined;
    connection?.close();
    this.change(state);
    this.handlers.lost();
  }

  private change(state: ClientState): void {
    this.current = state;
    this.handlers.state(state);
  }

  private arm(milliseconds: number, callback: () => void): void {
    this.disarm();
    this.timer = this.platform.timers.set(() => {
      this.timer = undefined;
      callback();
    }, milliseconds);
  }

  private disarm(): void {
    if (this.timer !== undefined) this.platform.timers.clear(this.timer);
    this.timer = undefined;
  }
}
