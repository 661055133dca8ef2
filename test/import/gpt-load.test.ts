import assert from 'node:assert/strict';
import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPlan } from '../../src/import/import.ts';
import { folderFor } from '../support/folder.ts';
import { startMicrosocks } from '../upstream/proxy/proxies.ts';
import { databaseAt, imported, NOW, serving, simulatorFor } from './tools.ts';

const PASSWORD = 'the ENCRYPTION_KEY of a test';

/** A key as gpt-load stores it where it has an ENCRYPTION_KEY: hex of nonce, AES-256-GCM and tag. */
function encrypted(key: string): string {
  const nonce = createHash('sha256').update(key).digest().subarray(0, 12);
  const derived = pbkdf2Sync(PASSWORD, 'gpt-load-encryption-v1', 100_000, 32, 'sha256');
  const cipher = createCipheriv('aes-256-gcm', derived, nonce);
  return Buffer.concat([nonce, cipher.update(key, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'hex',
  );
}

function group(id: number, name: string, row: Readonly<Record<string, string | number | null>>) {
  return {
    id,
    name,
    group_type: 'standard',
    channel_type: 'openai',
    test_model: 'gpt-5-nano',
    upstreams: '[]',
    proxy_keys: '',
    param_overrides: '{}',
    config: '{}',
    header_rules: '[]',
    model_redirect_rules: '{}',
    model_redirect_strict: 0,
    ...row,
  };
}

function apiKey(id: number, groupId: number, value: string, status = 'active') {
  const hash = createHash('sha256').update(value).digest('hex');
  return { id, group_id: groupId, key_value: value, key_hash: hash, status, notes: '' };
}

void test('groups of gpt-load serve at their paths: upstreams, redirects, overrides, groups of groups', async (context) => {
  const folder = await folderFor(context);
  const { sim, origin } = await simulatorFor(context);
  const { port } = await startMicrosocks(context, { credentials: ['u', 'word'] });
  const upstreams = JSON.stringify([{ url: origin, weight: 1 }]);
  databaseAt(join(folder, 'gpt-load.db'), {
    groups: [
      group(1, 'openai', {
        upstreams: JSON.stringify([
          { url: origin, weight: 3 },
          { url: `${origin}/`, weight: 1 },
          { url: 'http://off.invalid', weight: 0 },
        ]),
        param_overrides: '{"temperature":0.3}',
        config: JSON.stringify({
          max_retries: 6,
          connect_timeout: 7,
          proxy_url: `socks5://u:word@127.0.0.1:${port}`,
          failover_status_codes: '401',
        }),
      }),
      group(2, 'claude', {
        channel_type: 'anthropic',
        upstreams,
        test_model: 'claude-haiku-4-5',
        header_rules: '[{"key":"a"}]',
      }),
      group(3, 'strict', {
        upstreams,
        model_redirect_rules: '{"fast":"gpt-5-nano"}',
        model_redirect_strict: 1,
        proxy_keys: 'sk-of-strict',
      }),
      group(4, 'dead', { upstreams }),
      group(5, 'both', { group_type: 'aggregate', channel_type: 'openai' }),
    ],
    group_sub_groups: [
      { id: 1, group_id: 5, sub_group_id: 1, weight: 9 },
      { id: 2, group_id: 5, sub_group_id: 3, weight: 1 },
    ],
    api_keys: [
      apiKey(1, 1, 'sk-openai-a'),
      apiKey(2, 1, 'sk-openai-b', 'invalid'),
      apiKey(3, 1, 'sk-openai-a'),
      apiKey(4, 2, 'sk-ant-a'),
      apiKey(5, 3, 'sk-strict-a'),
      apiKey(6, 4, 'sk-dead', 'invalid'),
    ],
    system_settings: [
      { id: 1, setting_key: 'proxy_keys', setting_value: 'sk-everybody,sk-second' },
      { id: 2, setting_key: 'blacklist_threshold', setting_value: '5' },
    ],
  });
  const { config, text, secrets, left } = await imported('gpt-load', folder, 'gpt-load.db');
  assert.doesNotMatch(text, /sk-/);
  assert.match(
    secrets['openai.keys'] ?? '',
    /\nsk-openai-a\n# not in use: gpt-load found it invalid\n#sk-openai-b\n$/,
  );
  const of = (id: string) => config.providers.find((provider) => provider.id === id);
  assert.deepEqual([of('openai')?.attempts, of('openai')?.connectTimeout], [7, 7000]);
  assert.equal(of('openai')?.failover.failureThreshold, 5);
  assert.equal(of('openai-2')?.apiTokensFile, of('openai')?.apiTokensFile);
  assert.equal(of('dead'), undefined);
  assert.deepEqual(
    config.clients?.map(({ name }) => name),
    ['proxy', 'proxy-2', 'strict'],
  );
  assert.deepEqual(
    config.routes[0]?.to.map((step) => step.map(({ provider, weight }) => `${provider} ${weight}`)),
    [['openai 6.75', 'openai-2 2.25', 'strict 1']],
  );
  assert.deepEqual(left, [
    'group "openai": failover_status_codes',
    'group "claude": header_rules',
    'group "strict": proxy_keys of one group',
  ]);

  const { ask } = await serving(context, config, sim);
  const key = 'sk-everybody';
  assert.equal(
    await ask('gpt-5', { key, prefix: '/proxy/openai' }),
    'sk-openai-a gpt-5 /v1/chat/completions',
  );
  assert.match(sim.requests.at(-1)?.body ?? '', /"temperature":0\.3/);
  assert.equal(
    await ask('claude-haiku-4-5', { key, prefix: '/proxy/claude' }),
    'sk-ant-a claude-haiku-4-5 /v1/messages',
  );
  assert.equal(
    await ask('fast', { key, prefix: '/proxy/strict' }),
    'sk-strict-a gpt-5-nano /v1/chat/completions',
  );
  assert.equal(await ask('gpt-5', { key, prefix: '/proxy/strict' }), '404');
  assert.match(await ask('gpt-5', { key, prefix: '/proxy/both' }), /^sk-(?:openai|strict)-a gpt-5 /);
  assert.equal(await ask('gpt-5', { key, prefix: '/proxy/dead' }), '404');
  assert.equal(await ask('gpt-5', { key: 'sk-nobody', prefix: '/proxy/openai' }), '401');
});

void test('encrypted keys are read with ENCRYPTION_KEY, and told of without the right one', async (context) => {
  const folder = await folderFor(context);
  const path = join(folder, 'gpt-load.db');
  databaseAt(path, {
    groups: [group(1, 'openai', { upstreams: '[{"url":"https://api.openai.com","weight":1}]' })],
    api_keys: [{ ...apiKey(1, 1, encrypted('sk-encrypted')), key_hash: 'of another key' }],
  });
  const { config } = await imported('gpt-load', folder, 'gpt-load.db', { ENCRYPTION_KEY: PASSWORD });
  assert.deepEqual(
    config.providers[0]?.apiTokens.map(({ key }) => key.reveal()),
    ['sk-encrypted'],
  );
  assert.equal(config.providers[0]?.baseUrl, 'https://api.openai.com/v1');
  await assert.rejects(readPlan('gpt-load', path, { env: {}, now: NOW }), /set ENCRYPTION_KEY/);
  await assert.rejects(readPlan('gpt-load', path, { env: { ENCRYPTION_KEY: 'x' }, now: NOW }), /not the one/);
});
