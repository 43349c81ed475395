/** Certificates made on the spot, in a folder that goes with the test. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export class Certificates {
  static async make() {
    const certificates = new Certificates();
    certificates.folder = await mkdtemp(join(tmpdir(), 'goldenpath-tls-'));
    return certificates;
  }

  path(file) {
    return join(this.folder, file);
  }

  /** A self-signed certificate for `name` in `file`.pem and `file`.key. */
  async sign(file, name) {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', this.path(`${file}.key`)];
    await run('openssl', ['req', '-x509', ...key, '-out', this.path(`${file}.pem`), '-days', '30', ...subject]);
  }

  /** A certificate in `file`.pem and `file`.key, for these names ("DNS:localhost"), signed by the one of `ca`. */
  async signBy(ca, file, names) {
    const subject = ['-subj', `/CN=${file}`, '-addext', `subjectAltName=${names.join()}`];
    const extensions = ['-addext', 'basicConstraints=critical,CA:FALSE'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', this.path(`${file}.key`)];
    const issuer = ['-CA', this.path(`${ca}.pem`), '-CAkey', this.path(`${ca}.key`)];
    await run('openssl', ['req', '-x509', ...issuer, ...key, '-out', this.path(`${file}.pem`), '-days', '30', ...subject, ...extensions]);
  }

  read(file) {
    return readFile(this.path(file), 'utf8');
  }

  remove() {
    return rm(this.folder, { recursive: true, force: true });
  }
}
