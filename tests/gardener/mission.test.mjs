/**
 * The mission, end to end: docs/gardener-mission.md is executed as it stands, block by block, on a copy of
 * examples/legacy-chat; after each section the tree, the tracker and the tests must be what its README promises.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = resolvePath(fileURLToPath(new URL('../..', import.meta.url)));
const binary = resolvePath(repository, process.env.GP_GARDENER ?? 'build/release/bin/gardener');
const module_ = 'chat_backend.websocket_core.websocket_manager_factory';
const modulePath = 'chat_backend/websocket_core/websocket_manager_factory.py';
const generated = /^tests\/test_ssot_(import_ban|one_object|no_shared_state)_/;
const droppedTests = ['tests/test_deprecation_compliance.py', 'tests/test_websocket_manager_factory.py'];

let folder;
let tree;
let sections;
let original;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gardener-mission-'));
  tree = join(folder, 'legacy-chat');
  sections = blocksOf(await readFile(join(repository, 'docs/gardener-mission.md'), 'utf8'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** The ```sh blocks by heading, in order. */
function blocksOf(markdown) {
  const found = new Map();
  let heading = '';
  for (const part of markdown.matchAll(/^## (.+)$|^```sh\n([^]*?)^```$/gm)) {
    if (part[1] !== undefined) heading = part[1];
    else found.set(heading, (found.get(heading) ?? '') + part[2]);
  }
  return found;
}

/** Runs a shell script; resolves with status and output. */
function shell(script, cwd) {
  const environment = {
    ...process.env,
    PATH: `${dirname(binary)}:${process.env.PATH}`,
    REPO: repository,
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Gardener', GIT_AUTHOR_EMAIL: 'gardener@example.com',
    GIT_COMMITTER_NAME: 'Gardener', GIT_COMMITTER_EMAIL: 'gardener@example.com',
  };
  return new Promise((done) => {
    execFile('/bin/sh', ['-euc', script], { cwd, env: environment, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : (error.code ?? 255), stdout, stderr }));
  });
}

/** Executes a section of the document, which must end well; resolves with what it printed. */
async function section(heading, cwd = tree) {
  const script = sections.get(heading);
  assert.ok(script !== undefined, `docs/gardener-mission.md has the section "${heading}"`);
  const { status, stdout, stderr } = await shell(script, cwd);
  sections.delete(heading);
  assert.equal(status, 0, `"${heading}" ended with ${status}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** Path to hash of every file that git knows or could know. */
async function snapshot() {
  const { stdout } = await shell('git ls-files -z --cached --others --exclude-standard', tree);
  const hashes = {};
  for (const path of stdout.split('\0').filter((name) => name !== '').sort()) {
    const bytes = await readFile(join(tree, path)).catch(() => undefined);
    if (bytes !== undefined) hashes[path] = createHash('sha256').update(bytes).digest('hex');
  }
  return hashes;
}

const changed = (was, is) => [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((path) => was[path] !== is[path]).sort();
const read = (path) => readFile(join(tree, path), 'utf8');
const gardener = (words, cwd = tree) => shell(`exec gardener ${words}`, cwd);

async function references() {
  const { status, stdout } = await gardener(`refs ${module_} --format json`);
  assert.ok(status === 0 || status === 1, `refs ended with ${status}`);
  return JSON.parse(stdout).references;
}

/** The boxes of the tracker: text to ticked. */
async function boxes() {
  const found = {};
  for (const line of (await read('TRACKER.md')).matchAll(/^- \[(x| )\] (.+?) — /gm)) found[line[2]] = line[1] === 'x';
  return found;
}

test('the mission of docs/gardener-mission.md', async (t) => {
  await t.test('the patient is as its README says', async () => {
    await section('The patient', folder);
    original = await snapshot();
    const run = await shell('/usr/bin/python3 -m pytest -q -p no:cacheprovider', tree);
    assert.match(run.stdout, /44 passed, 3 xfailed/);
  });

  await t.test('discovery finds the module, and the tracker starts open', async () => {
    const printed = await section('0 Discovery');
    assert.match(printed, /GP001/);
    assert.match(printed, /unified_authentication_service\.py/);
    const tracker = await read('TRACKER.md');
    assert.match(tracker, /\*\*Priority:\*\* P0/);
    assert.match(tracker, /\*\*PRIMARY:\*\* `chat_backend\/websocket_core\/websocket_manager_factory\.py`/);
    assert.match(tracker, /\*\*DEPENDENT:\*\* `chat_backend\/services\/unified_authentication_service\.py`/);
    const all = await boxes();
    assert.equal(all['Progress tracker created'], true);
    assert.equal(all['Plan applied'], false);
    assert.equal(all['The deprecated module is removed'], false);
    assert.equal(all['A gate keeps the module out'], false);
  });

  await t.test('tests are found and written', async () => {
    const printed = await section('1 Tests that are there, tests that are missing');
    assert.match(printed, /tests\/test_websocket_manager_factory\.py/);
    assert.match(printed, /asserts it is gone: tests\/test_ssot_target\.py/);
    const added = changed(original, await snapshot()).filter((path) => generated.test(path));
    assert.ok(added.length > 0, 'tests were written');
  });

  await t.test('a person decides what gardener cannot, and nothing stays open', async () => {
    const proposal = await shell(sections.get('2 The plan').split('cp "$REPO')[0], tree);
    assert.equal(proposal.status, 0, proposal.stderr);
    assert.match(await read('plan.toml'), /name = "create_websocket_manager"\naction = "(?!rename)/);
    await shell('rm plan.toml', tree);
    await section('2 The plan');
    const plan = await read('plan.toml');
    assert.doesNotMatch(plan, /\[\[symbol\]\]\nname = "[^"]*"\naction = "manual"/);
    assert.match(plan, /name = "create_websocket_manager"\naction = "rename"\nto = "chat_backend\.websocket_core\.websocket_manager:open_websocket_manager"/);
  });

  let removed;
  await t.test('the removal edits what it must and nothing else, and can be taken back', async () => {
    const start = await snapshot();
    await section('3 The removal');
    removed = await snapshot();
    const files = changed(start, removed);
    for (const path of [modulePath, ...droppedTests]) {
      assert.ok(files.includes(path), `${path} is deleted`);
      assert.equal(removed[path], undefined);
    }
    for (const path of ['chat_backend/websocket_core/__init__.py', 'tests/conftest.py', 'tests/test_architecture_guard.py', 'tests/test_ssot_target.py'])
      assert.ok(!files.includes(path), `${path} is as it was`);
    const again = await gardener('apply plan.toml --write');
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(await snapshot(), removed, 'a second apply changes nothing');
    const kinds = new Set(['import', 'transitive-import', 'attribute', 'patch', 'import-module']);
    const left = (await references()).filter((one) => kinds.has(one.class));
    assert.deepEqual(left.map((one) => `${one.file} ${one.symbol}`), ['chat_backend/delivery_mode.py IsolatedWebSocketManager']);
  });

  await t.test('imports stay where they are and keep their local names', async () => {
    const service = await read('chat_backend/services/unified_authentication_service.py');
    assert.match(service, /except InvalidContextError:\n[^\n]*\n            from chat_backend\.services\.user_execution_context import/);
    assert.match(await read('chat_backend/app.py'), /open_websocket_manager as create_websocket_manager/);
    assert.match(await read('tests/test_notifications.py'), /websocket_manager\.open_websocket_manager"/);
    assert.match(await read('chat_backend/services/user_execution_context.py'), /^def create_defensive_user_execution_context\(/m);
  });

  await t.test('the loop finds what only running the code can tell, and names the place', async () => {
    const printed = await section('4 The tests, before and after');
    assert.match(printed, /loop: FAILED, 1 difference/);
    assert.match(printed, /test_every_component_can_be_loaded \(passed -> failed\)\n[^]*plan: chat_backend\/component_registry\.py/);
    assert.equal([...printed.matchAll(/\(xfailed -> xpassed\)/g)].length, 3);
    assert.equal([...printed.matchAll(/\((passed|xfailed) -> gone\)/g)].length, 5);
  });

  await t.test('after the edits by hand every test that worked works', async () => {
    const printed = await section('5 By hand');
    assert.match(printed, /nothing that worked is lost/);
    const dropped = [...printed.matchAll(/^ {2}(\S+?)::\S+ \(passed -> gone\)$/gm)].map((one) => one[1]);
    assert.deepEqual([...new Set(dropped)].sort(), droppedTests);
    assert.equal(dropped.length, 5);
    const run = await shell('/usr/bin/python3 -m pytest -q -p no:cacheprovider', tree);
    assert.match(run.stdout, /^\d+ passed in /m, run.stdout);
    const deploy = await shell('PYTHON=/usr/bin/python3 sh scripts/check_deploy.sh', tree);
    assert.equal(deploy.stdout, 'sockets: ready\napplication: ready\n');
  });

  await t.test('the gate is green and the tracker closed from facts', async () => {
    await section('6 The gate, and closure');
    const tracker = await read('TRACKER.md');
    assert.match(tracker, /\*\*Status:\*\* COMPLETE, \d{4}-\d\d-\d\d/);
    assert.deepEqual(Object.entries(await boxes()).filter(([, ticked]) => !ticked), []);
    const text = await read('PR.md');
    assert.match(text, /^# Remove the deprecated module `chat_backend/);
    assert.match(text, /websocket_manager_factory\.py \| \+0 -\d+ \(deleted\)/);
    assert.match(text, /startup_checks\.py:\d+` import of `get_websocket_manager_factory`, swallowed/);
    assert.match(text, /gardener apply -R plan\.toml/);
  });

  await t.test('prose in the tracker is kept byte for byte', async () => {
    const prose = 'A person wrote this.\t \r\n';
    await appendFile(join(tree, 'TRACKER.md'), `\n## Notes\n${prose}`);
    const before_ = await read('TRACKER.md');
    assert.equal((await gardener('tracker plan.toml --update TRACKER.md')).status, 0);
    assert.ok((await read('TRACKER.md')).endsWith(prose));
    assert.equal(await read('TRACKER.md'), before_);
  });

  await t.test('the gate is red while the module is back, and the tracker opens again', async () => {
    const back = sections.get('If somebody brings it back').split('gardener gate')[0];
    assert.equal((await shell(back, tree)).status, 0);
    const gate = await gardener('gate');
    assert.equal(gate.status, 1, gate.stdout);
    assert.match(gate.stdout, /GP102/);
    assert.equal((await gardener('tracker plan.toml --check')).status, 1);
    await section('If somebody brings it back');
  });

  await t.test('the way back restores every byte', async () => {
    const hand = changed(removed, await snapshot());
    await section('The way back');
    const now = await snapshot();
    const differing = changed(original, now).filter((path) => !path.startsWith('.gardener/') && !hand.includes(path));
    const ours = differing.filter((path) => !generated.test(path) && !['TRACKER.md', 'plan.toml'].includes(path));
    assert.deepEqual(ours, []);
    assert.notEqual(now[modulePath], undefined);
  });

  assert.deepEqual([...sections.keys()], [], 'every block of the document was executed');
});
