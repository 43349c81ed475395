/** ConnectionWatch: what bannerFor needs to know over time, and a tick while a countdown is shown. */

import type { ClientState, GoldenpathClient } from '@goldenpath/client';
import { type Banner, bannerFor, type BannerInput, quietMilliseconds } from './connectionBanner.ts';

const tickMilliseconds = 500;

export class ConnectionWatch {
  private regained: BannerInput['regained'];
  private lostAt: number | undefined;

  constructor(
    private readonly client: GoldenpathClient,
    private readonly changed: () => void,
  ) {
    client.on('state', (state) => this.stateChanged(state));
    client.on('resumed', ({ events }) => {
      if (this.regained !== undefined) this.regained = { at: Date.now(), events };
    });
    setInterval(() => this.tick(), tickMilliseconds);
  }

  banner(): Banner | undefined {
    return bannerFor({ state: this.client.state, now: Date.now(), regained: this.regained });
  }

  private stateChanged(state: ClientState): void {
    const now = Date.now();
    if (state.status === 'reconnecting') this.lostAt = state.lostAt;
    else if (state.status === 'open') {
      const mentioned = this.lostAt !== undefined && now - this.lostAt >= quietMilliseconds;
      this.regained = mentioned ? { at: now, events: undefined } : undefined;
      this.lostAt = undefined;
    }
    this.changed();
  }

  private tick(): void {
    if (this.lostAt === undefined && this.regained === undefined) return;
    if (this.banner() === undefined && this.lostAt === undefined) this.regained = undefined;
    this.changed();
  }
}
