/** Events by hand, for tests of single rules. */

import type { ChatEvent, EventOf, EventType } from '../../src/events.js';

export function event<T extends EventType>(seq: number, type: T, payload: EventOf<T>['payload']): ChatEvent {
  const envelope = { seq, event_id: `evt_${seq}`, thread_id: 'thr', run_id: 'run', timestamp: 1000 + seq };
  return { ...envelope, type, payload } as unknown as ChatEvent;
}

export function token(seq: number, delta: string, firstSeq?: number): ChatEvent {
  const one = event(seq, 'token', { part_id: 'p', delta });
  return firstSeq === undefined ? one : { ...one, first_seq: firstSeq };
}
