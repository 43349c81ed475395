/**
 * A browser with a profile of its own, and what a reader sees on the chat page.
 *
 * Whatever a page complains about (exceptions, violations of the content security policy) is
 * collected in `complaints`; failing sockets are not complaints, because the tests cut them.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const deadlineMilliseconds = 60_000;

const chromiumArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export class Browser {
  complaints = [];

  static async start(options = {}) {
    const browser = new Browser();
    browser.profile = await mkdtemp(join(tmpdir(), 'goldenpath-chromium-'));
    browser.context = await chromium.launchPersistentContext(browser.profile, {
      executablePath: process.env.GP_CHROMIUM ?? '/usr/bin/chromium',
      args: chromiumArguments,
      viewport: { width: 1180, height: 820 },
      ...options,
    });
    browser.context.setDefaultTimeout(deadlineMilliseconds);
    return browser;
  }

  /** A new tab at `address`, once it is connected. */
  async tab(address) {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE/.test(text))
        this.complaints.push(text);
    });
    await page.goto(address);
    const tab = new Tab(page);
    await tab.isOnline();
    return tab;
  }

  async stop() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}

export class Tab {
  constructor(page) {
    this.page = page;
    this.composer = page.getByRole('textbox', { name: 'Message', exact: true });
    this.stopButton = page.getByRole('button', { name: 'Stop', exact: true });
    this.banner = page.locator('.banner');
    this.answer = page.locator('.answer').last();
  }

  isOnline() {
    return this.page.waitForFunction(() => window.goldenpath?.client.state.status === 'open');
  }

  isOffline() {
    return this.page.waitForFunction(() => window.goldenpath?.client.state.status === 'reconnecting');
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Resolves when the last answer is in this state. */
  async state(state) {
    await this.page.locator(`.answer[data-state="${state}"]`).last().waitFor();
    await this.page.waitForFunction(
      (wanted) => [...document.querySelectorAll('.answer')].at(-1)?.dataset.state === wanted,
      state,
    );
  }

  /** Resolves when the answer under way shows at least `length` characters. */
  async hasText(length) {
    await this.page.waitForFunction((wanted) => {
      const answer = [...document.querySelectorAll('.answer')].at(-1);
      return (answer?.querySelector('.markdown')?.textContent.length ?? 0) >= wanted;
    }, length);
  }

  /** The text of the last answer, with white space as a reader sees it. */
  async text() {
    const texts = await this.answer.locator('.markdown').allInnerTexts();
    return plain(texts.join(' '));
  }

  /** Resolves when the composer holds this. */
  async draft(text) {
    await this.page.waitForFunction((wanted) => document.querySelector('.composer textarea')?.value === wanted, text);
  }

  async reload() {
    await this.page.reload();
    await this.isOnline();
  }

  threadId() {
    return new URL(this.page.url()).hash.replace('#/t/', '');
  }
}

export function plain(text) {
  return text.replace(/\s+/g, ' ').trim();
}
