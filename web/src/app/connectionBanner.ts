/**
 * bannerFor: what the page says about its connection. Pure; times are milliseconds since 1970.
 *
 * A loss that lasts less than `quietMilliseconds` is not mentioned at all. One that was mentioned
 * ends with how much was caught up, shown for `goodNewsMilliseconds`.
 */

import type { ClientState } from '@goldenpath/client';
import { count } from '../view/format.ts';

export interface Banner {
  readonly tone: 'wait' | 'good' | 'bad';
  readonly text: string;
  readonly action: 'retry' | 'use-here' | undefined;
}

export interface BannerInput {
  readonly state: ClientState;
  readonly now: number;
  /** The last loss that was mentioned, once it is over. */
  readonly regained: { readonly at: number; readonly events: number | undefined } | undefined;
}

export const quietMilliseconds = 2000;
const goodNewsMilliseconds = 4000;

export function bannerFor({ state, now, regained }: BannerInput): Banner | undefined {
  switch (state.status) {
    case 'reconnecting':
      return now - state.lostAt < quietMilliseconds ? undefined : waiting(state, now);
    case 'closed':
      return state.code === 'normal' ? undefined : ended(state.code, state.reason);
    case 'open':
      return regained !== undefined && now - regained.at < goodNewsMilliseconds ? goodNews(regained.events) : undefined;
    case 'connecting':
    case 'signed_out':
      return undefined;
  }
}

function waiting(state: Extract<ClientState, { status: 'reconnecting' }>, now: number): Banner {
  if (state.nextAttemptAt === undefined) {
    return { tone: 'wait', text: `Reconnecting… try ${state.attempt}`, action: undefined };
  }
  const seconds = Math.max(1, Math.ceil((state.nextAttemptAt - now) / 1000));
  return { tone: 'wait', text: `Reconnecting… try ${state.attempt}, next in ${seconds} s`, action: 'retry' };
}

function ended(code: string, reason: string): Banner {
  if (code === 'replaced') {
    return { tone: 'bad', text: 'This tab was disconnected because too many others are open.', action: 'use-here' };
  }
  return { tone: 'bad', text: `Disconnected: ${reason}.`, action: 'use-here' };
}

function goodNews(events: number | undefined): Banner {
  const caughtUp = events === undefined || events === 0 ? '' : `, caught up ${count(events, 'event')}`;
  return { tone: 'good', text: `Back online${caughtUp}`, action: undefined };
}
