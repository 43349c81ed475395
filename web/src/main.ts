/** Starts the page. */

import { GoldenpathClient } from '@goldenpath/client';
import './styles/index.css';
import { Page } from './app/page.ts';
import { Session } from './app/session.ts';
import { applyStoredTheme } from './app/theme.ts';
import { exposeTestHook } from './testHook.ts';

applyStoredTheme();

const session = new Session(location, () => page.schedule());
const client = new GoldenpathClient({
  url: new URL('/ws', location.href.replace(/^http/, 'ws')).href,
  token: (reason) => session.token(reason),
});
const page = new Page(document.querySelector<HTMLElement>('#app')!, client, session);

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  client.retryNow();
  client.probe();
});
window.addEventListener('online', () => {
  client.retryNow();
  client.probe();
});

exposeTestHook(client);
page.start();
