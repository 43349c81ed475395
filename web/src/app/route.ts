/** The open thread in the address: `#/t/<thread id>`. */

export function threadInAddress(hash: string): string | undefined {
  const id = /^#\/t\/([A-Za-z0-9._~@-]{1,128})$/.exec(hash)?.[1];
  return id;
}

/** `replace` leaves no entry in the history of the browser. */
export function showThreadInAddress(threadId: string, mode: 'push' | 'replace'): void {
  const address = `#/t/${threadId}`;
  if (location.hash === address) return;
  if (mode === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', location.pathname + location.search + address);
}

/** No thread is open that another tab could find. */
export function clearAddress(): void {
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
}
