/**
 * Every case of Autobahn|Testsuite 25 for servers, by its id, against ws_echo; then cases of our own; and, on goldenpath
 * itself, those of the suite that need no echo. Each is played as it is written and cut at random places (GP_SEED has
 * them again). README.md says what is checked.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readCases } from './support/caseFile.mjs';
import { hash, Random } from './support/random.mjs';
import { asWritten, atRandom, runCase } from './support/runCase.mjs';
import { startEcho } from './support/echoServer.mjs';
import { Server } from '../e2e/support/server.mjs';

const seed = Number(process.env.GP_SEED ?? Date.now() % 1_000_000);
const suite = readCases(join(import.meta.dirname, 'cases'));
const rules = readCases(join(import.meta.dirname, 'rules'));

function play(name, cases, start) {
  describe(`${name} (GP_SEED=${seed})`, { concurrency: 8 }, () => {
    let server;
    before(async () => {
      server = await start();
    });
    after(() => server?.stop());

    for (const one of cases) {
      test(`${one.id} ${one.title}`, async () => {
        for (const cutting of [asWritten, atRandom]) {
          await runCase(one, server.address, cutting, new Random(hash(one.id) ^ seed));
        }
      });
    }
  });
}

test('the cases are those of the suite', () => {
  const groups = {};
  for (const { id } of suite) groups[id.split('.')[0]] = (groups[id.split('.')[0]] ?? 0) + 1;
  assert.deepEqual(groups, { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1, 12: 90, 13: 126 });
  assert.equal(suite.length, 517);
});

play('the suite', suite, () => startEcho());
for (const options of new Set(rules.map((one) => one.options.join(' ')))) {
  const cases = rules.filter((one) => one.options.join(' ') === options);
  play(`our rules, ${options || 'plain'}`, cases, () => startEcho(options.split(' ').filter(Boolean)));
}

// goldenpath echoes nothing, but until a token comes it takes pings, pongs and closes, and refuses what is wrong.
const needsEcho = ({ verb, words }) => (verb === 'receive' && !words.startsWith('pong')) || ['series', 'deflated', 'closed-after-any'].includes(verb);
play('goldenpath', suite.filter(({ steps }) => !steps.some(needsEcho)), async () => {
  const server = await Server.start();
  return { address: { host: '127.0.0.1', port: server.port, path: '/ws' }, stop: () => server.stop() };
});
