/**
 * endingOf: why a connection ended and what the code table advises.
 *
 * Several codes share a close number, so the name is looked for in this order: the last `error`
 * frame that answered no command, the close reason, the first code of that number. A close the
 * table does not know is a lost connection.
 */

import { type Code, codes, type RetryAdvice } from './codes.gen.js';
import { isCode } from './errors.js';
import type { ErrorFrame } from './frames.js';

export interface Ending {
  readonly code: Code | 'connection_lost';
  readonly retry: RetryAdvice;
  readonly message: string;
}

export const connectionLost: Ending = {
  code: 'connection_lost',
  retry: 'resume',
  message: 'the connection was lost',
};

/** Close numbers a WebSocket reports when no close frame arrived. */
const withoutCloseFrame = new Set([1005, 1006]);

export function endingOf(close: number, reason: string, lastError: ErrorFrame | undefined): Ending {
  const announced = lastError !== undefined && isCode(lastError.code) ? lastError.code : undefined;
  if (announced !== undefined && closesWith(announced, close)) return endingWith(announced, lastError?.message);
  if (isCode(reason) && closesWith(reason, close)) return endingWith(reason);
  const byNumber = (Object.keys(codes) as Code[]).find((code) => codes[code].close === close && close !== 0);
  if (byNumber !== undefined) return endingWith(byNumber, reason);
  if (close >= 4000) return { code: 'connection_lost', retry: 'later', message: reason || `closed with ${close}` };
  return connectionLost;
}

function closesWith(code: Code, close: number): boolean {
  const ofCode: number = codes[code].close;
  return ofCode !== 0 && (ofCode === close || withoutCloseFrame.has(close));
}

function endingWith(code: Code, message?: string): Ending {
  return { code, retry: codes[code].retry, message: message || codes[code].meaning };
}
