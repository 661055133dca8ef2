import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor } from '../support/folder.ts';
import { startTinyproxy } from '../upstream/proxy/proxies.ts';
import { databaseAt, imported, NOW, serving, simulatorFor } from './tools.ts';

/** A row of `channels` as both gateways have it. */
function channel(id: number, row: Readonly<Record<string, string | number | Uint8Array | null>>) {
  return {
    id,
    type: 1,
    key: `sk-channel-${id}`,
    status: 1,
    name: `Channel ${id}`,
    weight: 0,
    base_url: '',
    other: '',
    models: '',
    group: 'default',
    model_mapping: '',
    priority: 0,
    created_time: 1_700_000_000,
    ...row,
  };
}

const USERS = [
  { id: 1, username: 'root', status: 1, group: 'default' },
  { id: 2, username: 'gone', status: 2, group: 'default' },
];

function token(id: number, row: Readonly<Record<string, string | number | Uint8Array | null>> = {}) {
  return {
    id,
    user_id: 1,
    key: `token${id}`,
    status: 1,
    name: `app ${id}`,
    expired_time: -1,
    remain_quota: 0,
    unlimited_quota: 1,
    ...row,
  };
}

void test('channels of one-api serve what they did: priorities, mappings, pools of channels that are alike', async (context) => {
  const folder = await folderFor(context);
  const { sim, origin } = await simulatorFor(context);
  databaseAt(join(folder, 'one-api.db'), {
    channels: [
      // Made by "batch create": alike but for their keys.
      channel(1, { name: 'Main', base_url: origin, models: 'gpt-5,gpt-5-mini', priority: 10, config: '{}' }),
      channel(2, { name: 'Main', base_url: origin, models: 'gpt-5,gpt-5-mini', priority: 10, config: '{}' }),
      channel(3, {
        name: 'Main',
        base_url: origin,
        models: 'gpt-5,gpt-5-mini',
        priority: 10,
        config: '{}',
        status: 2,
      }),
      channel(4, {
        type: 14,
        name: 'Claude',
        base_url: `${origin}/`,
        models: 'claude-haiku-4-5,gpt-5',
        model_mapping: '{"gpt-5":"claude-haiku-4-5"}',
        config: '',
      }),
      channel(5, {
        type: 24,
        name: '双子',
        base_url: origin,
        models: 'gemini-2.5-flash',
        config: '',
        group: 'vip',
      }),
      channel(6, { type: 50, name: 'Whole', base_url: `${origin}/v1`, models: 'whole-model', config: '' }),
      channel(7, { type: 40, name: 'Doubao', models: 'doubao-pro', config: '', status: 3 }),
      channel(8, { type: 46, name: 'Replicate', models: 'x', config: '' }),
    ],
    users: USERS,
    tokens: [
      token(1),
      token(2, { models: 'gpt-5', subnet: '10.0.0.0/8' }),
      token(3, { status: 2 }),
      token(4, { expired_time: NOW - 1 }),
      token(5, { user_id: 2 }),
      token(6, { unlimited_quota: 0, remain_quota: 500, expired_time: NOW + 1000 }),
    ],
  });
  const { config, text, secrets, left } = await imported('one-api', folder, 'one-api.db');
  assert.doesNotMatch(text, /sk-/);
  assert.equal(
    secrets['main.keys'],
    [
      '# Keys of main, one a line.',
      '# channel 1 "Main"',
      'sk-channel-1',
      '# channel 2 "Main"',
      'sk-channel-2',
      '# channel 3 "Main", not in use: it was disabled by hand',
      '#sk-channel-3',
      '',
    ].join('\n'),
  );
  // A channel that is not in use keeps its key and its words.
  assert.match(text, /# Not in use: it was disabled after failures\.\n {2}# - id: doubao\n/);
  assert.match(secrets['doubao.keys'] ?? '', /^sk-channel-7$/m);
  assert.deepEqual(
    config.clients?.map(({ name, group }) => [name, group]),
    [
      ['app 1', 'root'],
      ['app 2', 'root'],
      ['app 6', 'root'],
    ],
  );
  assert.deepEqual(left, [
    'token 2 "app 2": models that it is limited to',
    'token 2 "app 2": addresses that it is limited to',
    'token 3 "app 3": a token that is disabled',
    'token 4 "app 4": a token that is expired',
    'token 5 "app 5": a token that is of a disabled user',
    'token 6 "app 6": a quota',
    'token 6 "app 6": a date of expiry',
    ...[1, 2, 3].map((id) => `channel ${id} "Main": group default`),
    'channel 4 "Claude": group default',
    'channel 6 "Whole": group default',
    'channel 7 "Doubao": group default',
    'channel 8 "Replicate": group default',
    'channel 5 "双子": group vip',
    'channel 8 "Replicate": type 46 (Replicate)',
  ]);

  const { ask } = await serving(context, config, sim);
  const key = 'sk-token1';
  assert.match(await ask('gpt-5', { key }), /^sk-channel-[12] gpt-5 \/v1\/chat\/completions$/);
  assert.match(await ask('gpt-5-mini', { key }), /^sk-channel-[12] gpt-5-mini /);
  assert.equal(await ask('claude-haiku-4-5', { key }), 'sk-channel-4 claude-haiku-4-5 /v1/messages');
  assert.equal(
    await ask('gemini-2.5-flash', { key }),
    'sk-channel-5 gemini-2.5-flash /v1beta/models/gemini-2.5-flash:generateContent',
  );
  assert.equal(await ask('whole-model', { key }), 'sk-channel-6 whole-model /v1/chat/completions');
  assert.equal(await ask('doubao-pro', { key }), '404');
  assert.equal(await ask('gpt-5', { key: 'sk-token3' }), '401');
  // The lower priority answers where the higher cannot.
  for (const dead of ['sk-channel-1', 'sk-channel-2']) sim.script(dead, [{ kind: 'invalid-key' }]);
  assert.equal(await ask('gpt-5', { key }), 'sk-channel-4 claude-haiku-4-5 /v1/messages');
});

void test('channels of new-api have several keys, weights, overrides and numbers of their own', async (context) => {
  const folder = await folderFor(context);
  const { sim, origin } = await simulatorFor(context);
  const { port } = await startTinyproxy(context);
  const info = JSON.stringify({
    is_multi_key: true,
    multi_key_status_list: { 1: 2 },
    multi_key_mode: 'random',
  });
  databaseAt(join(folder, 'one-api.db'), {
    channels: [
      channel(1, {
        name: 'Many',
        base_url: origin,
        models: 'gpt-5',
        weight: 3,
        key: 'sk-many-a\nsk-many-b\nsk-many-c',
        channel_info: Buffer.from(info),
        param_override: '{"temperature":0.5}',
        test_model: 'gpt-5-nano',
        setting: JSON.stringify({ proxy: `http://127.0.0.1:${port}` }),
      }),
      channel(2, {
        name: 'One',
        base_url: origin,
        models: 'gpt-5',
        weight: 1,
        model_mapping: '{"gpt-5":"a","a":"gpt-5-mini"}',
      }),
      channel(3, { name: 'Spare', base_url: origin, models: 'gpt-5', weight: 0 }),
      channel(4, { type: 27, name: 'Perplexity', base_url: `${origin}/v1`, models: 'sonar' }),
      channel(5, {
        type: 3,
        name: 'Azure',
        base_url: 'https://x.openai.azure.com',
        models: 'gpt-4.1',
        other: '2024-12-01',
      }),
      channel(6, {
        type: 3,
        name: 'Azure',
        base_url: 'https://y.openai.azure.com',
        models: 'gpt-4.1',
        created_time: 1_760_000_000,
      }),
      channel(7, {
        type: 33,
        name: 'AWS',
        models: 'claude-3-5-sonnet-20241022,claude-haiku-4-5-20251001',
        key: 'AKIA|secret|eu-west-1',
      }),
      channel(8, { type: 18, name: 'Spark', models: 'lite', key: 'app|secret|apikey' }),
      channel(9, { type: 23, name: 'Tencent', models: 'hunyuan', key: 'app|id|secretkey' }),
      channel(10, { type: 50, name: 'Kling', models: 'kling-v1', key: 'access|secret' }),
    ],
    users: USERS,
    tokens: [token(1), token(2, { deleted_at: '2026-01-01' })],
  });
  const { config, text, left } = await imported('new-api', folder, 'one-api.db');
  const of = (id: string) => config.providers.find((provider) => provider.id === id);
  const keysOf = (id: string) => of(id)?.apiTokens.map(({ key }) => key.reveal());
  assert.deepEqual(keysOf('many'), ['sk-many-a', 'sk-many-c']);
  assert.equal(of('many')?.failover.healthCheckModel, 'gpt-5-nano');
  assert.equal(of('perplexity')?.type, 'perplexity');
  assert.equal(of('azure')?.azureServiceUrl, 'https://x.openai.azure.com/?api-version=2024-12-01');
  assert.deepEqual(of('azure')?.modelMapping, { 'gpt-4.1': 'gpt-41' });
  assert.equal(of('azure-2')?.baseUrl, 'https://y.openai.azure.com/openai/v1');
  assert.deepEqual(of('azure-2')?.modelMapping, {});
  assert.deepEqual([keysOf('aws'), of('aws')?.awsRegion], [['AKIA:secret'], 'eu-west-1']);
  assert.deepEqual(of('aws')?.modelMapping, {
    'claude-3-5-sonnet-20241022': 'anthropic.claude-3-5-sonnet-20241022-v2:0',
    'claude-haiku-4-5-20251001': 'anthropic.claude-haiku-4-5-20251001-v1:0',
  });
  assert.deepEqual(keysOf('spark'), ['apikey:secret']);
  assert.deepEqual(keysOf('kling'), ['access:secret']);
  assert.equal(of('tencent')?.hunyuanAuthKey?.reveal(), 'secretkey');
  assert.doesNotMatch(text, /secretkey|sk-/);
  assert.deepEqual(left, []);
  assert.deepEqual(of('many')?.proxy, { protocol: 'http:', hostname: '127.0.0.1', port });
  assert.deepEqual(
    config.routes[0]?.to.map((step) => step.map(({ provider, weight }) => `${provider} ${weight}`)),
    [['many 3', 'one 1'], ['spare 1']],
  );

  const { ask } = await serving(context, config, sim);
  const key = 'sk-token1';
  assert.equal(await ask('sonar', { key }), 'sk-channel-4 sonar /v1/chat/completions');
  for (const dead of ['sk-many-a', 'sk-many-c']) sim.script(dead, [{ kind: 'invalid-key' }]);
  assert.equal(await ask('gpt-5', { key }), 'sk-channel-2 gpt-5-mini /v1/chat/completions');
  sim.script('sk-channel-2', [{ kind: 'invalid-key' }]);
  assert.equal(await ask('gpt-5', { key }), 'sk-channel-3 gpt-5 /v1/chat/completions');
  assert.equal(await ask('gpt-5', { key: 'sk-token2' }), '401');
});

void test('rows of another database may come as JSON, with their keys or without', async (context) => {
  const folder = await folderFor(context);
  const rows = [
    channel(1, { models: 'gpt-5', config: '{}' }),
    channel(2, { models: 'gpt-6', key: null, config: '{}', name: 'B' }),
  ];
  await writeFile(
    join(folder, 'tables.json'),
    JSON.stringify({ channels: rows, tokens: [token(1)], users: USERS }),
  );
  const { config, text } = await imported('one-api', folder, 'tables.json');
  assert.deepEqual(
    config.clients?.map(({ name }) => name),
    ['app 1'],
  );
  assert.match(text, /# Not in use: the source says no key of it\.\n {2}# - id: b\n/);
});

void test('a hundred thousand keys, and thousands of channels that are alike, are one provider', async (context) => {
  const folder = await folderFor(context);
  const lines = Array.from({ length: 100_000 }, (_, index) => `sk-line-${index}`);
  const info = JSON.stringify({ is_multi_key: true, multi_key_status_list: {} });
  const alike = Array.from({ length: 5000 }, (_, index) =>
    channel(index + 2, { name: 'Batch', models: 'gpt-5' }),
  );
  databaseAt(join(folder, 'one-api.db'), {
    channels: [
      channel(1, { name: 'Many', models: 'gpt-5', priority: 1, key: lines.join('\n'), channel_info: info }),
      ...alike,
    ],
    tokens: [token(1)],
    users: USERS,
  });
  const { config, text } = await imported('new-api', folder, 'one-api.db');
  assert.deepEqual(
    config.providers.map(({ id, apiTokens }) => `${id} ${apiTokens.length}`),
    ['many 100000', 'batch 5000'],
  );
  assert.ok(text.length < 2000);
});
