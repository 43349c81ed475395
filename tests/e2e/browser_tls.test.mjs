/** The chat page over TLS in a real browser: what an operator sees who sets `tls.certificate_file` and nothing else. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './support/browser.mjs';
import { Certificates } from './support/certificates.mjs';
import { Server } from './support/server.mjs';

let certificates;
let server;
let browser;

before(async () => {
  certificates = await Certificates.make();
  await certificates.sign('own', 'localhost');
  const files = [`tls.certificate_file=${certificates.path('own.pem')}`, `tls.key_file=${certificates.path('own.key')}`];
  server = await Server.start({ settings: files });
  browser = await Browser.start({ ignoreHTTPSErrors: true });
});

after(async () => {
  await browser?.stop();
  await server?.stop();
  await certificates?.remove();
});

test('the page, its assets, its session and its WebSocket all come over TLS, and a message is answered', async () => {
  const requests = [];
  const sockets = [];
  browser.context.on('request', (request) => requests.push(request.url()));
  browser.context.on('page', (page) => page.on('websocket', (socket) => sockets.push(socket.url())));
  const tab = await browser.tab(`${server.url}/?user=reader`);
  await tab.say('over the padlock tokens=20 rate=200');
  await tab.state('completed');
  assert.match(await tab.text(), /over the padlock/);

  assert.ok(requests.some((url) => url.endsWith('.js')), requests.join('\n'));
  assert.deepEqual(requests.filter((url) => !url.startsWith(`${server.url}/`)), []);
  assert.ok(sockets.length > 0);
  assert.deepEqual(sockets.filter((url) => !url.startsWith('wss://')), []);
  assert.deepEqual(browser.complaints, [], 'the page complained');
});

test('a reload goes on where the reader was', async () => {
  const tab = await browser.tab(`${server.url}/?user=returner`);
  await tab.say('slowly now tokens=100 rate=100');
  await tab.hasText(20);
  await tab.reload();
  await tab.state('completed');
  assert.match(await tab.text(), /slowly now/);
  assert.deepEqual(browser.complaints, [], 'the page complained');
});
