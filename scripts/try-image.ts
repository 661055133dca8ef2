import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../simulator/simulator.ts';
import { run } from './packaging/tools.ts';

/*
 * Builds the image of the Dockerfile and runs it, without an engine and without its base image: that one is made of Debian's
 * packages, this Node and this npm. Every instruction is carried out by buildah, and the program runs as the image's user,
 * with no capability, on the image's files mounted read-only. For root on Debian; two minutes.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BASE = 'docker.io/library/node:26-slim';
const IMAGE = 'localhost/sparekey-trial';
const KEY = 'sk-known-0123456789abcdef';
/** Each step in the place of another engine's: no daemon, no namespaces of users. */
const BUILDAH = { BUILDAH_ISOLATION: 'chroot' };

function buildah(...args: readonly string[]): string {
  const options = { encoding: 'utf8', env: { ...process.env, ...BUILDAH } } as const;
  return execFileSync('buildah', args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** What the base image has, as far as the Dockerfile needs it. */
function makeBase(folder: string): void {
  run('debootstrap', ['--variant=minbase', '--include=ca-certificates,libatomic1', 'bookworm', folder]);
  copyFileSync(realpathSync(process.execPath), join(folder, 'usr/local/bin/node'));
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  cpSync(dirname(dirname(realpathSync(npm))), join(folder, 'usr/local/lib/npm'), { recursive: true });
  run('ln', ['-s', '../lib/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm')]);
  run('chroot', [folder, 'useradd', '--uid', '1000', '--user-group', '--create-home', 'node']);

  const container = buildah('from', 'scratch');
  buildah('copy', '--quiet', container, folder, '/');
  buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
  // Where the registry is reached through a proxy with a certificate of its own.
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  if (certificates !== undefined) {
    buildah('copy', '--quiet', container, certificates, '/extra-certificates.pem');
    buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/extra-certificates.pem', container);
  }
  buildah('commit', '--quiet', container, BASE);
  buildah('rm', container);
}

/** Runs the image in a folder and resolves when it is ready; with how to stop it. */
async function start(files: string): Promise<{ readonly url: string; stop(): Promise<unknown> }> {
  const mounts = [
    'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"',
    'mount -t tmpfs tmpfs "$0/tmp" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"',
    'mount -t tmpfs -o uid=1000,gid=1000 tmpfs "$0/var/lib/sparekey"',
  ].join(' && ');
  const command = 'cd /app && exec node dist/sparekey.js start --config /etc/sparekey/sparekey.yaml';
  const asUser = `exec chroot --userspec=1000:1000 --groups= "$0" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin sh -c '${command}'`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', `${mounts} && ${asUser}`, files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const stop = async (): Promise<unknown> => {
    child.kill('SIGTERM');
    return (await gone)[0];
  };
  for await (const line of createInterface(child.stdout)) {
    const url = /is ready: (http:\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stop };
  }
  throw new Error('the gateway did not start');
}

const place = mkdtempSync(join(tmpdir(), 'sparekey-image-'));
run('sh', [
  '-c',
  'command -v buildah debootstrap || apt-get install -qq --no-install-recommends buildah debootstrap',
]);
makeBase(join(place, 'base'));
run('buildah', ['bud', '--pull-never', '--format', 'docker', '--tag', IMAGE, ROOT], BUILDAH);

const simulator = await startSimulator();
const container = buildah('from', '--pull-never', IMAGE);
const files = buildah('mount', container);
const configuration = {
  listen: '127.0.0.1:0',
  admin: { listen: '127.0.0.1:0' },
  state: 'sqlite:/var/lib/sparekey/sparekey.db',
  workers: 2,
  providers: [{ id: 'openai', type: 'openai', baseUrl: simulator.url, apiTokens: [KEY] }],
};
mkdirSync(join(files, 'etc/sparekey'));
writeFileSync(join(files, 'etc/sparekey/sparekey.yaml'), JSON.stringify(configuration));
const gateway = await start(files);
const answer = await fetch(`${gateway.url}/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hello!' }] }),
});
assert.equal(answer.status, 200, await answer.text());
assert.equal(await gateway.stop(), 0);
await simulator.close();
buildah('umount', container);
buildah('rm', container);
rmSync(place, { recursive: true });
process.stdout.write('The image was built, answered a request from read-only files, and stopped in order.\n');
