import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { startSimulator } from '../../simulator/simulator.ts';
import { ask } from '../support/http.ts';
import { finished, started } from './tools.ts';
import { folderFor } from '../support/folder.ts';
import type { Started } from './tools.ts';

const FIRST = 'sk-first-0123456789abcdef-aaaa';
const SECOND = 'sk-second-0123456789abcdef-bbbb';
const THIRD = 'sk-third-0123456789abcdef-cccc';

const listing = z.object({
  keys: z.array(z.object({ id: z.string(), hint: z.string(), state: z.string() })),
});

interface Running extends Started {
  /** Writes the configuration with these tokens and options. */
  save(apiTokens: readonly string[], more?: Readonly<Record<string, unknown>>): Promise<void>;
  readonly path: string;
  /** Hints and states of the keys. */
  states(): Promise<Readonly<Record<string, string>>>;
  disable(hint: string): Promise<void>;
  /** Resolves when so many configurations have been taken over. */
  taken(count: number): Promise<unknown>;
}

async function running(context: TestContext): Promise<Running> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const path = join(cwd, 'sparekey.yaml');
  await writeFile(join(cwd, 'tokens.txt'), `${THIRD}\n`);
  const textOf = (apiTokens: readonly string[], more = {}) =>
    JSON.stringify({
      state: 'memory:',
      providers: [
        { id: 'sim', type: 'openai', baseUrl: simulator.url, apiTokens, apiTokensFile: 'tokens.txt' },
      ],
      ...more,
    });
  await writeFile(path, textOf([FIRST, SECOND]));
  const gateway = await started(context, [], { cwd });
  const keys = async () => {
    const answer = await ask(gateway.adminUrl, { method: 'GET', path: '/api/keys' });
    return listing.parse(answer.json()).keys;
  };
  return {
    ...gateway,
    path,
    save: (apiTokens, more) => writeFile(path, textOf(apiTokens, more)),
    states: async () => Object.fromEntries((await keys()).map(({ hint, state }) => [hint, state])),
    disable: async (hint) => {
      const id = (await keys()).find((key) => key.hint === hint)?.id ?? '';
      assert.equal((await ask(gateway.adminUrl, { path: `/api/keys/${id}/disable`, body: '' })).status, 200);
    },
    taken: (count) => gateway.said(new RegExp(`(?:"the configuration was taken over"[^]*){${count}}`)),
  };
}

async function shown(url: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  return z.looseObject({}).parse((await ask(url, { method: 'GET', path })).json());
}

void test('saving the file changes the keys, and those that stay keep their records', async (context) => {
  const gateway = await running(context);
  await gateway.disable('bbbb');
  await gateway.save([SECOND]);
  await gateway.taken(1);
  await gateway.said(/"changes":"provider sim: 1 key removed \(sparekey\.yaml:1:\d+\)"/);
  assert.deepEqual(await gateway.states(), { bbbb: 'disabled', cccc: 'in-service' });
  assert.equal((await ask(gateway.url)).status, 200);
});

void test('a file replaced by another, as editors do, counts as saved', async (context) => {
  const gateway = await running(context);
  const { path } = gateway;
  for (const count of [1, 2]) {
    await rename(path, `${path}~`);
    await gateway.save(count === 1 ? [FIRST] : [SECOND]);
    await gateway.taken(count);
  }
  assert.deepEqual(await gateway.states(), { bbbb: 'in-service', cccc: 'in-service' });
});

void test('a file of tokens is watched too', async (context) => {
  const gateway = await running(context);
  await writeFile(
    join(gateway.path, '..', 'tokens.txt'),
    '# none but this\nsk-other-0123456789abcdef-dddd\n',
  );
  await gateway.taken(1);
  assert.deepEqual(Object.keys(await gateway.states()), ['aaaa', 'bbbb', 'dddd']);
});

void test('SIGHUP reloads the file', async (context) => {
  const gateway = await running(context);
  gateway.process.kill('SIGHUP');
  await gateway.taken(1);
  await gateway.said(/"changes":"nothing changed"/);
  assert.equal((await ask(gateway.url)).status, 200);
});

void test('a file that is not valid is reported, and changes nothing', async (context) => {
  const gateway = await running(context);
  await gateway.disable('bbbb');
  await gateway.save([FIRST, FIRST], { colour: 'red' });
  await gateway.said(/"level":"error".*not valid; the old one stays/);
  await gateway.said(/"level":"error".*sparekey\.yaml:1:\d+: colour: expected a known field/);
  assert.deepEqual(await gateway.states(), { aaaa: 'in-service', bbbb: 'disabled', cccc: 'in-service' });
  assert.equal((await ask(gateway.url)).status, 200);
  assert.doesNotMatch(gateway.stdout(), /sk-first/);

  // It serves, and does not hide what it serves.
  const ready = await shown(gateway.url, '/ready');
  assert.partialDeepStrictEqual(ready, { status: 'ready', configuration: 'refused' });
  const { refusedFile } = await shown(gateway.adminUrl, '/api/state');
  assert.partialDeepStrictEqual(refusedFile, {
    since: ready['configurationRefusedSince'],
    file: gateway.path,
    mistakes: 2,
  });
  assert.match(JSON.stringify(refusedFile), /"problem":"sparekey\.yaml:1:\d+: /);
  const refusal =
    / is refused since .* an older configuration runs: sparekey\.yaml:1:\d+: .* \(and 1 more\)\n$/;
  const list = ['keys', 'list', '--admin', gateway.adminUrl];
  assert.match((await finished(context, list)).stdout, refusal);
  const asJson = await finished(context, [...list, '--json']);
  assert.match(asJson.stderr, refusal);
  assert.equal(listing.parse(JSON.parse(asJson.stdout)).keys.length, 3);

  await gateway.save([FIRST]);
  await gateway.taken(1);
  await gateway.said(/"level":"warn".*"the configuration was taken over"/);
  assert.equal((await shown(gateway.url, '/ready'))['configuration'], undefined);
  assert.equal((await shown(gateway.adminUrl, '/api/state'))['refusedFile'], null);
  assert.doesNotMatch((await finished(context, list)).stdout, /refused/);
  assert.deepEqual(await gateway.states(), { aaaa: 'in-service', cccc: 'in-service' });
});

void test('what a refused file lacks is waited for', async (context) => {
  const gateway = await running(context);
  await gateway.save(['${file:late.key}'], { limits: { drain: 30 } });
  await gateway.said(/"level":"error".*late\.key, which does not exist/);
  await gateway.said(/"level":"warn".*limits\.drain/);
  await gateway.save(['${file:late.key}']);
  await gateway.said(/(?:not valid; the old one stays[^]*){2}/);
  await writeFile(join(gateway.path, '..', 'late.key'), SECOND);
  await gateway.taken(1);
  assert.deepEqual(Object.keys(await gateway.states()), ['bbbb', 'cccc']);
});

void test('a pipe that is waited for in a reload holds up no stop', async (context) => {
  const gateway = await running(context);
  await rm(gateway.path);
  execFileSync('mkfifo', [gateway.path]);
  await using writer = await whenRead(gateway.path);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  assert.doesNotMatch(gateway.stdout(), /"level":"error"/);
  // Nothing of it is left that would read.
  await assert.rejects(writer.write('x'), { code: 'EPIPE' });
});

/** A pipe, from when somebody reads it on. */
async function whenRead(pipe: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

void test('changes that count only after a restart are named', async (context) => {
  const gateway = await running(context);
  await gateway.save([FIRST], { listen: '127.0.0.1:1', admin: { token: 'a-new-admin-token' } });
  await gateway.said(/"level":"warn".*"options":"listen, admin"/);
  await gateway.taken(1);
  assert.equal((await ask(gateway.url)).status, 200);
});
