import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { LoadResult } from '../../../src/config/load/load.ts';
import { fromPortable, toPortable } from '../../../src/config/portable.ts';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { makeCertificate } from '../../support/certificates.ts';
import type { CertificateFiles } from '../../support/certificates.ts';
import { folderFor } from '../../support/folder.ts';

const made = Promise.withResolvers<Readonly<Record<'authority' | 'one' | 'other', CertificateFiles>>>();
let folder = '';

before(async (context) => {
  assert.ok('after' in context);
  folder = await folderFor(context);
  const authority = await makeCertificate(folder, 'authority');
  const one = await makeCertificate(folder, 'one', authority);
  made.resolve({ authority, one, other: await makeCertificate(folder, 'other') });
});

/** What a configuration comes to whose lines 2 and 3 name the files. */
async function load(cert: string, key: string, more = ''): Promise<LoadResult> {
  const path = join(folder, 'sparekey.yaml');
  await writeFile(path, `tls:\n  cert: ${cert}\n  key: ${key}\nprovider: { type: openai }\n${more}`);
  return await loadConfig(path, {});
}

function problemsOf(result: LoadResult): readonly string[] {
  assert.ok(!result.ok, 'accepted');
  return result.problems.map((problem) => formatProblem(problem));
}

void test('a configuration holds what its files of certificates and keys do, and says nothing of the key', async () => {
  const { one, other, authority } = await made.promise;
  await writeFile(join(folder, 'chain.pem'), `${one.cert}${authority.cert}`);
  const more = `admin: { tls: { cert: ${other.certFile}, key: ${other.keyFile} } }\n`;
  const result = await load('chain.pem', './one-key.pem', more);
  assert.ok(result.ok, result.ok ? '' : problemsOf(result).join('\n'));
  const { tls, admin } = result.config;
  assert.equal(tls?.cert, `${one.cert}${authority.cert}`);
  assert.equal(tls.key.reveal(), one.key);
  assert.equal(admin.tls?.key.reveal(), other.key);
  assert.deepEqual(result.warnings, []);
  const names = ['sparekey.yaml', 'chain.pem', 'one-key.pem', 'other.pem', 'other-key.pem'];
  assert.deepEqual(
    result.files,
    names.map((name) => join(folder, name)),
  );
  const [first = '', second = ''] = describeConfig(result.config);
  assert.match(
    first,
    /^data plane on \S+ with TLS \(certificate of CN=one until \d{4}-\d\d-\d\d\), open to anybody/,
  );
  assert.match(
    second,
    /^admin on \S+ with TLS \(certificate of CN=other until \d{4}-\d\d-\d\d\), without a token/,
  );
  assert.doesNotMatch(JSON.stringify(result.config), /PRIVATE/);
  const sent = fromPortable(structuredClone(toPortable(result.config)));
  assert.deepEqual(sent, result.config);
  assert.deepEqual([sent.tls?.key.reveal(), sent.admin.tls?.key.reveal()], [one.key, other.key]);
});

void test('what is wrong with a certificate or its key is said where they are named', async () => {
  const { one, authority } = await made.promise;
  const encrypted = createPrivateKey(one.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const files = {
    'reversed.pem': `${authority.cert}${one.cert}`,
    'encrypted.pem': encrypted,
    'cut.pem': one.cert.replace(/\n.{9}/, '\n'),
    'cut-key.pem': one.key.replace(/\n.{9}/, '\n'),
    'words.pem': 'sk-not-a-certificate',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const at = (name: string): string => join(folder, name);
  const cases: readonly (readonly [cert: string, key: string, ...problems: string[]])[] = [
    [
      'gone.pem',
      'one-key.pem',
      `2:9: tls.cert is "gone.pem": expected the file ${at('gone.pem')}, which does not exist`,
    ],
    ['one.pem', '.', `3:8: tls.key is ".": expected a file at ${folder}, which is a directory`],
    [
      'one.pem',
      'other-key.pem',
      '3:8: tls.key is "other-key.pem": expected the private key of the certificate beside it, of CN=one',
    ],
    [
      'reversed.pem',
      'one-key.pem',
      '2:9: tls.cert is "reversed.pem": expected the certificate of the key, of CN=one, before those that signed it',
    ],
    [
      'one-key.pem',
      'one.pem',
      '2:9: tls.cert is "one-key.pem": expected a file of certificates, and not of a private key',
      '3:8: tls.key is "one.pem": expected a file of a private key in PEM (-----BEGIN PRIVATE KEY-----)',
    ],
    [
      'one.pem',
      'encrypted.pem',
      '3:8: tls.key is "encrypted.pem": expected a private key without a passphrase, as `openssl pkey -in THIS -out OTHER` makes it',
    ],
    [
      'cut.pem',
      'cut-key.pem',
      '2:9: tls.cert is "cut.pem": expected certificates that can be read',
      '3:8: tls.key is "cut-key.pem": expected a private key that can be read',
    ],
    [
      'words.pem',
      'one-key.pem',
      '2:9: tls.cert is "words.pem": expected a file of certificates in PEM (-----BEGIN CERTIFICATE-----), the own one first',
    ],
    [
      'one.pem',
      '${file:one-key.pem}',
      '3:8: tls.key is "${file:one-key.pem}": expected the path of a file in PEM, and not what it holds',
    ],
    [
      'one.pem',
      JSON.stringify(one.key),
      '3:8: tls.key is [secret]: expected the path of a file in PEM, and not what it holds',
    ],
    ['one.pem', '" "', '3:8: tls.key is "": expected a path that is not blank'],
  ];
  for (const [cert, key, ...problems] of cases) assert.deepEqual(problemsOf(await load(cert, key)), problems);
});

void test('a certificate whose time is over, or has not come, is a warning with the date', async (context) => {
  await made.promise;
  const day = 86_400_000;
  const said: string[] = [];
  for (const days of [40, -40]) {
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + days * day });
    const result = await load('other.pem', 'other-key.pem');
    context.mock.timers.reset();
    assert.ok(result.ok);
    said.push(...result.warnings.map((warning) => formatProblem(warning)));
  }
  const expected = '2:9: tls.cert: expected a certificate that is valid now: that of CN=other';
  const [expired = '', early = ''] = said;
  assert.equal(said.length, 2);
  assert.match(expired, new RegExp(`^${expected} expired on \\d{4}-\\d\\d-\\d\\d$`));
  assert.match(early, new RegExp(`^${expected} is valid from \\d{4}-\\d\\d-\\d\\d on$`));
});
