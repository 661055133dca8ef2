import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key in files, and what they hold. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate that is valid for 30 days, for `localhost` and 127.0.0.1, by the `openssl` of the system.
 * @param name - of its subject and its files, in `folder`
 * @param issuer - who signs it; absent: it signs itself, and may sign others
 */
export async function makeCertificate(
  folder: string,
  name: string,
  issuer?: CertificateFiles,
): Promise<CertificateFiles> {
  const certFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}-key.pem`);
  const signed =
    issuer === undefined
      ? []
      : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile, '-addext', 'basicConstraints=CA:false'];
  const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=${name}`;
  const files = ['-keyout', keyFile, '-out', certFile];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  await run('openssl', [...options.split(' '), ...files, ...names, ...signed]);
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certFile, keyFile, cert, key };
}
