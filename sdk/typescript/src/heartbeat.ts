/**
 * Heartbeat: finds a dead peer behind a connection that looks open.
 *
 * Scripts cannot see RFC 6455 pings, so silence alone proves nothing: after `silenceMilliseconds` without a frame it
 * asks (`ask`), and after `answerMilliseconds` more without one it reports `dead`, once.
 *
 * Owner: one Connection; `stop()` when it ends.
 */

import type { TimerHandle, Timers } from './ports.js';

export interface HeartbeatLimits {
  readonly silenceMilliseconds: number;
  readonly answerMilliseconds: number;
}

/** A server that pings every `seconds` is missed after 2.5 of them. */
export function heartbeatLimits(seconds: number): HeartbeatLimits {
  return { silenceMilliseconds: seconds * 2500, answerMilliseconds: Math.max(seconds * 500, 5000) };
}

export class Heartbeat {
  private timer: TimerHandle | undefined;
  private heardAt: number;
  private asking = false;

  constructor(
    private readonly timers: Timers,
    private readonly limits: HeartbeatLimits,
    private readonly ask: () => void,
    private readonly dead: () => void,
  ) {
    this.heardAt = timers.now();
    this.listen(limits.silenceMilliseconds);
  }

  /** A frame arrived. Costs no timer: the running one looks at the time when it fires. */
  heard(): void {
    this.heardAt = this.timers.now();
    if (!this.asking) return;
    this.asking = false;
    this.listen(this.limits.silenceMilliseconds);
  }

  /** Asks now: the page came back to the foreground, or the network changed. */
  probe(): void {
    if (this.asking) return;
    this.asking = true;
    this.arm(this.limits.answerMilliseconds, () => this.dead());
    this.ask();
  }

  stop(): void {
    if (this.timer !== undefined) this.timers.clear(this.timer);
    this.timer = undefined;
  }

  private listen(milliseconds: number): void {
    this.arm(milliseconds, () => {
      const left = this.heardAt + this.limits.silenceMilliseconds - this.timers.now();
      if (left > 0) this.listen(left);
      else this.probe();
    });
  }

  private arm(milliseconds: number, callback: () => void): void {
    this.stop();
    this.timer = this.timers.set(callback, milliseconds);
  }
}
