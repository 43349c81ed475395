/** Light or dark: as the system says, until the reader chooses; choosing what the system says gives the choice up. */

export type Theme = 'light' | 'dark';

const storageKey = 'goldenpath.theme';

export function applyStoredTheme(): void {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored;
}

/** The theme `toggleTheme` would switch to. */
export function nextTheme(): Theme {
  return currentTheme() === 'dark' ? 'light' : 'dark';
}

export function toggleTheme(): void {
  const chosen = nextTheme();
  if (chosen === systemTheme()) {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(storageKey);
  } else {
    document.documentElement.dataset['theme'] = chosen;
    localStorage.setItem(storageKey, chosen);
  }
}

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : systemTheme();
}

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
