/** The chat page in a real browser against the real server, over a network that is really cut. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before, test } from 'node:test';
import { Browser, plain } from './support/browser.mjs';
import { CuttingProxy } from './support/cuttingProxy.mjs';
import { Person } from './support/person.mjs';
import { Server } from './support/server.mjs';

let server;
let proxy;
let browser;
let users = 0;

before(async () => {
  server = await Server.start();
  proxy = await CuttingProxy.to(server.port);
  browser = await Browser.start();
});

after(async () => {
  await browser?.stop();
  await proxy?.close();
  await server?.stop();
});

afterEach(async () => {
  for (const page of browser.context.pages().slice(1)) await page.close();
  proxy.isDown = false;
  assert.deepEqual(browser.complaints.splice(0), [], 'the page complained');
});

/** A user of their own for every test, so that no test sees threads of another. */
function newUser() {
  users += 1;
  return `reader-${users}`;
}

function openTab(user, hash = '') {
  return browser.tab(`${proxy.url}/?user=${user}${hash}`);
}

/** Somebody whose network is never cut, to compare with. */
async function witness(t, user, threadId) {
  const person = await Person.open(server.url, user);
  t.after(() => person.close());
  person.client.follow(threadId);
  return person;
}

async function runOf(tab) {
  const runId = await tab.answer.getAttribute('data-run-id');
  assert.ok(runId, 'the answer has a run');
  return runId;
}

test('a message is answered before the eyes of the reader: thinking, tool, text', async () => {
  const tab = await openTab(newUser());
  await tab.page.evaluate(() => {
    window.seen = [];
    window.goldenpath.client.on('events', ({ events }) => window.seen.push(...events.map(({ type }) => type)));
  });
  await tab.say('what a fine day tokens=60 rate=40 thinking=6');
  await tab.stopButton.waitFor();
  await tab.hasText(20);
  assert.equal(await tab.answer.getAttribute('aria-busy'), 'true');
  await tab.state('completed');

  const seen = await tab.page.evaluate(() => [...new Set(window.seen)]);
  const order = [
    'user_message',
    'agent_started',
    'agent_thinking',
    'tool_executing',
    'tool_completed',
    'token',
    'agent_completed',
  ];
  assert.deepEqual(
    seen.filter((type) => order.includes(type)),
    order,
  );
  assert.match(await tab.text(), /what a fine day/);

  const thinking = tab.answer.locator('.thinking');
  await thinking.getByRole('button').click();
  assert.equal(await thinking.getByRole('button').getAttribute('aria-expanded'), 'true');
  assert.notEqual(await thinking.locator('.disclosure-body').innerText(), '');
  const tool = tab.answer.locator('.tool');
  assert.equal(await tool.getAttribute('data-state'), 'completed');
  assert.match(await tool.innerText(), /word_count[\s\S]*done · \d+ ms/);
  await tool.getByRole('button').click();
  assert.match(await tool.locator('.disclosure-body').innerText(), /Arguments[\s\S]*Result/);
  assert.equal(await tab.stopButton.isVisible(), false);
  assert.match(await tab.page.locator('.thread').first().innerText(), /what a fine day/);
  if (process.env.GP_SCREENSHOT) await tab.page.screenshot({ path: process.env.GP_SCREENSHOT });
});

test('what was said while the network was gone arrives when it is back, and a reload shows the same', async (t) => {
  const user = newUser();
  const tab = await openTab(user);
  await tab.say('tell me a story tokens=300 rate=60');
  await tab.hasText(60);
  const other = await witness(t, user, tab.threadId());
  const before = await tab.text();
  proxy.isDown = true;
  proxy.cut();
  await tab.isOffline();
  const runId = await runOf(tab);
  await other.ending(tab.threadId(), runId);
  await tab.banner.getByText(/Reconnecting… try \d+, next in \d+ s/).waitFor();
  assert.ok((await tab.text()).startsWith(before), 'what was there is still there');
  assert.equal(await tab.answer.getAttribute('data-state'), 'running');
  proxy.isDown = false;
  await tab.banner.getByRole('button', { name: 'Retry now' }).click();
  await tab.state('completed');
  await tab.banner.getByText(/Back online, caught up \d+ events/).waitFor();

  const whole = plain(other.text(tab.threadId()));
  assert.equal(await tab.text(), whole);
  await tab.reload();
  await tab.state('completed');
  assert.equal(await tab.text(), whole);
  assert.equal(await tab.answer.locator('.tool').count(), 1);
});

test('cut again and again while the answer runs, nothing is lost and nothing comes twice', async (t) => {
  const user = newUser();
  const tab = await openTab(user);
  await tab.say('count slowly tokens=400 rate=80');
  for (let cut = 1; cut <= 6; cut++) {
    await tab.hasText(cut * 200);
    if (cut % 2 === 0) proxy.cut();
    else await tab.page.evaluate(() => window.goldenpath.cut());
  }
  await tab.state('completed');
  const other = await witness(t, user, tab.threadId());
  await other.ending(tab.threadId(), await runOf(tab));
  assert.equal(await tab.text(), plain(other.text(tab.threadId())));
});

test('a message written while the network is gone is sent once it is back', async () => {
  const tab = await openTab(newUser());
  await tab.say('first tokens=5');
  await tab.state('completed');
  proxy.isDown = true;
  proxy.cut();
  await tab.isOffline();
  await tab.say('second tokens=6');
  await tab.page.getByText('Will be sent when the connection is back').waitFor();
  proxy.isDown = false;
  await tab.page.evaluate(() => window.goldenpath.client.retryNow());
  await tab.page.waitForFunction(() => document.querySelectorAll('.answer[data-state="completed"]').length === 2);
  assert.deepEqual(await tab.page.locator('.bubble').allInnerTexts(), ['first tokens=5', 'second tokens=6']);
});

test('two tabs show the same, and either can stop the answer of the other', async () => {
  const user = newUser();
  const one = await openTab(user);
  await one.say('on and on tokens=5000 rate=60');
  await one.hasText(40);
  const two = await openTab(user, `#/t/${one.threadId()}`);
  await two.hasText(80);
  await two.page.locator('.thread-mark[data-state="running"]').waitFor();
  await two.stopButton.click();
  await Promise.all([one.state('cancelled'), two.state('cancelled')]);
  assert.match(await one.answer.innerText(), /Stopped by you\./);
  assert.equal(await one.text(), await two.text());
  assert.equal(await one.stopButton.isVisible(), false);
});

test('after a reload the answer still runs, and Escape stops it', async () => {
  const tab = await openTab(newUser());
  await tab.say('on and on tokens=5000 rate=60');
  await tab.hasText(40);
  await tab.reload();
  await tab.hasText(80);
  await tab.stopButton.waitFor();
  await tab.composer.press('Escape');
  await tab.state('cancelled');
  assert.notEqual(await tab.text(), '');
});

test('an answer that fails says why and can be asked for again', async () => {
  const tab = await openTab(newUser());
  await tab.say('break off tokens=20 cut=5');
  await tab.state('failed');
  assert.match(await tab.answer.getByRole('alert').innerText(), /agent_disconnected/);
  await tab.answer.getByRole('button', { name: 'Try again' }).click();
  await tab.page.waitForFunction(() => document.querySelectorAll('.answer[data-state="failed"]').length === 2);
});

test('drafts, threads and their marks survive', async () => {
  const tab = await openTab(newUser());
  await tab.say('the first thread tokens=5');
  await tab.state('completed');
  await tab.composer.fill('not sent yet');
  await tab.page.getByRole('button', { name: 'New chat' }).click();
  await tab.draft('');
  await tab.say('the second thread tokens=400 rate=100');
  await tab.hasText(20);
  await tab.page.keyboard.press('Control+k');
  await tab.page.keyboard.type('the first');
  await tab.page.keyboard.press('Enter');
  await tab.draft('not sent yet');
  await tab.page.locator('.thread-mark[data-state="unread"]').waitFor();
  await tab.reload();
  await tab.draft('not sent yet');

  const row = tab.page.locator('.thread', { hasText: 'the second thread' });
  await row.hover();
  await row.getByRole('button', { name: 'Rename' }).click();
  await tab.page.getByRole('textbox', { name: 'New title' }).fill('Renamed');
  await tab.page.keyboard.press('Enter');
  const renamed = tab.page.locator('.thread', { hasText: 'Renamed' });
  await renamed.hover();
  await renamed.getByRole('button', { name: 'Delete' }).click();
  await renamed.getByRole('button', { name: 'Delete' }).click();
  await renamed.waitFor({ state: 'detached' });
  await tab.reload();
  await tab.page.locator('.thread', { hasText: 'the first thread' }).waitFor();
  assert.equal(await tab.page.locator('.thread').count(), 1);
});

test('what an agent writes cannot run in the page', async () => {
  const tab = await openTab(newUser());
  await tab.page.evaluate(() => (window.attacked = false));
  await tab.say(
    '<img src=x onerror=window.attacked=true> <svg/onload=window.attacked=true> [x](javascript:window.attacked=true) tokens=30',
  );
  await tab.state('completed');
  assert.equal(await tab.answer.locator('.markdown :is(img, svg, [href^="javascript"])').count(), 0);
  assert.equal(await tab.page.evaluate(() => window.attacked), false);
});

test('the page fits 320 pixels', async () => {
  const tab = await openTab(newUser());
  await tab.page.setViewportSize({ width: 320, height: 640 });
  await tab.say(`${'unbroken'.repeat(30)} tokens=40`);
  await tab.state('completed');
  const overflow = () =>
    tab.page.evaluate(() => {
      const wide = [...document.querySelectorAll('.main, .main *')].filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        const isHidden = element.closest('.visually-hidden, pre, .table-scroller') !== null;
        return width > 0 && !isHidden && (right > 320.5 || left < -0.5);
      });
      return {
        page: document.documentElement.scrollWidth,
        wide: wide.map((element) => element.className || element.localName),
      };
    });
  assert.deepEqual(await overflow(), { page: 320, wide: [] });
  await tab.answer.locator('.tool').getByRole('button').click();
  assert.deepEqual(await overflow(), { page: 320, wide: [] });
  await tab.page.getByRole('button', { name: 'Threads', exact: true }).click();
  await tab.page.getByRole('searchbox', { name: 'Find a thread' }).waitFor();
  assert.equal((await overflow()).page, 320);
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing to complain about in the ${colorScheme} theme`, async () => {
    const tab = await openTab(newUser());
    await tab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await tab.say('hello there tokens=20');
    await tab.state('completed');
    await tab.answer.locator('.tool').getByRole('button').click();
    await tab.say('break off tokens=20 cut=5');
    await tab.state('failed');
    await tab.page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await tab.page.evaluate(() => window.axe.run(document));
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
  });
}
