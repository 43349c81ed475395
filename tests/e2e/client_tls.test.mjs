/** `goldenpath chat` and `goldenpath check` over TLS: whom they trust, whom they refuse, and what they say then. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Certificates } from './support/certificates.mjs';
import { Server } from './support/server.mjs';
import { soon } from './support/until.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = resolve(root, process.env.GP_SERVER ?? 'build/release/bin/goldenpath');

let certificates;
let server;
let elsewhere;
let plain;
let ca;

function shows(file) {
  return [`tls.certificate_file=${certificates.path(`${file}.pem`)}`, `tls.key_file=${certificates.path(`${file}.key`)}`];
}

before(async () => {
  certificates = await Certificates.make();
  await certificates.sign('ca', 'Private CA');
  await certificates.sign('other-ca', 'Another CA');
  await certificates.signBy('ca', 'own', ['DNS:localhost', 'IP:127.0.0.1']);
  await certificates.signBy('ca', 'elsewhere', ['DNS:elsewhere.example', 'IP:192.0.2.1']);
  ca = certificates.path('ca.pem');
  server = await Server.start({ cores: 2, settings: shows('own') });
  elsewhere = await Server.start({ cores: 1, settings: shows('elsewhere') });
  plain = await Server.start({ cores: 1 });
});

after(async () => {
  await server?.stop();
  await elsewhere?.stop();
  await plain?.stop();
  await certificates?.remove();
});

/** Runs the command to its end. `environment` is beside this process' own. */
async function run(args, { input = '', environment = {} } = {}) {
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.err += data));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await soon(new Promise((ended) => child.once('close', ended)), args.join(' '), () => said.out + said.err);
  return { code, ...said };
}

test('chat talks over wss with whom the named CA signed, by name and by address', async () => {
  for (const host of ['localhost', '127.0.0.1']) {
    const { code, out, err } = await run(['chat', `wss://${host}:${server.port}/ws`, '--ca', ca], { input: 'tokens=5 rate=0 hello\n' });
    assert.equal(code, 0, out + err);
    assert.notEqual(out.trim(), '');
  }
});

test('check walks the whole Golden Path over https', async () => {
  const { code, out, err } = await run(['check', `https://localhost:${server.port}`, '--ca', ca]);
  assert.equal(code, 0, out + err);
  assert.match(out, new RegExp(`^goldenpath check https://localhost:${server.port}\n`));
  assert.match(out, /\n\d+ ok, 0 failed, 0 skipped\n/);
});

test("the system's store is trusted when no CA is named", async () => {
  const { code, out, err } = await run(['chat', `https://localhost:${server.port}`], {
    input: 'tokens=5 rate=0 hello\n',
    environment: { SSL_CERT_FILE: ca },
  });
  assert.equal(code, 0, out + err);
});

test('who cannot be trusted is refused, at once, with what to do', async () => {
  const cases = [
    [[`https://localhost:${server.port}`], /certificate of localhost:\d+ is not trusted: .*--ca/],
    [[`https://localhost:${server.port}`, '--ca', certificates.path('other-ca.pem')], /is not trusted: .*other-ca\.pem` is not the CA/],
    [[`https://localhost:${elsewhere.port}`, '--ca', ca], /certificate of localhost:\d+ is not for localhost: use a name that is in it/],
    [[`https://127.0.0.1:${elsewhere.port}`, '--ca', ca], /is not for 127\.0\.0\.1/],
    [[`https://localhost:${server.port}`, '--ca', '/nowhere/ca.pem'], /cannot read CA certificates from `\/nowhere\/ca\.pem`: No such file/],
    [[`https://127.0.0.1:${plain.port}`, '--ca', ca], /127\.0\.0\.1:\d+ does not speak TLS: use http:\/\//],
    [[`http://localhost:${server.port}`], /This port speaks TLS: use https:\/\//],
    [[`http://localhost:${server.port}`, '--token', 'x'], /This port speaks TLS: use https:\/\//],
  ];
  for (const [args, sentence] of cases) {
    const { code, err } = await run(['chat', ...args], { input: 'hello\n' });
    assert.equal(code, 1, err);
    assert.match(err, sentence);
    assert.doesNotMatch(err, /reconnecting/);
  }
});

test('a CA for a connection without TLS is a mistake, not ignored', async () => {
  for (const command of ['chat', 'check']) {
    const { code, err } = await run([command, `http://localhost:${plain.port}`, '--ca', ca]);
    assert.equal(code, 2, err);
    assert.match(err, /https:\/\//);
  }
});

test('an answer without a length that ends without a word of TLS is not taken for whole', async (t) => {
  const [cert, key] = await Promise.all([certificates.read('own.pem'), certificates.read('own.key')]);
  const body = JSON.stringify({ token: 'cut', user_id: 'cut' });
  const impostor = createServer({ cert, key }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`, () => socket.destroy()));
  });
  impostor.listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  t.after(() => impostor.close());
  const { code, err } = await run(['chat', `https://127.0.0.1:${impostor.address().port}`, '--ca', ca], { input: 'hello\n' });
  assert.equal(code, 1, err);
  assert.match(err, /POST \/v1\/demo\/session: the connection was cut: /);
});
