/**
 * Every command of gardener at its command line: exit statuses, messages, the shape of what it prints, and that planted mistakes in a
 * plan are refused with the reason and without a changed byte.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = resolvePath(fileURLToPath(new URL('../..', import.meta.url)));
const binary = resolvePath(repository, process.env.GP_GARDENER ?? 'build/release/bin/gardener');

const sources = {
  'p/__init__.py': '',
  'p/old.py':
    '"""Deprecated: use p.new."""\nimport warnings\n\nfrom p.new import Shared\n\nwarnings.warn("p.old is deprecated", DeprecationWarning)\n\n\n' +
    'async def make(user, timeout=1):\n    return Shared(user)\n\n\ndef cut(text):\n    return text[:3]\n',
  'p/new.py':
    'class Shared:\n    def __init__(self, user):\n        self.user = user\n\n\nasync def open_one(user, timeout=1):\n    return Shared(user)\n\n\n' +
    'def plain(user, timeout=1):\n    return Shared(user)\n\n\nasync def narrow(user):\n    return Shared(user)\n\n\ndef make(user, kind):\n    return kind\n',
  'p/user.py': 'from p.new import Shared\n\n\nasync def circle(user, timeout=1):\n    return Shared(user)\n',
  'p/round.py': 'from app import run\n\n\nasync def back(user, timeout=1):\n    return run\n',
  'app.py':
    'from p.old import (\n    Shared,\n    make as open_it,\n)\n\n\nasync def run():\n    try:\n        from p.old import cut\n    except ImportError:\n' +
    '        cut = None\n    return await open_it("u", timeout=2), cut, Shared\n',
  'tests/test_app.py': 'from unittest.mock import patch\n\n\n@patch("p.old.make")\ndef test_app(made):\n    assert made\n',
};

let folder;
let number = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gardener-commands-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function execute(program, words, cwd) {
  const env = {
    ...process.env, NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'G', GIT_AUTHOR_EMAIL: 'g@example.com',
    GIT_COMMITTER_NAME: 'G', GIT_COMMITTER_EMAIL: 'g@example.com',
  };
  return new Promise((done) => {
    execFile(program, words, { cwd, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : (error.code ?? 255), stdout, stderr }));
  });
}

/** A tree of its own with a runner for gardener in it. */
async function makeTree(more = {}) {
  const root = join(folder, `tree${++number}`);
  const write = async (path, text) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const [path, text] of Object.entries({ ...sources, ...more })) await write(path, text);
  return {
    root,
    write,
    read: (path) => readFile(join(root, path), 'utf8'),
    gardener: (...words) => execute(binary, words, root),
    git: (...words) => execute('git', words, root),
  };
}

async function bytesOf(root, at = '.') {
  const found = {};
  for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (entry.name === '.git' || entry.name === '.gardener') continue;
    if (entry.isDirectory()) Object.assign(found, await bytesOf(root, path));
    else found[path] = await readFile(join(root, path), 'latin1');
  }
  return found;
}

const rename = (to) => (plan) =>
  plan.replace(/name = "make"\naction = "[a-z]+"\n(to = "[^"]*"\n)?/, `name = "make"\naction = "rename"\nto = "${to}"\n`);

/** A tree with a plan that could be applied: `make` is renamed to p.new:open_one. */
async function makePlanned(edit = rename('p.new:open_one'), more = {}) {
  const tree = await makeTree(more);
  const planned = await tree.gardener('plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml');
  assert.ok(planned.status === 0 || planned.status === 1, planned.stderr);
  await tree.write('plan.toml', edit(await tree.read('plan.toml')));
  return tree;
}

describe('planted mistakes are refused with the reason', () => {
  const refused = async (edit, reason) => {
    const tree = await makePlanned(edit);
    const start = await bytesOf(tree.root);
    const shown = await tree.gardener('apply', 'plan.toml');
    assert.equal(shown.status, 1, shown.stderr);
    assert.match(shown.stderr, /--write would refuse: /);
    assert.match(shown.stderr, reason);
    const written = await tree.gardener('apply', 'plan.toml', '--write');
    assert.equal(written.status, 2);
    assert.match(written.stderr, reason);
    assert.equal(written.stdout, '');
    assert.deepEqual(await bytesOf(tree.root), start);
  };
  const inPlan = (from, to) => (plan) => {
    assert.ok(plan.includes(from), `the plan has ${from}`);
    return rename('p.new:open_one')(plan).replace(from, to);
  };

  test('wrong async-ness', () => refused(rename('p.new:plain'), /plan\.toml:\d+: make: rename to p\.new:plain fails `async`: p\.new:plain is a plain function \(p\/new\.py:10\).*app\.py:12/));
  test('missing parameter', () => refused(rename('p.new:narrow'), /make: rename to p\.new:narrow fails `parameters`: p\.new:narrow has no parameter timeout: 1 call, at app\.py:12/));
  test('a name that does not exist', () => refused(rename('p.new:nothing'), /fails `exists`: p\.new has no nothing; correct `to`/));
  test('a module that does not exist', () => refused(rename('p.nowhere:make'), /fails `exists`: there is no module p\.nowhere; correct `to`/));
  test('a destination inside the module that goes', () => refused(rename('p.old:cut'), /fails `exists`: p\.old:cut lies in the module that goes/));
  test('a cycle', () => refused(rename('p.round:back'), /fails `cycle`: .*app\.py -> p\/round\.py/));
  test('a row that is open', () => refused((plan) => plan, /make is manual and open: /));
  test('another object called the same', () =>
    refused((plan) => rename('p.new:open_one')(plan).replace(/(name = "make"\naction = )"rename"/, '$1"redirect"'), /fails `same-definition`: .*write action = "rename"/));

  const unreadable = async (edit, message) => {
    const tree = await makePlanned(edit);
    const start = await bytesOf(tree.root);
    for (const words of [['apply', 'plan.toml'], ['apply', 'plan.toml', '--write'], ['verify', 'plan.toml'], ['loop', 'plan.toml', '--', 'true'],
      ['plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml']]) {
      const { status, stdout, stderr } = await tree.gardener(...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, message);
      assert.equal(stdout, '');
    }
    assert.deepEqual(await bytesOf(tree.root), start);
  };
  test('an unknown action', () => unreadable(inPlan('action = "move"', 'action = "mvoe"'), /plan\.toml:\d+: action = "mvoe" is not known; write one of redirect, rename, move/));
  test('an unknown key', () => unreadable(inPlan('name = "cut"', 'nmae = "x"\nname = "cut"'), /plan\.toml:\d+: unknown key nmae in \[\[symbol\]\]/));
  test('an unknown table', () => unreadable((plan) => `${plan}\n[[symbols]]\nname = "x"\n`, /unknown table symbols; known are \[\[symbol\]\]/));
  test('two rows of one symbol', () => unreadable((plan) => `${plan}\n[[symbol]]\nname = "cut"\naction = "keep"\n`, /"cut" has a row already at line \d+; keep one/));
  test('a drop without a reason', () => unreadable((plan) => plan.replace(/name = "cut"\naction = "move"\nto = "[^"]*"\n/, 'name = "cut"\naction = "drop"\n'), /drop of "cut" needs a reason/));
  test('no TOML at all', () => unreadable(() => 'action =\n', /plan\.toml:1/));
  test('another version', () => unreadable((plan) => plan.replace('version = 1', 'version = 2'), /plan\.toml:\d+: version must be 1/));

  test('a file that changed since the plan', async () => {
    const tree = await makePlanned(rename('p.new:open_one'));
    assert.equal((await tree.gardener('plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml')).status, 0);
    await tree.write('app.py', `# new\n${sources['app.py']}`);
    const start = await bytesOf(tree.root);
    const { status, stderr } = await tree.gardener('apply', 'plan.toml', '--write');
    assert.equal(status, 2);
    assert.match(stderr, /app\.py: changed since the plan was made: run `gardener plan` again, which keeps your rows/);
    assert.deepEqual(await bytesOf(tree.root), start);
    assert.equal((await tree.gardener('plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml')).status, 0);
    assert.equal((await tree.gardener('apply', 'plan.toml', '--write')).status, 0);
  });

  test('a file with changes that are not committed', async () => {
    const tree = await makePlanned(rename('p.new:open_one'));
    await tree.git('init', '-q');
    await tree.git('add', '.');
    await tree.git('commit', '-qm', 'start');
    await tree.write('app.py', `# new\n${sources['app.py']}`);
    assert.equal((await tree.gardener('plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml')).status, 0);
    const { status, stderr } = await tree.gardener('apply', 'plan.toml', '--write');
    assert.equal(status, 2);
    assert.match(stderr, /app\.py: has changes that are not committed; commit or stash them/);
    await tree.git('commit', '-qam', 'more');
    assert.equal((await tree.gardener('apply', 'plan.toml', '--write')).status, 0);
  });
});

describe('exit statuses and messages', () => {
  let tree;
  before(async () => {
    tree = await makeTree({ 'gardener.toml': '[[ban]]\nmodule = "p.old"\nfile = true\n' });
  });
  const expect = async (words, status, { out = /^/, err = /^/ } = {}, at = tree) => {
    const result = await at.gardener(...words);
    assert.equal(result.status, status, `${words.join(' ')}\n${result.stdout}\n${result.stderr}`);
    assert.match(result.stdout, out);
    assert.match(result.stderr, err);
    return result;
  };

  test('scan', async () => {
    await expect(['scan'], 1, { out: /GP001[^]*p\/old\.py/ });
    await expect(['scan', '--rule', 'GP006'], 0);
    await expect(['scan', '--rule', 'GP999'], 2, { err: /--rule GP999: no rule of scan/ });
    await expect(['scan', '--format', 'xml'], 2, { err: /--format/ });
    await expect(['scan', '--root', 'nowhere'], 2, { err: /--root nowhere: is no folder/ });
    await expect(['scan', '--config', 'nowhere.toml'], 2, { err: /nowhere\.toml/ });
  });
  test('refs', async () => {
    await expect(['refs', 'p.old'], 1, { out: /app\.py/ });
    await expect(['refs', 'p/old.py'], 1, { out: /app\.py/ });
    await expect(['refs', 'p.round'], 0);
    await expect(['refs', 'no such'], 2, { err: /MODULE no such: write a dotted name/ });
    await expect(['refs', 'p.old', '--class', 'nothing'], 2, { err: /nothing/ });
    await expect(['refs'], 2, { err: /MODULE|module/ });
  });
  test('tests', async () => {
    await expect(['tests', 'p.old'], 0, { out: /tests\/test_app\.py/ });
    await expect(['tests', 'p.old', '--to', 'p.nowhere', '--write', 'made'], 2, { err: /p\.nowhere/ });
  });
  test('plan', async () => {
    await expect(['plan', 'p.old', '--to', 'p.new'], 1, { out: /^# gardener plan[^]*name = "make"\naction = "manual"/ });
    await expect(['plan', 'p.nothing', '--to', 'p.new'], 2, { err: /there is no module p\.nothing/ });
    await expect(['plan', 'p.old', '--to', 'p.nothing'], 2, { err: /--to p\.nothing: there is no such module/ });
    await expect(['plan', 'p.old', '--to', 'p.old'], 2, { err: /lies in the module that goes/ });
    await expect(['plan', 'p.old'], 2, { err: /--to/ });
    await expect(['plan', 'p.old', '--to', 'p.new', '--format', 'json'], 2, { err: /--format/ });
  });
  test('gate', async () => {
    await expect(['gate'], 1, { out: /GP102/ });
    const empty = await makeTree();
    await expect(['gate'], 2, { err: /there is nothing to check: add a \[\[ban\]\]/ }, empty);
    await empty.write('gardener.toml', '[[ban]]\nmodule = "p.nothing"\n');
    await expect(['gate'], 0, {}, empty);
    await empty.write('gardener.toml', 'baseline = "known.txt"\n');
    await expect(['gate'], 2, { err: /known\.txt: there is none; gardener gate --update-baseline --init/ }, empty);
    await expect(['gate', '--update-baseline', '--init'], 0, {}, empty);
    await empty.write('more.py', 'import p.nothing\n');
    await expect(['gate'], 1, { out: /p\.nothing/ }, empty);
    await expect(['gate', '--update-baseline'], 1, {}, empty);
    assert.equal(await empty.read('known.txt').then((text) => text.includes('p.nothing')), false, 'a baseline grows by --init only');
    await empty.write('gardener.toml', '[[bann]]\nmodule = "p"\n');
    await expect(['gate'], 2, { err: /gardener\.toml:1.*bann/ }, empty);
  });
  test('explain', async () => {
    await expect(['explain', 'GP001'], 0, { out: /GP001/ });
    await expect(['explain', '--all'], 0, { out: /GP007[^]*patch-indirect/ });
    await expect(['explain', 'GP01'], 2, { err: /explain GP01: no such code or class.*GP001/ });
    await expect(['explain'], 2, { err: /name a code/ });
  });
  test('no command, or one that is not there', async () => {
    await expect([], 2, { err: /subcommand/ });
    await expect(['scna'], 2, { err: /scna/ });
    await expect(['--help'], 0, { out: /Exit status: 0 clean; 1 findings/ });
  });

  test('apply, verify, loop and tracker, in the order of a removal', async () => {
    const planned = await makePlanned(rename('p.new:open_one'));
    assert.equal((await planned.gardener('plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml')).status, 0);
    const start = await bytesOf(planned.root);
    await expect(['tracker', 'plan.toml', '--check'], 1, { out: /Plan applied/ }, planned);
    await expect(['verify', 'plan.toml'], 2, { err: /\.gardener\/plan\.patch: cannot be read/ }, planned);
    await expect(['apply', 'nowhere.toml'], 2, { err: /nowhere\.toml/ }, planned);
    await expect(['apply', 'plan.toml', '-R'], 2, { err: /plan\.patch/ }, planned);
    await expect(['apply', 'plan.toml', '--write', '--diff'], 2, { err: /--write|--diff/ }, planned);
    const shown = await expect(['apply', 'plan.toml'], 1, { out: /^--- a\/app\.py\n\+\+\+ b\/app\.py\n@@/m }, planned);
    assert.deepEqual(await bytesOf(planned.root), start, 'a diff writes nothing');
    await expect(['apply', 'plan.toml', '--write'], 0, { out: /edited {2}app\.py\n[^]*deleted p\/old\.py\nthe way back: \.gardener\/plan\.patch/ }, planned);
    await expect(['apply', 'plan.toml'], 0, { out: /^$/ }, planned);
    await expect(['apply', 'plan.toml', '--write'], 0, { out: /^nothing to change\n$/ }, planned);
    await expect(['verify', 'plan.toml', '--python', '/usr/bin/python3'], 0, { out: /verify: the plan is carried out/ }, planned);
    const facts = JSON.parse((await expect(['verify', 'plan.toml', '--format', 'json'], 0, {}, planned)).stdout);
    assert.equal(facts.holds, true);
    assert.deepEqual(facts.facts.map((fact) => fact.name), ['bytes', 'deleted', 'imports', 'resolved', 'unresolved', 'patches', 'references']);
    await expect(['loop', 'plan.toml', '--', 'true'], 0, {}, planned);
    await expect(['loop', 'plan.toml', '--', 'sh', '-c', 'test -e p/old.py'], 1, { out: /FAILED/ }, planned);
    await expect(['loop', 'plan.toml'], 2, { err: /command/ }, planned);
    await expect(['tracker', 'plan.toml', '--update', 'TRACKER.md', '--date', '2026-01-02'], 0, {}, planned);
    assert.match(await planned.read('TRACKER.md'), /- \[x\] Plan applied/);
    await planned.write('app.py', `${await planned.read('app.py')}import p.old\n`);
    await expect(['verify', 'plan.toml'], 1, { out: /FAILED {2}bytes[^]*FAILED {2}references/ }, planned);
    await expect(['apply', '-R', 'plan.toml'], 2, { err: /app\.py: changed since apply/ }, planned);
    await planned.write('app.py', (await planned.read('app.py')).replace('import p.old\n', ''));
    await expect(['apply', '-R', 'plan.toml'], 0, { out: /restored app\.py/ }, planned);
    const back = await bytesOf(planned.root);
    delete back['TRACKER.md'];
    assert.deepEqual(back, start);
    assert.equal(shown.stderr, '');
  });

  test('3 where something cannot be understood, and it wins over 1', async () => {
    const broken = await makeTree({ 'broken.py': 'from p.old import make\nx = "never closed\ny = (\n', 'gardener.toml': '[[ban]]\nmodule = "p.old"\n' });
    await expect(['refs', 'p.old'], 3, { out: /broken\.py/ }, broken);
    await expect(['gate'], 3, {}, broken);
    await expect(['plan', 'p.old', '--to', 'p.new', '-o', 'plan.toml'], 3, {}, broken);
  });
});

describe('machine-readable output', () => {
  let tree;
  before(async () => {
    tree = await makeTree({
      'gardener.toml': '[[ban]]\nmodule = "p.old"\nfile = true\n',
      'wide.py': 'É = "ü"; from p.old import cut, Shared as Ω\n',
      'layer.py': 'from p.old import *\n', 'through.py': 'from layer import cut\nimport p.old as o\no.cut("x")\n',
      'odd, name:%.py': 'from p.old import cut\n', 'run.sh': 'python -c "from p.old import cut"\n',
    });
  });

  test('refs --format json has the shape of the issue', async () => {
    const { stdout } = await tree.gardener('refs', 'p.old', '--format', 'json');
    const report = JSON.parse(stdout);
    assert.equal(report.target, 'p.old');
    for (const one of report.references) {
      for (const key of ['file', 'class', 'symbol', 'statement', 'context', 'module']) assert.equal(typeof one[key], 'string', key);
      for (const key of ['line', 'column', 'end_line', 'end_column']) assert.ok(Number.isInteger(one[key]) && one[key] >= 0, key);
      assert.ok(one.line >= 1 && one.end_line >= one.line);
      assert.ok(!one.file.startsWith('/') && !one.file.startsWith('./'));
    }
    const imports = report.references.filter((one) => one.file === 'app.py' && one.class === 'import');
    assert.deepEqual(imports.map((one) => [one.symbol, one.line, one.column, one.end_column, one.statement]),
      [['Shared', 2, 4, 10, '1:0'], ['make', 3, 4, 19, '1:0'], ['cut', 9, 26, 29, '9:8']]);
    const wide = report.references.filter((one) => one.file === 'wide.py');
    assert.deepEqual(wide.map((one) => [one.symbol, one.column]), [['cut', 29], ['Shared', 34]], 'columns are bytes from 0');
    const classes = new Set(report.references.map((one) => one.class));
    for (const name of ['import', 'transitive-import', 'attribute', 'patch', 'shell-import']) assert.ok(classes.has(name), name);
    const order = report.references.map((one) => [one.file, one.line, one.column]);
    assert.deepEqual(order, [...order].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1] || a[2] - b[2])), 'sorted by place');
  });

  /** What SARIF 2.1.0 demands of what we write (schema sarif-schema-2.1.0, sections 3.13 to 3.58). */
  function checkSarif(text) {
    const log = JSON.parse(text);
    assert.equal(log.version, '2.1.0');
    assert.match(log.$schema, /sarif-2\.1\.0\.json$/);
    assert.equal(log.runs.length, 1);
    const [run] = log.runs;
    assert.equal(run.tool.driver.name, 'gardener');
    assert.equal(run.columnKind, 'unicodeCodePoints');
    const ids = run.tool.driver.rules.map((rule) => rule.id);
    assert.deepEqual(ids, [...new Set(ids)].sort());
    for (const rule of run.tool.driver.rules) {
      assert.ok(rule.shortDescription.text.length > 0 && rule.help.text.length > 0);
      assert.ok(rule.help.markdown.length > 0);
    }
    assert.equal(run.invocations[0].executionSuccessful, true);
    const location = ({ physicalLocation: { artifactLocation, region } }) => {
      assert.match(artifactLocation.uri, /^[A-Za-z0-9._~!$&'()*+,;=@/%-]+$/, 'a relative URI reference');
      assert.doesNotMatch(artifactLocation.uri, /%(?![0-9A-F]{2})/);
      assert.ok(Object.hasOwn(run.originalUriBaseIds, artifactLocation.uriBaseId));
      if (region === undefined) return;
      assert.ok(region.startLine >= 1);
      if (region.startColumn !== undefined) assert.ok(region.startColumn >= 1 && region.endLine >= region.startLine && region.endColumn >= 1);
    };
    for (const result of run.results) {
      assert.ok(result.message.text.length > 0);
      assert.ok(['none', 'note', 'warning', 'error'].includes(result.level));
      assert.equal(ids[result.ruleIndex], result.ruleId);
      assert.equal(result.locations.length, 1);
      result.locations.forEach(location);
      for (const related of result.relatedLocations ?? []) {
        location(related);
        assert.ok(related.message.text.length > 0);
      }
    }
    return run.results;
  }

  test('SARIF', async () => {
    for (const words of [['scan'], ['refs', 'p.old'], ['gate']]) {
      const { status, stdout } = await tree.gardener(...words, '--format', 'sarif');
      assert.equal(status, 1);
      const results = checkSarif(stdout);
      assert.ok(results.length > 0);
    }
    const results = checkSarif((await tree.gardener('refs', 'p.old', '--format', 'sarif')).stdout);
    const columnsIn = (uri) => results.map((one) => one.locations[0].physicalLocation).filter((one) => one.artifactLocation.uri === uri)
      .map((one) => one.region.startColumn).sort((a, b) => a - b);
    assert.deepEqual(columnsIn('wide.py'), [28, 33], 'characters from 1');
    assert.deepEqual(columnsIn('odd%2C%20name%3A%25.py'), [19]);
  });

  test('GitHub annotations', async () => {
    for (const words of [['scan'], ['refs', 'p.old'], ['gate']]) {
      const { stdout } = await tree.gardener(...words, '--format', 'github');
      const lines = stdout.trimEnd().split('\n');
      for (const line of lines) assert.match(line, /^::(error|warning|notice) file=[^,:]+(,line=\d+(,col=\d+(,endColumn=\d+)?)?)?,title=[^:]+::.+$/);
    }
    const { stdout } = await tree.gardener('refs', 'p.old', '--format', 'github');
    assert.match(stdout, /file=odd%2C name%3A%25\.py,line=1,col=19,endColumn=22,/);
  });

  test('Markdown and text', async () => {
    for (const words of [['scan'], ['refs', 'p.old'], ['gate']]) {
      assert.match((await tree.gardener(...words, '--format', 'md')).stdout, /^#/);
      assert.doesNotMatch((await tree.gardener(...words)).stdout, /\x1b/, 'no colour where no terminal is');
      assert.match((await tree.gardener(...words, '--color', 'always')).stdout, /\x1b\[/);
    }
  });

  test('the same tree gives the same bytes, whatever the threads', async () => {
    const commands = [];
    for (const words of [['scan'], ['refs', 'p.old'], ['gate']])
      for (const format of ['text', 'json', 'sarif', 'md', 'github']) commands.push([...words, '--format', format]);
    commands.push(['tests', 'p.old'], ['plan', 'p.old', '--to', 'p.new'], ['explain', '--all'], ['explain', '--all', '--format', 'md']);
    for (const words of commands) {
      const one = await tree.gardener(...words, '--jobs', '1');
      for (const jobs of ['1', '4', '7']) assert.deepEqual(await tree.gardener(...words, '--jobs', jobs), one, words.join(' '));
      assert.ok(one.status <= 1, words.join(' '));
      assert.notEqual(one.stdout, '');
    }
  });

  test('results are on stdout, messages on stderr; a reader that leaves early changes nothing', async () => {
    const { status, stdout, stderr } = await execute('/bin/sh', ['-c', `{ "${binary}" refs p.old --format json; echo "status $?" >&2; } | head -c 10`], tree.root);
    assert.equal(status, 0);
    assert.equal(stdout.length, 10);
    assert.equal(stderr, 'status 1\n');
  });
});
