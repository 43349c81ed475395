/**
 * Drafts: what was written and not sent, per thread, across reloads. Storage that is full or
 * forbidden loses drafts only.
 */

const prefix = 'goldenpath.draft.';

export const drafts = {
  get(threadId: string): string {
    return attempt(() => localStorage.getItem(prefix + threadId)) ?? '';
  },

  set(threadId: string, text: string): void {
    attempt(() => {
      if (text === '') localStorage.removeItem(prefix + threadId);
      else localStorage.setItem(prefix + threadId, text);
    });
  },
};

function attempt<Value>(use: () => Value): Value | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
