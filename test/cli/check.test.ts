import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { finished } from './tools.ts';
import { folderFor } from '../support/folder.ts';

const SECRET = 'sk-never-shown-0123456789-wxyz';

void test('a valid file is described, without secrets', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'good.yaml'),
    [
      'providers:',
      '  - id: main',
      '    type: openai',
      '    apiTokens: ["${KEY}", { key: sk-other-0123456789-abcd, name: team-b }]',
      '    failover: { enabled: true, healthCheckModel: gpt-5-nano }',
    ].join('\n'),
  );
  const { code, stdout, stderr } = await finished(context, ['check', '--config', 'good.yaml'], {
    cwd,
    env: { KEY: SECRET },
  });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^listens on 127\.0\.0\.1:5397/);
  assert.match(stdout, /provider main: openai at https:\/\/api\.openai\.com\/v1/);
  assert.match(stdout, /2 keys: KEY \(…wxyz\), team-b \(…abcd\)/);
  assert.doesNotMatch(stdout, /never-shown/);
});

void test('what is valid and hardly meant is a warning', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'sparekey.yaml'),
    `provider:\n  type: openai\n  apiTokens: [${SECRET}, x-other-key]\n`,
  );
  const { code, stdout, stderr } = await finished(context, ['check'], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /provider openai/);
  assert.match(stderr, /^warning: sparekey\.yaml:\d+:\d+: provider\.failover\.enabled/);
});

void test('every mistake is reported with its place, its value and what was expected, and no secret', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'bad.yaml'),
    [
      'listen: nowhere',
      'providers:',
      '  - id: main',
      '    type: openai',
      `    apiTokens: [${SECRET}, ${SECRET}]`,
      '    failover: { enabled: true, failureThreshold: none }',
      '    colour: red',
      '  - { id: main, type: nonsense, apiTokens: ["${MISSING}"] }',
    ].join('\n'),
  );
  const { code, stdout, stderr } = await finished(context, ['check', '--config', 'bad.yaml'], { cwd });
  assert.deepEqual([code, stdout], [1, '']);
  for (const part of [
    /^bad\.yaml:1:9: listen is "nowhere": expected an address/m,
    /^bad\.yaml:6:50: providers\[0\]\.failover\.failureThreshold is "none": expected a whole number/m,
    /^bad\.yaml:7:5: providers\[0\]\.colour: expected a known field/m,
    /^bad\.yaml:8:\d+: .*MISSING/m,
  ]) {
    assert.match(stderr, part);
  }
  assert.doesNotMatch(stderr, /never-shown|^ +at /m);
});

void test('without a file it checks what a start would run: keys in the environment', async (context) => {
  const cwd = await folderFor(context);
  const { code, stdout, stderr } = await finished(context, ['check'], {
    cwd,
    env: { OPENAI_API_KEY: SECRET, ANTHROPIC_KEY: SECRET },
  });
  assert.equal(code, 0);
  assert.match(stdout, /^provider openai: openai at .+\n {2}1 key: OPENAI_API_KEY \(…wxyz\)\n/m);
  assert.match(stdout, /^route all other models to openai$/m);
  assert.match(stderr, /^warning: ANTHROPIC_KEY is set, but ANTHROPIC_API_KEY is what is read\.$/m);
});

void test('where nothing is configured it says so, and what nearly is', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'sparekey.yml'), 'providers: []\n');
  const { code, stdout, stderr } = await finished(context, ['check'], { cwd });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /^There is nothing to run: .+\nsparekey\.yml is here, but sparekey\.yaml is what is read/,
  );
});

void test('a missing file is reported in a line', async (context) => {
  const { code, stderr } = await finished(context, ['check', '--config', 'none.yaml']);
  assert.equal(code, 1);
  assert.match(stderr, /none\.yaml: expected a file that exists$/m);
});
