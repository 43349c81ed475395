/**
 * Exponential back-off with full jitter: attempt n waits a uniform time in [0, min(cap, base *
 * 2^n)).
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015): full jitter spreads a herd
 * best for the least work.
 */

export interface BackoffLimits {
  readonly baseMilliseconds: number;
  readonly capMilliseconds: number;
}

export const reconnectBackoff: BackoffLimits = { baseMilliseconds: 400, capMilliseconds: 20_000 };

export function backoffMilliseconds(attempt: number, random: () => number, limits = reconnectBackoff): number {
  const ceiling = Math.min(limits.capMilliseconds, limits.baseMilliseconds * 2 ** Math.min(attempt, 30));
  return Math.floor(random() * ceiling);
}
