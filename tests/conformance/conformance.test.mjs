/**
 * Every case of Autobahn|Testsuite 25 for servers, by its id, against ws_echo; then cases of our own. Each is
 * played as it is written and cut at random places (GP_SEED has them again). README.md says what is checked.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readCases } from './support/caseFile.mjs';
import { hash, Random } from './support/random.mjs';
import { asWritten, atRandom, runCase } from './support/runCase.mjs';
import { startEcho } from './support/echoServer.mjs';

const seed = Number(process.env.GP_SEED ?? Date.now() % 1_000_000);
const suite = readCases(join(import.meta.dirname, 'cases'));
const rules = readCases(join(import.meta.dirname, 'rules'));

function play(name, cases, options) {
  describe(`${name} (GP_SEED=${seed})`, { concurrency: 8 }, () => {
    let server;
    before(async () => {
      server = await startEcho(options);
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

play('the suite', suite, []);
for (const options of new Set(rules.map((one) => one.options.join(' ')))) {
  const cases = rules.filter((one) => one.options.join(' ') === options);
  play(`our rules, ${options || 'plain'}`, cases, options.split(' ').filter(Boolean));
}
