/**
 * Session: where the token comes from.
 *
 * On a demo server every visitor is signed in: the user named by `?user=`, or the server's default.
 * Elsewhere the token comes from `#token=…`, which is taken off the address at once, or from the
 * sign-in form; it lives in sessionStorage, so it ends with the tab. The server is asked which of
 * the two it is before the first token is needed; if it cannot be reached the provider throws,
 * which the client treats as a failing network.
 */

import type { TokenReason } from '@goldenpath/client';

const storageKey = 'goldenpath.token';

interface DemoSession {
  readonly token: string;
  readonly user_id: string;
}

export class Session {
  private demoUser: string | undefined;
  private demo: boolean | undefined;

  constructor(
    location: Location,
    /** What kind of server this is, is known now. */
    private readonly known: () => void,
  ) {
    this.demoUser = new URLSearchParams(location.search).get('user') ?? undefined;
    const fragment = new URLSearchParams(location.hash.replace(/^#/, ''));
    const token = fragment.get('token');
    if (token === null) return;
    sessionStorage.setItem(storageKey, token);
    history.replaceState(null, '', location.pathname + location.search);
  }

  get isDemo(): boolean {
    return this.demo === true;
  }

  /** The token provider of the client. */
  async token(reason: TokenReason): Promise<string | null> {
    if (await this.isDemoServer()) return this.demoToken();
    if (reason === 'refused') sessionStorage.removeItem(storageKey);
    return sessionStorage.getItem(storageKey);
  }

  signIn(token: string): void {
    sessionStorage.setItem(storageKey, token);
  }

  private async isDemoServer(): Promise<boolean> {
    if (this.demo === undefined) {
      const version = await readJson<{ demo?: boolean }>(await fetch('/version'));
      this.demo = version.demo === true;
      this.known();
    }
    return this.demo;
  }

  private async demoToken(): Promise<string | null> {
    const response = await fetch('/v1/demo/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(this.demoUser === undefined ? {} : { user: this.demoUser }),
    });
    if (response.status === 404) {
      this.demo = false;
      return null;
    }
    const session = await readJson<DemoSession>(response);
    this.demoUser = session.user_id;
    return session.token;
  }
}

async function readJson<Value>(response: Response): Promise<Value> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return (await response.json()) as Value;
}
