/** GoldenpathError: why a command or message failed, by a code of the server or one of the client's own. */

import { type Code, codes } from './codes.gen.js';

/** Failures that happen on this side: no answer in time, the client was closed, the message was taken back. */
export type ClientCode = 'timeout' | 'client_closed' | 'withdrawn';

export class GoldenpathError extends Error {
  override readonly name = 'GoldenpathError';

  constructor(
    readonly code: Code | ClientCode | (string & {}),
    message: string,
    readonly details: object = {},
  ) {
    super(message);
  }
}

export function isCode(code: string): code is Code {
  return Object.hasOwn(codes, code);
}
