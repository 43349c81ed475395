/**
 * TokenRefresh: replaces the token of an open connection shortly before it expires, so it need not
 * be closed for it.
 *
 * Does nothing for a token without an end. If renewing fails the server closes with
 * `token_expired`, and the Link asks for a token then.
 */

import type { TimerHandle, Timers } from './ports.js';

/** How long before its end a token is replaced, unless a fifth of its life is less. */
const leadSecondsMax = 60;

export class TokenRefresh {
  private timer: TimerHandle | undefined;
  private serverAhead = 0;

  constructor(
    private readonly timers: Timers,
    /** Renews and answers the new end in server seconds; nothing for a token without an end. */
    private readonly renew: () => Promise<number | null | undefined>,
  ) {}

  /** Both in seconds since 1970 by the server's clock. */
  start(serverTime: number, expiresAt: number | null | undefined): void {
    this.serverAhead = serverTime - this.timers.now() / 1000;
    this.schedule(expiresAt);
  }

  stop(): void {
    if (this.timer !== undefined) this.timers.clear(this.timer);
    this.timer = undefined;
  }

  private schedule(expiresAt: number | null | undefined): void {
    this.stop();
    if (typeof expiresAt !== 'number') return;
    const life = Math.max(0, expiresAt - this.serverAhead - this.timers.now() / 1000);
    const wait = life - Math.min(leadSecondsMax, life / 5);
    this.timer = this.timers.set(() => {
      this.timer = undefined;
      this.renew().then(
        (next) => this.schedule(next),
        () => undefined,
      );
    }, wait * 1000);
  }
}
