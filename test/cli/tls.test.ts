import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import * as z from 'zod';
import { startSimulator } from '../../simulator/simulator.ts';
import { makeCertificate } from '../support/certificates.ts';
import type { CertificateFiles } from '../support/certificates.ts';
import { folderFor } from '../support/folder.ts';
import { simulatedProvider } from '../support/gateway.ts';
import { ask as askPlain, chat } from '../support/http.ts';
import { finished, run } from './tools.ts';
import type { Run } from './tools.ts';

const FIRST = 'sk-first-0123456789abcdef-aaaa';
const SECOND = 'sk-second-0123456789abcdef-bbbb';

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  /** Whom the certificate is for. */
  readonly name: unknown;
}

interface SecuredGateway extends Run {
  readonly url: string;
  readonly adminUrl: string;
  readonly cwd: string;
  /** Replaces all mounted files at once, as Kubernetes does. */
  readonly mount: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly ask: (url: string, agent?: Agent) => Promise<Answer>;
}

/** A gateway with files that are mounted: `cert`, `key` and `token`. */
async function secured(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  ca: readonly string[],
  workers: number,
): Promise<SecuredGateway> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  let mounts = 0;
  const mount: SecuredGateway['mount'] = async (next) => {
    const folder = `..${++mounts}`;
    await mkdir(join(cwd, folder));
    for (const [name, text] of Object.entries(next)) await writeFile(join(cwd, folder, name), text);
    await symlink(folder, join(cwd, '..new'));
    await rename(join(cwd, '..new'), join(cwd, '..data'));
    await rm(join(cwd, `..${mounts - 1}`), { recursive: true, force: true });
  };
  await mount(files);
  for (const name of Object.keys(files)) await symlink(join('..data', name), join(cwd, name));
  const tls = { cert: 'cert', key: 'key' };
  await writeFile(
    join(cwd, 'mine.yaml'),
    JSON.stringify({
      state: 'sqlite:./state.db',
      workers,
      tls,
      admin: { tls },
      providers: [simulatedProvider(simulator, ['${file:token}'])],
    }),
  );
  const gateway = run(context, ['start', '--port', '0', '--admin-port', '0', '--config', 'mine.yaml'], {
    cwd,
  });
  const [, url = ''] = await gateway.said(/is ready: (https:\S+)\/v1\n/);
  const [, adminUrl = ''] = await gateway.said(/keys list --admin (https:\S+) --config mine\.yaml\n/);
  return { ...gateway, url, adminUrl, cwd, mount, ask: (base, agent) => ask(base, ca, agent) };
}

/** Asks for a chat, or the admin API for its keys. */
function ask(base: string, ca: readonly string[], agent?: Agent): Promise<Answer> {
  const isAdmin = agent === undefined;
  const url = new URL(isAdmin ? '/api/keys' : '/v1/chat/completions', base);
  return new Promise((resolve, reject) => {
    const options = { method: isAdmin ? 'GET' : 'POST', ca: [...ca], agent: agent ?? false };
    const outgoing = request(
      url,
      { ...options, headers: { 'content-type': 'application/json' } },
      (answer) => {
        const { socket } = answer;
        assert.ok(socket instanceof TLSSocket);
        const { subject } = socket.getPeerCertificate();
        let body = '';
        answer.on('data', (piece: Buffer) => (body += piece.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, body, name: subject.CN }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(isAdmin ? '' : JSON.stringify(chat('hello')));
  });
}

function filesOf({ cert, key }: CertificateFiles, token: string): Readonly<Record<string, string>> {
  return { cert, key, token: `${token}\n` };
}

void test('both listeners speak TLS, and take over new certificates and secrets without losing a connection', async (context) => {
  const folder = await folderFor(context);
  const authority = await makeCertificate(folder, 'authority');
  const one = await makeCertificate(folder, 'one', authority);
  const two = await makeCertificate(folder, 'two', authority);
  const gateway = await secured(context, filesOf(one, FIRST), [authority.cert], 2);
  const { url, adminUrl, cwd, mount } = gateway;
  assert.match(gateway.stdout(), /listens on \S+ with TLS \(certificate of CN=one until/);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.cert });
  context.after(() => agent.destroy());
  const first = await gateway.ask(url, agent);
  assert.deepEqual([first.status, first.name], [200, 'one']);

  await mount(filesOf(two, SECOND));
  await gateway.said(/"the configuration was taken over"/);
  // Two workers: neither shows the old one to a new connection, and the old connection goes on.
  const kept = await gateway.ask(url, agent);
  assert.deepEqual([kept.status, kept.name], [200, 'one']);
  const names = new Set<unknown>();
  for (const _ of Array.from({ length: 6 })) {
    const fresh = new Agent({ ca: authority.cert });
    names.add((await gateway.ask(url, fresh)).name);
    fresh.destroy();
  }
  assert.deepEqual([...names], ['two']);
  const keys = await gateway.ask(adminUrl);
  assert.deepEqual([keys.status, keys.name], [200, 'two']);
  assert.match(keys.body, /"hint":\s*"bbbb"/);

  // A pair that does not fit changes nothing, and the next one that does is taken over.
  await mount({ ...filesOf(one, FIRST), key: two.key });
  await gateway.said(
    /"level":"error".*mine\.yaml:1:\d+: tls\.key is \\"key\\": expected the private key of the certificate beside it, of CN=one"/,
  );
  assert.equal((await gateway.ask(adminUrl)).name, 'two');
  await mount(filesOf(one, FIRST));
  await gateway.said(/(?:"the configuration was taken over"[^]*){2}/);
  gateway.process.kill('SIGHUP');
  await gateway.said(/(?:"the configuration was taken over"[^]*){3}/);
  assert.equal((await gateway.ask(adminUrl)).name, 'one');
  assert.equal((await gateway.ask(url, agent)).status, 200);
  assert.doesNotMatch(gateway.stdout(), /sk-(?:first|second)|PRIVATE/);

  // The command line trusts the certificate in the configuration, or whom it is told to; else it says what to do.
  const listed = (args: readonly string[]) =>
    finished(context, ['keys', 'list', '--admin', adminUrl, ...args], { cwd });
  const [configured, told, untrusted, plain, absent] = await Promise.all([
    listed(['--config', 'mine.yaml']),
    listed(['--ca', authority.certFile]),
    listed([]),
    finished(context, ['keys', 'list', '--admin', adminUrl.replace('https', 'http')]),
    listed(['--ca', 'gone.pem']),
  ]);
  assert.match(configured.stdout, /1 key: 1 in service/, configured.stderr);
  assert.match(told.stdout, /1 key: 1 in service/, told.stderr);
  assert.equal(
    untrusted.stderr,
    `The certificate at ${adminUrl} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE). --ca names a file of certificates to trust.\n`,
  );
  assert.equal(plain.stderr, 'This port speaks TLS: call it by https://. (https_required)\n');
  assert.equal(absent.stderr, '--ca is gone.pem, which cannot be read (ENOENT).\n');

  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
});

void test('a gateway of one process does the same, and a reload may switch TLS off', async (context) => {
  const one = await makeCertificate(await folderFor(context), 'one');
  const gateway = await secured(context, filesOf(one, FIRST), [one.cert], 1);
  const { url, adminUrl, cwd } = gateway;
  const agent = new Agent({ keepAlive: true, ca: one.cert });
  context.after(() => agent.destroy());
  assert.equal((await gateway.ask(url, agent)).status, 200);
  assert.equal((await gateway.ask(adminUrl)).name, 'one');
  const path = join(cwd, 'mine.yaml');
  const written = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify({ ...written, tls: undefined, admin: undefined }));
  await gateway.said(/"the configuration was taken over"/);
  assert.equal((await askPlain(url.replace('https', 'http'))).status, 200);
  const keys = await askPlain(adminUrl.replace('https', 'http'), { method: 'GET', path: '/api/keys' });
  assert.equal(keys.status, 200);
  // The connection that began with TLS goes on.
  assert.equal((await gateway.ask(url, agent)).status, 200);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
});
