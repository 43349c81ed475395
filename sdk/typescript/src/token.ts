/**
 * TokenSource: the token in use, and when to ask the application for another.
 *
 * The application's provider is asked when there is no token, when the server refused the one in
 * use, and shortly before it expires. It answers a token, or null when nobody is signed in; if it
 * throws, that is taken for a network failure. `refusalsMax` refusals in a row without a welcome
 * between them, or the refused token again, mean signed out.
 */

export type TokenReason = 'start' | 'refused' | 'expiring';

export type TokenProvider = (reason: TokenReason) => Promise<string | null>;

const refusalsMax = 2;

export class TokenSource {
  private token: string | undefined;
  private refused: string | undefined;
  private refusals = 0;

  constructor(private readonly provider: TokenProvider) {}

  /** The token to connect with; null if there is none that could work. */
  async current(): Promise<string | null> {
    if (this.token !== undefined) return this.token;
    if (this.refusals >= refusalsMax) return null;
    const token = await this.provider(this.refused === undefined ? 'start' : 'refused');
    if (token === null || token === this.refused) return null;
    this.token = token;
    return token;
  }

  /** A fresh token before the one in use expires; null if there is no other. */
  async renew(): Promise<string | null> {
    const token = await this.provider('expiring');
    if (token === null || token === this.token) return null;
    this.token = token;
    return token;
  }

  accept(): void {
    this.refusals = 0;
    this.refused = undefined;
  }

  refuse(): void {
    this.refusals += 1;
    this.refused = this.token;
    this.token = undefined;
  }

  /** Forgets everything: the user asked to sign in again. */
  reset(): void {
    this.token = undefined;
    this.refused = undefined;
    this.refusals = 0;
  }
}
