import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { IMPORT_SOURCES, readPlan } from '../../src/import/import.ts';
import type { ImportSource } from '../../src/import/import.ts';
import { folderFor } from '../support/folder.ts';
import { databaseAt, NOW } from './tools.ts';

void test('what is no configuration of the gateway named is told with what is wrong, and what it is', async (context) => {
  const folder = await folderFor(context);
  const at = (name: string): string => join(folder, name);
  await writeFile(at('empty'), '');
  await writeFile(at('blank'), '\n \n');
  await writeFile(at('bytes'), Buffer.from([0xff, 0xfe, 0x00, 0x01]));
  await writeFile(at('damaged.db'), `SQLite format 3\0${'x'.repeat(5000)}`);
  await writeFile(
    at('litellm.yaml'),
    'model_list:\n  - { model_name: a, litellm_params: { model: openai/a } }\n',
  );
  await writeFile(at('cliproxy.yaml'), 'auth-dir: ~/.x\napi-keys: [a]\n');
  await writeFile(at('broken.yaml'), 'model_list:\n  - a: [1\n');
  await writeFile(at('list.yaml'), '- 1\n');
  await writeFile(at('alias.yaml'), 'model_list: *models\n');
  await writeFile(at('merge.yaml'), 'model_list:\n  <<: 3\n');
  await writeFile(at('text.json'), 'no JSON');
  await mkdir(at('folder'));
  const channels = [{ id: 1, type: 1, key: 'sk-a', models: 'a' }];
  databaseAt(at('one-api.db'), { channels: channels.map((row) => ({ ...row, config: '{}' })) });
  databaseAt(at('new-api.db'), { channels: channels.map((row) => ({ ...row, auto_ban: 1 })) });
  databaseAt(at('gpt-load.db'), { groups: [{ id: 1, name: 'a' }], api_keys: [{ id: 1 }] });
  databaseAt(at('other.db'), { things: [{ id: 1 }] });

  const wrong: readonly (readonly [ImportSource, string, RegExp])[] = [
    ['new-api', 'one-api.db', /is of one-api, .*: sparekey import one-api /],
    ['one-api', 'new-api.db', /is of new-api, .*: sparekey import new-api /],
    ['one-api', 'gpt-load.db', /no table of channels.*looks like one of gpt-load/],
    ['gpt-load', 'one-api.db', /no table of groups.*looks like one of one-api/],
    ['gpt-load', 'other.db', /no table of groups/],
    ['one-api', 'text.json', /neither an SQLite database nor JSON/],
    ['one-api', 'damaged.db', /cannot be read as an SQLite database/],
    ['litellm', 'one-api.db', /is an SQLite database; LiteLLM has its configuration in YAML/],
    ['litellm', 'cliproxy.yaml', /no model_list.*sparekey import cliproxyapi /],
    ['cliproxyapi', 'litellm.yaml', /is a configuration of LiteLLM: sparekey import litellm /],
    ['cliproxyapi', 'cliproxy.yaml', /no API keys of providers .*OAuth/],
    ['litellm', 'broken.yaml', /broken\.yaml:\d+:\d+: /],
    ['litellm', 'list.yaml', /is no map/],
    ['litellm', 'alias.yaml', /an alias .* has no anchor/],
    ['cliproxyapi', 'merge.yaml', /what stands behind a << is no map/],
  ];
  for (const [source, name, message] of wrong) {
    const reading = readPlan(source, at(name), { env: {}, now: NOW });
    await assert.rejects(reading, { name: 'ImportFailure', message }, `${source} ${name}`);
  }
  for (const source of IMPORT_SOURCES)
    for (const [name, message] of [
      ['empty', /is empty/],
      ['blank', /is empty/],
      ['bytes', /neither UTF-8 text nor an SQLite database/],
      ['missing', /cannot be read \(ENOENT\)/],
      ['folder', /cannot be read \(EISDIR\)/],
    ] as const) {
      const reading = readPlan(source, at(name), { env: {}, now: NOW });
      await assert.rejects(reading, { name: 'ImportFailure', message }, `${source} ${name}`);
    }
});

void test('a database without channels or groups is told so', async (context) => {
  const folder = await folderFor(context);
  const path = join(folder, 'tables.json');
  await writeFile(path, '{"channels":[],"groups":[]}');
  for (const source of ['one-api', 'new-api', 'gpt-load'] as const)
    await assert.rejects(readPlan(source, path, { env: {}, now: NOW }), { name: 'ImportFailure' });
});
