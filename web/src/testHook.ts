/** `window.goldenpath`: for end-to-end tests and the curious, to see the client at work and to cut its connection. */

import type { GoldenpathClient } from '@goldenpath/client';

export interface TestHook {
  readonly client: GoldenpathClient;
  /** Drops the socket as a failing network would. */
  cut(): void;
}

declare global {
  interface Window {
    goldenpath?: TestHook;
  }
}

export function exposeTestHook(client: GoldenpathClient): void {
  window.goldenpath = { client, cut: () => client.dropConnection() };
}
