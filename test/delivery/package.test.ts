import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as z from 'zod';
import { chatText } from '../support/answers.ts';
import { folderFor } from '../support/folder.ts';
import { ask, chat } from '../support/http.ts';
import { writeConfiguration } from './configured.ts';
import { oldestNode } from './oldest-node.ts';
import { PackageRegistry } from './package-registry.ts';
import { fromRoot, textOf } from './repository.ts';
import { startGateway } from './started.ts';

const execute = promisify(execFile);

const RECORDER = new URL('../support/record-modules.ts', import.meta.url).href;

const packed = z.object({
  filename: z.string(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string(), mode: z.number() })),
});
/** A list, or an object by names, as the version of npm has it. */
const packing = z.union([z.array(packed), z.record(z.string(), packed).transform(Object.values<Packed>)]);
type Packed = z.infer<typeof packed>;

const manifest = z.object({ version: z.string(), bin: z.object({ sparekey: z.string() }) });
const { version: VERSION, bin: BIN } = manifest.parse(JSON.parse(textOf('package.json')));

const NEEDED = [
  /^(?:LICENSE|README\.md|CHANGELOG\.md|package\.json|packaging\/systemd\/.+)$/,
  /^docs\/[\w.-]+\.(?:md|json)$/,
  /^dist\/.+\.(?:js|lua)$/,
];
/** Twice what it has today. Bytes. */
const MOST_UNPACKED = 6_000_000;

/** What no idle process of the configuration needs: see test/cli/loaded-modules.test.ts. */
const UNNEEDED = /\/node_modules\/(?:zod|yaml|@ai-sdk|gpt-tokenizer|@redis|jose|undici\/index\.js)\b/;
/** Files of our own that a process finds and reads as it starts: twice what it has today. Unbundled there are 500. */
const MOST_FILES = 120;

void test('the package runs by npx on the oldest Node it is for, in a folder where it writes nothing', async (context) => {
  const folder = await folderFor(context);
  const { filename, files, unpackedSize } = await pack(folder);
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => !NEEDED.some((pattern) => pattern.test(path))),
    [],
  );
  assert.ok(unpackedSize < MOST_UNPACKED, `${unpackedSize} bytes`);
  assert.equal(files.find(({ path }) => path === BIN.sparekey)?.mode, 0o755);

  const place = await install(folder, join(folder, filename));
  const installed = await contents(place.cwd);
  const version = await execute('npx', ['--offline', 'sparekey', '--version'], place);
  assert.equal(version.stdout, `${VERSION}\n`);

  const configuration = await writeConfiguration(context, folder, { workers: 2 });
  const start = ['npx', '--offline', 'sparekey', 'start', '--config', configuration];
  const recorded = await folderFor(context);
  const env = { ...place.env, NODE_OPTIONS: `--import=${RECORDER}`, RECORD_MODULES: recorded };
  const gateway = await startGateway(context, start, { ...place, env });
  const processes = await loadedBy(recorded, /^(?:sparekey|entry\.js)-/);
  assert.equal(processes.length, 3, 'a control process and its workers');
  for (const loaded of processes) {
    assert.deepEqual(
      loaded.filter((url) => UNNEEDED.test(url)),
      [],
    );
    const own = loaded.filter((url) => url.includes('/sparekey/dist/'));
    assert.ok(own.length > 0 && own.length < MOST_FILES, `${own.length} files`);
  }
  // The second is translated: by a thread with a file of its own and a package that is loaded for it.
  for (const model of ['gpt-5', 'claude-sonnet-5']) {
    const answer = await ask(gateway.url, { body: chat('Hello!', { model }) });
    assert.match(chatText(answer) ?? answer.text, /^You said: Hello!/);
  }
  assert.match(await gateway.stop(), /"msg":"stopped"[^\n]*$/);
  assert.deepEqual(await contents(place.cwd), installed);
});

/** What each process has loaded whose record has such a name. */
async function loadedBy(folder: string, names: RegExp): Promise<readonly (readonly string[])[]> {
  const records = (await readdir(folder)).filter((name) => names.test(name));
  return Promise.all(records.map(async (name) => (await readFile(join(folder, name), 'utf8')).split('\n')));
}

/** Makes the package as it would be published, and puts it into a folder. */
async function pack(folder: string): Promise<Packed> {
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: fromRoot(''),
    env: { ...process.env, PATH: pathWith(dirname(process.execPath)) },
  });
  // What the build says comes first.
  const [only, ...others] = packing.parse(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))));
  assert.ok(only !== undefined && others.length === 0);
  return only;
}

/** The path on which programs are found: the Node in a folder before any other. */
function pathWith(folder: string): string {
  return [folder, process.env['PATH']].join(delimiter);
}

/** Where and with what a user of the oldest Node runs programs. */
interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Installs a packed package in an empty folder, with what it needs in production, and takes the right to write away. */
async function install(folder: string, tarball: string): Promise<Place> {
  await using registry = await PackageRegistry.open();
  const [bin, cwd] = [join(folder, 'bin'), join(folder, 'installed')];
  await Promise.all([mkdir(bin), mkdir(cwd)]);
  await symlink(oldestNode(), join(bin, 'node'));
  // npm and the shell come from the machine, and npm runs on that Node too.
  const env = { PATH: pathWith(bin), HOME: folder };
  await writeFile(join(cwd, 'package.json'), '{ "private": true }');
  const options = ['--omit=dev', '--no-audit', '--no-fund', '--registry', registry.url];
  await execute('npm', ['install', ...options, tarball], { cwd, env });
  for (const path of await everything(cwd)) await chmod(path, (await stat(path)).mode & 0o555);
  return { cwd, env };
}

/** Every file and folder below a folder, with what tells whether it was written. */
async function contents(folder: string): Promise<readonly string[]> {
  const marks = (await everything(folder)).map(async (path) => {
    const { size, mtimeMs } = await stat(path);
    return `${path} ${size} ${mtimeMs}`;
  });
  return Promise.all(marks);
}

async function everything(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return [folder, ...entries.map((entry) => join(folder, entry))].toSorted((a, b) => a.localeCompare(b));
}
