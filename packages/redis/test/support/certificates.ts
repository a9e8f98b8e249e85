import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of PEM files: an authority of one's own, and what it signed. */
export interface Certificates {
  readonly ca: string;
  /** For the server, on 127.0.0.1. */
  readonly cert: string;
  readonly key: string;
  /** For clients, where the server asks for one. */
  readonly clientCert: string;
  readonly clientKey: string;
  remove(): void;
}

/** Makes certificates with openssl: small keys, valid for a day. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-tls-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...curve, '-days', '1', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.pem');
  const issue = (name: string, extensions: string[]) => {
    openssl('req', ...curve, '-subj', `/CN=${name}`, ...extensions, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', '1'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...sign, '-out', `${name}.pem`);
  };
  issue('redis.internal', ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:redis.internal']);
  issue('worker', []);
  return {
    ca: file('ca.pem'),
    cert: file('redis.internal.pem'),
    key: file('redis.internal.key'),
    clientCert: file('worker.pem'),
    clientKey: file('worker.key'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
