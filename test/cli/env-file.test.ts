import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { startSimulator } from '../../simulator/simulator.ts';
import { ask } from '../support/http.ts';
import { folderFor } from '../support/folder.ts';
import { finished, started } from './tools.ts';
import type { Started } from './tools.ts';

const listing = z.object({ keys: z.array(z.object({ hint: z.string() })) });

async function hintsOf({ adminUrl }: Started): Promise<readonly string[]> {
  const answer = await ask(adminUrl, { method: 'GET', path: '/api/keys' });
  return listing.parse(answer.json()).keys.map(({ hint }) => hint);
}

for (const workers of [1, 2])
  void test(`a running gateway of ${workers} gets variables by its files alone`, async (context) => {
    const simulator = await startSimulator();
    context.after(() => simulator.close());
    const cwd = await folderFor(context);
    const save = (name: string, text: string) => writeFile(join(cwd, name), text);
    const saveConfig = (...names: readonly string[]) =>
      save(
        'sparekey.yaml',
        JSON.stringify({
          workers,
          providers: [
            {
              id: 'sim',
              type: 'openai',
              baseUrl: simulator.url,
              apiTokens: names.map((name) => `\${${name}}`),
              failover: { enabled: true, cooldownDuration: '1m' },
            },
          ],
        }),
      );
    await save('one.env', '# keys\nexport FIRST="sk-file-0123456789-aaaa"\nSECOND=overridden-by-two.env\n');
    await save('two.env', 'SECOND=sk-file-0123456789-bbbb\nTHIRD=sk-from-a-file-0123456789\n');
    await saveConfig('FIRST', 'SECOND', 'THIRD');
    const gateway = await started(context, ['--env-file', 'one.env', '--env-file', 'two.env'], {
      cwd,
      env: { THIRD: 'sk-own-0123456789-cccc' },
    });
    assert.match(gateway.stdout(), /It runs sparekey\.yaml with one\.env and two\.env/);
    assert.deepEqual(await hintsOf(gateway), ['aaaa', 'bbbb', 'cccc']);
    assert.equal((await ask(gateway.url)).status, 200);

    // What the process was started with goes before what files say.
    await save('two.env', 'SECOND=sk-file-0123456789-dddd\nTHIRD=sk-from-a-file-0123456789\n');
    await gateway.said(/"the configuration was taken over"/);
    assert.deepEqual(await hintsOf(gateway), ['aaaa', 'dddd', 'cccc']);
    assert.equal((await ask(gateway.url)).status, 200);

    await saveConfig('SECOND', 'FOURTH');
    await gateway.said(
      /sparekey\.yaml:1:\d+: providers\[0\]\.apiTokens\[1\].*variable FOURTH, which is not set; a running process gets no new variables: put FOURTH into a file of --env-file, or a key into an apiTokensFile, or restart/,
    );
    await save('one.env', 'FOURTH=sk-file-0123456789-eeee\n');
    await gateway.said(/(?:"the configuration was taken over"[^]*){2}/);
    assert.deepEqual(await hintsOf(gateway), ['dddd', 'eeee']);
    // Where there are workers, they too use what the files say now.
    for (let asked = 0; asked < 6; asked++) assert.equal((await ask(gateway.url)).status, 200);
    for (const { key } of simulator.requests.slice(-6)) assert.match(key, /-(?:dddd|eeee)$/);
  });

void test('keys of no configuration may stand in a file too, and are taken over as it is saved', async (context) => {
  const cwd = await folderFor(context);
  const file = join(cwd, '.env');
  await writeFile(file, 'OPENAI_API_KEY=sk-file-0123456789-aaaa\n');
  const gateway = await started(context, ['--env-file', '.env'], { cwd });
  assert.match(gateway.stdout(), /it found in the environment and in \.env/);
  assert.deepEqual(await hintsOf(gateway), ['aaaa']);
  await writeFile(file, 'ANTHROPIC_API_KEY=sk-file-0123456789-bbbb,sk-file-0123456789-cccc\n');
  await gateway.said(/"the configuration was taken over"/);
  assert.deepEqual(await hintsOf(gateway), ['bbbb', 'cccc']);
  await writeFile(file, '# nothing\n');
  await gateway.said(/"level":"error".*environment: expected at least one API key/);
  assert.deepEqual(await hintsOf(gateway), ['bbbb', 'cccc']);
});

void test('the token of the admin listener may stand in a file, for who asks it too', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'sparekey.yaml'),
    'provider: { type: openai, apiTokens: [ "${MY_KEY}" ] }\nadmin: { token: "${MY_TOKEN}" }',
  );
  await writeFile(join(cwd, '.env'), 'MY_KEY=sk-file-0123456789-aaaa\nMY_TOKEN=token-0123456789\n');
  const gateway = await started(context, ['--env-file', '.env'], { cwd });
  await writeFile(join(cwd, 'here.env'), 'SPAREKEY_ADMIN_TOKEN=token-0123456789\n');
  const list = ['keys', 'list', '--admin', gateway.adminUrl];
  assert.equal((await finished(context, list, { cwd })).code, 1);
  const { code, stdout } = await finished(context, [...list, '--env-file', 'here.env'], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /…aaaa/);
});

void test('check reads such files, and tells what stands in one that is not read', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'sparekey.yaml'), 'provider: { type: openai, apiTokens: [ "${MY_KEY}" ] }');
  await writeFile(join(cwd, '.env'), 'MY_KEY=sk-file-0123456789-aaaa\n');
  const without = await finished(context, ['check'], { cwd });
  assert.equal(without.code, 1);
  assert.match(without.stderr, /variable MY_KEY, which is not set; \.env has it: --env-file \.env\n$/);
  const read = await finished(context, ['check', '--env-file', '.env'], { cwd });
  assert.equal(read.code, 0);
  assert.match(read.stdout, /1 key: MY_KEY \(…aaaa\)/);
  const missing = await finished(context, ['check', '--env-file', 'none.env'], { cwd });
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /none\.env/);
});

void test('a file with a byte order mark, a long list of keys or a NUL gives its variables, or no secret away', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'sparekey.yaml'), 'provider: { type: openai, apiTokens: "${MY_KEYS}" }');
  const keys = Array.from({ length: 5_000 }, (_, i) => `sk-file-0123456789abcdef-${10_000 + i}`);
  await writeFile(join(cwd, 'long.env'), `\uFEFFMY_KEYS=${keys.join(',')}\r\n`);
  const long = await finished(context, ['check', '--env-file', 'long.env'], { cwd });
  assert.equal(long.code, 0, long.stderr);
  assert.match(long.stdout, /5000 keys/);
  await writeFile(join(cwd, 'nul.env'), 'MY_KEYS=sk-file\x000123456789\n');
  const nul = await finished(context, ['check', '--env-file', 'nul.env'], { cwd });
  assert.equal(nul.code, 1);
  assert.match(nul.stderr, /--env-file \S+nul\.env: expected a file of text without NUL/);
  assert.doesNotMatch(nul.stderr, /sk-file|0123456789/);
});
