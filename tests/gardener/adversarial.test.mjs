/**
 * Trees that were made to hurt: what gardener cannot read is listed and the status is 3; nothing crashes, hangs or is left out silently.
 *
 * Root reads everything, so gardener runs as `nobody` where a file must be unreadable; where that is impossible the test is skipped and says
 * so. Memory and time of large files are printed, not asserted.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = resolvePath(fileURLToPath(new URL('../..', import.meta.url)));
const binary = resolvePath(repository, process.env.GP_GARDENER ?? 'build/release/bin/gardener');
const importer = 'from pkg.old import thing\n';
const timeout = 120_000;

let folder;
let reader;  // a copy of the program that everybody may execute
let number = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gardener-adversarial-'));
  await chmod(folder, 0o755);
  reader = join(folder, 'gardener');
  await cp(binary, reader);
  await chmod(reader, 0o755);
});
after(async () => {
  await execute('chmod', ['-R', 'u+rwx', folder]);
  await rm(folder, { recursive: true, force: true });
});

function execute(program, words, options = {}) {
  const env = { ...process.env, NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...options.env };
  return new Promise((done) => {
    execFile(program, words, { cwd: options.cwd, env, timeout, maxBuffer: 256 << 20, encoding: 'latin1' }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }));
  });
}

async function makeTree(more = {}) {
  const root = join(folder, `tree${++number}`);
  const write = async (path, data) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), data);
  };
  const all = { 'pkg/__init__.py': '', 'pkg/old.py': 'def thing(): ...\n', 'pkg/new.py': '', 'user.py': importer, ...more };
  for (const [path, data] of Object.entries(all)) await write(path, data);
  const gardener = (...words) => execute(binary, ['--root', root, ...words], { cwd: folder });
  return { root, write, gardener, at: (path) => join(root, path) };
}

async function refs(tree, ...words) {
  const result = await tree.gardener('refs', 'pkg.old', '--format', 'json', ...words);
  const report = JSON.parse(Buffer.from(result.stdout, 'latin1').toString());
  return { ...result, report, importers: report.references.filter((one) => one.class === 'import').map((one) => one.file) };
}

/** Every command that reads a tree ends with a status of its own, not by a signal. */
async function everyCommandEnds(tree) {
  await tree.write('gate.toml', '[[ban]]\nmodule = "pkg.old"\n');
  const found = {};
  for (const [name, ...words] of [['scan'], ['refs', 'pkg.old'], ['tests', 'pkg.old'], ['plan', 'pkg.old', '--to', 'pkg.new'], ['gate', '--config', tree.at('gate.toml')]]) {
    const { status, stderr } = await tree.gardener(name, ...words);
    assert.ok([0, 1, 3].includes(status), `${name} ended with ${status}: ${stderr}`);
    found[name] = status;
  }
  return found;
}

/** Runs gardener as nobody; undefined where that is impossible. */
async function asNobody(tree, ...words) {
  const drop = process.getuid() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : ['env'];
  const probe = await execute(drop[0], [...drop.slice(1), reader, 'explain', 'GP001'], { cwd: folder });
  if (probe.status !== 0) return undefined;
  return execute(drop[0], [...drop.slice(1), reader, '--root', tree.root, ...words], { cwd: folder });
}

describe('what cannot be read', () => {
  for (const [what, close] of [
    ['a file', async (tree) => { await tree.write('closed.py', importer); await chmod(tree.at('closed.py'), 0); }],
    ['a folder', async (tree) => { await tree.write('closed/x.py', importer); await chmod(tree.at('closed'), 0); }],
  ])
    test(`${what} without permission is listed, and the status is 3`, async (t) => {
      const tree = await makeTree({ 'gardener.toml': '[[ban]]\nmodule = "pkg.nothing"\n' });
      await close(tree);
      if (await asNobody(tree, 'refs', 'pkg.old') === undefined) return t.skip('no way to run as another user here: setpriv is missing or not allowed');
      for (const words of [['refs', 'pkg.old'], ['scan'], ['gate'], ['plan', 'pkg.old', '--to', 'pkg.new']]) {
        const { status, stdout, stderr } = await asNobody(tree, ...words);
        assert.equal(status, 3, `${words[0]}: ${stdout}${stderr}`);
        if (words[0] !== 'plan') assert.match(stdout, /closed.*permission denied/);
      }
      const { stdout } = await asNobody(tree, 'refs', 'pkg.old', '--format', 'json');
      const report = JSON.parse(stdout);
      assert.deepEqual(report.unreadable.map((one) => [one.file.replace(/\/$/, '').replace(/\.py$/, ''), one.unread]), [['closed', true]]);
      assert.deepEqual(report.references.map((one) => one.file), ['user.py']);
    });

  test('links in a loop, to nothing, to a folder above, out of the tree; FIFO, socket, device', async () => {
    const tree = await makeTree();
    await symlink('b.py', tree.at('a.py'));
    await symlink('a.py', tree.at('b.py'));
    await symlink('/nonexistent', tree.at('dangling.py'));
    await symlink('..', tree.at('pkg/up'));
    await symlink('/dev/zero', tree.at('zero.py'));
    await symlink('/etc/passwd', tree.at('outside.py'));
    await symlink('user.py', tree.at('same.py'));
    assert.equal((await execute('mkfifo', [tree.at('fifo.py')])).status, 0);
    const server = createServer();
    await new Promise((done) => server.listen(tree.at('socket.py'), done));
    try {
      const { status, report, importers } = await refs(tree);
      assert.equal(status, 1);
      assert.deepEqual([...new Set(importers)], ['same.py', 'user.py']);
      const told = Object.fromEntries(report.unreadable.map((one) => [one.file, one.message]));
      assert.match(told['a.py'], /symbolic link in a loop/);
      assert.match(told['b.py'], /symbolic link in a loop/);
      assert.match(told['dangling.py'], /symbolic link to nothing/);
      assert.match(told['pkg/up'], /symbolic link to a folder/);
      assert.match(told['zero.py'], /outside the tree|neither a file/);
      assert.match(told['outside.py'], /outside the tree/);
      assert.match(told['fifo.py'], /neither a file nor a folder/);
      assert.match(told['socket.py'], /neither a file nor a folder/);
      assert.equal(Object.keys(told).length, 8);
      const all = await everyCommandEnds(tree);
      assert.equal(all.refs, 1, 'what is left out by rule is no hole');
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  test('names with a newline, quotes, spaces, a dash, no UTF-8', async () => {
    const tree = await makeTree({ 'new\nline.py': importer, 'quo"te.py': importer, 'a b.py': importer, 'a-b.py': importer, 'ünï.py': importer, '-R.py': importer });
    await writeFile(Buffer.concat([Buffer.from(`${tree.root}/bad`), Buffer.from([0xff]), Buffer.from('.py')]), importer);
    const { status, importers, stdout } = await refs(tree);
    assert.equal(status, 1);
    assert.deepEqual(new Set(importers), new Set(['new\nline.py', 'quo"te.py', 'a b.py', 'a-b.py', 'ünï.py', '-R.py', 'bad\udcff.py', 'user.py']));
    assert.match(stdout, /bad\\udcff\.py/);
    const text = (await tree.gardener('refs', 'pkg.old')).stdout;
    assert.match(text, /new\\nline\.py|new\\x0aline\.py/);
    await rm(Buffer.concat([Buffer.from(`${tree.root}/bad`), Buffer.from([0xff]), Buffer.from('.py')]));  // a plan is UTF-8 and cannot name it
    const plan = join(folder, 'odd.toml');
    assert.equal((await tree.gardener('plan', 'pkg.old', '--to', 'pkg.new', '-o', plan)).status, 0);
    const written = await tree.gardener('apply', plan, '--write');
    assert.equal(written.status, 0, written.stderr);
    assert.equal(await readFile(tree.at('new\nline.py'), 'utf8'), 'from pkg.new import thing\n');
    assert.equal((await tree.gardener('verify', plan)).status, 0);
    assert.equal((await tree.gardener('apply', '-R', plan)).status, 0);
    assert.equal(await readFile(tree.at('new\nline.py'), 'utf8'), importer);
  });
});

describe('files that are no ordinary Python', () => {
  const cases = {
    'invalid UTF-8': Buffer.concat([Buffer.from(importer), Buffer.from('s = "'), Buffer.from([0xff, 0xfe]), Buffer.from('"\n')]),
    'NUL bytes': `${importer}x = "\0"\n`,
    'NUL first': `\0\n${importer}`,
    'UTF-16 with a BOM': Buffer.from(`\ufeff${importer}`, 'utf16le'),
    'UTF-8 BOM': `\ufeff${importer}`,
    'form feeds': `\f${importer}\f\n\fx = 1\n`,
    'mixed tabs': `if 1:\n        x = 1\n\t${importer}`,
    'ten thousand brackets': `${importer}x = ${'('.repeat(10_000)}1${')'.repeat(10_000)}\n`,
    'brackets that never close': `${importer}x = ${'([{'.repeat(100_000)}\n`,
    'five thousand blocks': `${importer}${Array.from({ length: 5000 }, (_, at) => `${' '.repeat(at)}if 1:\n`).join('')}${' '.repeat(5000)}pass\n`,
    'nested f-strings': `${importer}x = ${'f"{'.repeat(300)}1${'}"'.repeat(300)}\n`,
    'a string that never ends': `${importer}x = """\n`,
    'a line of 4 MB': `${importer}x = [${'1,'.repeat(2 << 20)}]\n`,
    'fifty thousand statements on a line': `${importer.trimEnd()};${Array.from({ length: 50_000 }, (_, at) => `import m${at}`).join(';')}\n`,
    'random bytes': Buffer.concat([Buffer.from(importer), Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 2654435761) >>> 13 & 0xff))]),
    'an empty file': '',
    'a merge conflict': `<<<<<<< HEAD\n${importer}=======\nimport b\n>>>>>>> x\n`,
  };
  const withoutImport = new Set(['UTF-16 with a BOM', 'an empty file']);
  const unclear = new Set(['NUL first', 'mixed tabs', 'random bytes', 'a merge conflict', 'a string that never ends']);
  for (const [name, data] of Object.entries(cases))
    test(name, async () => {
      const tree = await makeTree({ 'odd.py': data });
      const { status, report } = await refs(tree);
      const mine = report.references.filter((one) => one.file === 'odd.py');
      const trouble = report.unreadable.some((one) => one.file === 'odd.py');
      if (withoutImport.has(name)) {
        assert.deepEqual(mine, []);
      } else if (!unclear.has(name)) {
        assert.deepEqual(mine.map((one) => [one.class, one.symbol]), [['import', 'thing']]);
      } else {
        assert.ok(mine.length > 0, 'the mention is listed, whatever it is');
      }
      assert.equal(status, report.unreadable.some((one) => one.mentions_target || one.unread) ? 3 : 1);
      if (trouble) assert.ok(report.unreadable.every((one) => one.message.length > 0));
      await everyCommandEnds(tree);
    });

  test('a million lines, and 100 MB', async (t) => {
    const tree = await makeTree();
    const lines = 1_000_000;
    await tree.write('lines.py', `${'x = 1\n'.repeat(lines - 1)}${importer}`);
    const file = await open(tree.at('big.py'), 'w');
    const block = 'y = "some text that fills the file with a string and a comment"  # import no\n'.repeat(13_000);
    for (let written = 0; written < 100 << 20; written += block.length) await file.write(block);
    await file.write(importer);
    await file.close();
    const measure = 'import resource, subprocess, sys, time; start = time.time(); status = subprocess.run(sys.argv[1:]).returncode; '
      + 'print(f"{time.time() - start:.2f} s, {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB", file=sys.stderr); sys.exit(status)';
    const timed = await execute('/usr/bin/python3', ['-c', measure, binary, '--root', tree.root, 'refs', 'pkg.old', '--format', 'json']);
    assert.equal(timed.status, 1, timed.stderr);
    const report = JSON.parse(timed.stdout);
    assert.deepEqual(report.references.map((one) => one.file), ['big.py', 'lines.py', 'user.py']);
    assert.equal(report.references[1].line, lines);
    t.diagnostic(`refs over a file of 100 MB and one of a million lines: ${timed.stderr.trim()}`);
    await everyCommandEnds(tree);
  });
});

describe('git', () => {
  const git = (cwd, ...words) => execute('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'protocol.file.allow=always', ...words], { cwd });

  test('a submodule is listed, not walked', async () => {
    const inner = await makeTree();
    await git(inner.root, 'init', '-q');
    await git(inner.root, 'add', '.');
    await git(inner.root, 'commit', '-qm', 'x');
    const tree = await makeTree();
    await git(tree.root, 'init', '-q');
    assert.equal((await git(tree.root, 'submodule', 'add', '-q', inner.root, 'vendor')).status, 0);
    const { status, report, importers } = await refs(tree);
    assert.equal(status, 1);
    assert.deepEqual(importers, ['user.py']);
    assert.ok(report.unreadable.some((one) => one.file.startsWith('vendor')), JSON.stringify(report.unreadable));
  });

  test('a linked work tree has a file .git; a removal there is carried out and taken back', async () => {
    const tree = await makeTree({ '.gitignore': 'made/\n' });
    await git(tree.root, 'init', '-q');
    await git(tree.root, 'add', '.');
    await git(tree.root, 'commit', '-qm', 'x');
    const linked = { ...tree, root: join(folder, 'linked'), gardener: undefined };
    assert.equal((await git(tree.root, 'worktree', 'add', '-q', linked.root)).status, 0);
    linked.gardener = (...words) => execute(binary, ['--root', linked.root, ...words], { cwd: folder });
    const plan = join(folder, 'linked.toml');
    assert.equal((await linked.gardener('plan', 'pkg.old', '--to', 'pkg.new', '-o', plan)).status, 0);
    assert.equal((await linked.gardener('apply', plan, '--write')).status, 0);
    assert.equal(await readFile(join(linked.root, 'user.py'), 'utf8'), 'from pkg.new import thing\n');
    assert.equal(await readFile(tree.at('user.py'), 'utf8'), importer);
    assert.doesNotMatch((await git(linked.root, 'status', '--porcelain')).stdout, /gardener/, 'its folder ignores itself');
    assert.equal((await linked.gardener('verify', plan)).status, 0);
    assert.equal((await linked.gardener('apply', '-R', plan)).status, 0);
    assert.equal((await git(linked.root, 'status', '--porcelain')).stdout, '');
  });

  test('without the program git, reading works and writing says what is missing', async () => {
    const tree = await makeTree();
    await git(tree.root, 'init', '-q');
    const env = { PATH: '/nonexistent' };
    const run = (...words) => execute(binary, ['--root', tree.root, ...words], { cwd: folder, env });
    const plan = join(folder, 'nogit.toml');
    assert.equal((await run('refs', 'pkg.old')).status, 1);
    assert.equal((await run('plan', 'pkg.old', '--to', 'pkg.new', '-o', plan)).status, 0);
    const { status, stderr } = await run('apply', plan, '--write');
    assert.equal(status, 2);
    assert.match(stderr, /git/);
    assert.equal(await readFile(tree.at('user.py'), 'utf8'), importer);
    await access(tree.at('pkg/old.py'), constants.F_OK);
  });
});
