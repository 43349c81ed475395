/** ClientState: what a page shows of the connection. Times are milliseconds since 1970. */

import type { Code } from './codes.gen.js';

export type ClientState =
  /** The first connection of this client, or of a new sign-in, is being made. */
  | { readonly status: 'connecting' }
  | { readonly status: 'open'; readonly userId: string; readonly connectionId: string }
  /** `attempt` counts from 1; `nextAttemptAt` is absent while the attempt is under way. */
  | {
      readonly status: 'reconnecting';
      readonly attempt: number;
      readonly lostAt: number;
      readonly nextAttemptAt?: number;
      readonly cause: string;
    }
  /** No token, or one the server refused twice. `connect()` starts anew. */
  | { readonly status: 'signed_out'; readonly reason: string }
  /** Ended by `close()` (`normal`) or by a code whose advice is never to retry. `connect()` starts anew. */
  | { readonly status: 'closed'; readonly code: Code; readonly reason: string };
