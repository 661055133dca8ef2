import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor } from '../support/folder.ts';
import { formatProxy } from '../../src/base/proxy-address.ts';
import { startTinyproxy } from '../upstream/proxy/proxies.ts';
import { imported, serving, simulatorFor } from './tools.ts';

void test('the API keys of CLIProxyAPI serve what they did: models, aliases, prefixes, priorities, exclusions', async (context) => {
  const folder = await folderFor(context);
  const { sim, origin } = await simulatorFor(context);
  const { port } = await startTinyproxy(context, { credentials: ['team', 'pass1'] });
  await writeFile(
    join(folder, 'config.yaml'),
    `
host: ""
port: 8317
auth-dir: "~/.cli-proxy-api"
api-keys: [client-key-one, client-key-two]
request-retry: 3
max-retry-interval: 30
proxy-url: ""
debug: true
pprof: { enable: false, addr: "127.0.0.1:8316" }
routing: { strategy: "round-robin", session-affinity: true }
streaming: { keepalive-seconds: 15 }
gemini-api-key:
  - api-key: AIza-one
    base-url: ${origin}
    excluded-models: ["gemini-2.5-pro", "*-preview"]
  - api-key: AIza-two
    base-url: ${origin}
    excluded-models: ["gemini-2.5-pro", "*-preview"]
claude-api-key:
  - api-key: sk-ant-low
    base-url: ${origin}
  - api-key: sk-ant-high
    base-url: ${origin}
    priority: 5
    models: [{ name: claude-haiku-4-5, alias: fast }]
    headers: { X-Custom: a }
    proxy-url: http://team:pass1@127.0.0.1:${port}
codex-api-key:
  - api-key: sk-codex
    base-url: ${origin}/v1
    prefix: team
openai-compatibility:
  - name: openrouter
    base-url: ${origin}/v1
    api-key-entries: [{ api-key: sk-or-1 }, { api-key: sk-or-2, weight: 5 }]
    models:
      - { name: "moonshotai/kimi-k2:free", alias: kimi-k2 }
      - { name: deepseek-v3.1, alias: pool }
      - { name: glm-5, alias: pool }
  - name: off
    disabled: true
    base-url: ${origin}/v1
    api-key-entries: [{ api-key: sk-off }]
    models: [{ name: a, alias: a }]
payload:
  override: [{ models: [{ name: "gpt-*" }], params: { a: 1 } }]
`,
  );
  const { config, text, left } = await imported('cliproxyapi', folder, 'config.yaml');
  assert.doesNotMatch(text, /sk-|AIza|client-key|pass1/);
  const proxies = config.providers.flatMap(({ apiTokens }) => apiTokens.map(({ proxy }) => proxy));
  assert.deepEqual(
    proxies.map((proxy) => (typeof proxy === 'object' ? formatProxy(proxy) : proxy)),
    [undefined, undefined, undefined, `http://127.0.0.1:${port}`, undefined, undefined, undefined],
  );
  assert.deepEqual([config.listen.host, config.listen.port], ['0.0.0.0', 8317]);
  assert.deepEqual([config.limits.waitForKey, config.limits.streamPing], [30_000, 15_000]);
  assert.equal(config.providers[0]?.affinity, 'session');
  assert.deepEqual(
    config.providers.map(({ id, apiTokens }) => `${id} ${apiTokens.length}`),
    ['gemini 2', 'claude 1', 'claude-2 1', 'codex 1', 'openrouter 2'],
  );
  assert.match(text, /# Not in use: it is disabled there\.\n {2}# - id: off\n/);
  assert.deepEqual(left, ['line 23: headers', 'line 4: auth-dir', 'line 46: payload']);

  const { ask } = await serving(context, config, sim);
  const key = 'client-key-two';
  assert.match(await ask('gemini-2.5-flash', { key }), /^AIza-(?:one|two) gemini-2\.5-flash /);
  assert.equal(await ask('gemini-2.5-pro', { key }), '404');
  assert.equal(await ask('gemini-3-preview', { key }), '404');
  assert.equal(await ask('claude-opus-4-5', { key }), 'sk-ant-low claude-opus-4-5 /v1/messages');
  assert.equal(await ask('fast', { key }), 'sk-ant-high claude-haiku-4-5 /v1/messages');
  assert.equal(await ask('gpt-5', { key }), 'sk-codex gpt-5 /v1/chat/completions');
  assert.equal(await ask('team/gpt-5', { key }), 'sk-codex gpt-5 /v1/chat/completions');
  assert.match(await ask('kimi-k2', { key }), /^sk-or-[12] moonshotai\/kimi-k2:free /);
  assert.match(await ask('pool', { key }), /^sk-or-[12] (?:deepseek-v3\.1|glm-5) /);
  assert.equal(await ask('a', { key }), '404');
  assert.equal(await ask('gpt-5', { key: 'nobody' }), '401');
});

void test('weights of CLIProxyAPI count where its strategy heeds them', async (context) => {
  const folder = await folderFor(context);
  await writeFile(
    join(folder, 'config.yaml'),
    `
routing: { strategy: weighted-round-robin }
claude-api-key:
  - { api-key: sk-ant-five, weight: 5 }
  - { api-key: sk-ant-one }
  - { api-key: sk-ant-none, weight: 0 }
`,
  );
  const { config, text } = await imported('cliproxyapi', folder, 'config.yaml');
  assert.doesNotMatch(text, /sk-/);
  assert.deepEqual(
    config.providers[0]?.apiTokens.map(({ key, weight }) => [key.reveal(), weight]),
    [
      ['sk-ant-five', 5],
      ['sk-ant-one', 1],
    ],
  );
});
