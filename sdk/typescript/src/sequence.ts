/**
 * admit: which of the events that arrived together continue a thread at the seq held so far.
 *
 * Pure. Events already held are dropped; the rest must go on at exactly `held + 1`, or nothing is
 * admitted and the answer is a gap: the caller asks again from its cursor. A folded event that
 * reaches back behind the cursor is a gap too, because a merged delta cannot be taken apart.
 */

import { type ChatEvent, firstSeq } from './events.js';

export type Admission =
  | { readonly kind: 'apply'; readonly events: readonly ChatEvent[]; readonly seq: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'gap'; readonly expected: number; readonly got: number };

export function admit(held: number, events: readonly ChatEvent[]): Admission {
  const fresh = events.filter((event) => event.seq > held);
  let seq = held;
  for (const event of fresh) {
    const first = firstSeq(event);
    if (first !== seq + 1) return { kind: 'gap', expected: seq + 1, got: first };
    seq = event.seq;
  }
  return fresh.length === 0 ? { kind: 'duplicate' } : { kind: 'apply', events: fresh, seq };
}
