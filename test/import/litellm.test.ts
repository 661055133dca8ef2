import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor } from '../support/folder.ts';
import { imported, serving, simulatorFor } from './tools.ts';

void test('deployments of LiteLLM serve what they did: pools, weights, order, fallbacks, aliases and wildcards', async (context) => {
  const folder = await folderFor(context);
  const { sim, origin } = await simulatorFor(context);
  await writeFile(
    join(folder, 'config.yaml'),
    `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-5, api_base: ${origin}/v1, api_key: sk-literal-one }
  - model_name: chat
    litellm_params: { model: openai/gpt-5, api_base: ${origin}/v1, api_key: os.environ/SECOND_KEY }
  - model_name: claude
    litellm_params: { model: anthropic/claude-haiku-4-5, api_base: "${origin}", litellm_credential_name: shared }
  - model_name: ordered
    litellm_params: { model: openai/gpt-5-nano, api_base: ${origin}/v1, api_key: sk-first, order: 1, temperature: 0.2 }
  - model_name: ordered
    litellm_params: { model: openai/gpt-5-mini, api_base: ${origin}/v1, api_key: sk-second, order: 2 }
  - model_name: gpt-5-mini
    litellm_params: { model: openai/gpt-5-mini, api_base: ${origin}/v1, api_key: sk-mini }
  - model_name: "openai/*"
    litellm_params: { model: "openai/*", api_base: ${origin}/v1, api_key: sk-all }
  - model_name: "team-*-gpt"
    litellm_params: { model: "openai/gpt-*", api_base: ${origin}/v1, api_key: sk-stars }
credential_list:
  - credential_name: shared
    credential_values: { api_key: sk-ant-shared }
    credential_info: {}
router_settings:
  fallbacks: [{ ordered: [gpt-5-mini] }, { gpt-5-mini: [claude] }]
  model_group_alias: { gpt-4: gpt-5-mini, hidden: { model: chat, hidden: true } }
  num_retries: 2
  allowed_fails: 3
  cooldown_time: 30
general_settings:
  master_key: sk-master
`,
  );
  const { config, text, secrets, left } = await imported('litellm', folder, 'config.yaml', {
    SECOND_KEY: 'sk-second-key',
  });
  assert.deepEqual(left, []);
  assert.doesNotMatch(text, /sk-/);
  assert.equal(secrets['client-master'], 'sk-master\n');
  const pool = config.providers.find(({ apiTokens }) => apiTokens.length > 1);
  assert.deepEqual(
    pool?.apiTokens.map(({ key }) => key.reveal()),
    ['sk-second-key', 'sk-literal-one'],
  );
  assert.equal(pool?.attempts, 3);
  assert.equal(pool?.failover.failureThreshold, 4);
  assert.equal(pool?.failover.cooldownDuration, 30_000);

  const { ask } = await serving(context, config, sim);
  const key = 'sk-master';
  assert.match(await ask('chat', { key }), /^sk-(?:literal-one|second-key) gpt-5 \/v1\/chat\/completions$/);
  assert.match(await ask('hidden', { key }), /^sk-(?:literal-one|second-key) gpt-5 /);
  assert.equal(await ask('claude', { key }), 'sk-ant-shared claude-haiku-4-5 /v1/messages');
  assert.equal(await ask('gpt-4', { key }), 'sk-mini gpt-5-mini /v1/chat/completions');
  assert.equal(await ask('openai/gpt-4.1', { key }), 'sk-all gpt-4.1 /v1/chat/completions');
  assert.equal(await ask('gpt-4.1', { key }), 'sk-all gpt-4.1 /v1/chat/completions');
  assert.equal(await ask('team-5-gpt', { key }), 'sk-stars gpt-5 /v1/chat/completions');
  assert.equal(await ask('unknown', { key }), '404');
  assert.equal(await ask('chat'), '401');

  assert.equal(await ask('ordered', { key }), 'sk-first gpt-5-nano /v1/chat/completions');
  assert.match(sim.requests.at(-1)?.body ?? '', /"temperature":0\.2/);
  for (const [dead, next] of [
    ['sk-first', 'sk-second gpt-5-mini /v1/chat/completions'],
    ['sk-second', 'sk-mini gpt-5-mini /v1/chat/completions'],
    ['sk-mini', 'sk-ant-shared claude-haiku-4-5 /v1/messages'],
  ] as const) {
    sim.script(dead, [{ kind: 'invalid-key' }]);
    assert.equal(await ask('ordered', { key }), next);
  }
});

void test('what LiteLLM says of vendors becomes their words', async (context) => {
  const folder = await folderFor(context);
  await writeFile(
    join(folder, 'config.yaml'),
    `
model_list:
  - model_name: eu
    litellm_params: { model: azure/gpt-eu, api_base: "https://eu.openai.azure.com/", api_key: azure-key-0, api_version: "2024-06-01", rpm: 6 }
  - model_name: eu
    litellm_params: { model: azure/gpt-ca, api_base: os.environ/AZURE_CA, api_version: "2024-06-01", rpm: 18 }
  - model_name: bedrock
    litellm_params: { model: bedrock/converse/us.anthropic.claude-haiku, aws_region_name: eu-west-1 }
  - model_name: role
    litellm_params: { model: bedrock/amazon.nova-pro, aws_role_name: "arn:aws:iam::1:role/x" }
  - model_name: half
    litellm_params: { model: bedrock/amazon.nova-pro, aws_secret_access_key: half-of-a-secret }
  - model_name: vertex
    litellm_params: { model: vertex_ai/gemini-pro, vertex_project: p, vertex_location: europe-west1, vertex_credentials: /etc/account.json }
  - model_name: ollama
    litellm_params: { model: ollama/llama3, api_base: "http://gpu:11434" }
  - model_name: vllm
    litellm_params: { model: hosted_vllm/qwen, api_base: "http://gpu:8000/v1" }
  - model_name: sagemaker
    litellm_params: { model: sagemaker/x }
  - model_name: gpt-5
    litellm_params: { model: gpt-5, organization: org-1, extra_headers: { a: b } }
litellm_settings:
  callbacks: [otel]
  context_window_fallbacks: [{ vllm: [gpt-5] }]
  fallbacks: [{ vllm: [nothing] }]
include: [more.yaml]
`,
  );
  const env = {
    AZURE_CA: 'https://ca.openai.azure.com',
    AZURE_API_KEY: 'azure-key-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    OPENAI_API_KEY: 'sk-openai',
  };
  const { config, text, left } = await imported('litellm', folder, 'config.yaml', env);
  const of = (id: string) => config.providers.find((provider) => provider.id === id);
  assert.equal(of('azure')?.azureServiceUrl, 'https://eu.openai.azure.com/?api-version=2024-06-01');
  assert.equal(of('azure-2')?.azureServiceUrl, 'https://ca.openai.azure.com/?api-version=2024-06-01');
  assert.equal(of('bedrock')?.apiTokens[0]?.key.reveal(), 'AKIA:secret');
  assert.equal(of('bedrock')?.awsRegion, 'eu-west-1');
  assert.equal(of('ollama')?.baseUrl, 'http://gpu:11434/v1');
  assert.equal(of('hosted-vllm')?.baseUrl, 'http://gpu:8000/v1');
  assert.deepEqual(
    config.routes.map(({ model, to }) => [
      model,
      to.flat().map(({ provider, model: asked = '', weight }) => `${provider}/${asked} ${weight}`),
    ]),
    [
      ['eu', ['azure/gpt-eu 6', 'azure-2/gpt-ca 18']],
      ['bedrock', ['bedrock/us.anthropic.claude-haiku 1']],
      ['ollama', ['ollama/llama3 1']],
      ['vllm', ['hosted-vllm/qwen 1', 'openai/gpt-5 1']],
      ['gpt-5', ['openai/ 1']],
    ],
  );
  assert.equal(config.routes[3]?.onContextLength, 'next');
  // What signs in otherwise is there to be completed, and half of a secret is nowhere.
  for (const part of [/^ {2}# - id: bedrock-2$/m, /^ {2}# - id: vertex-ai$/m, /arn|aws_role_name/])
    assert.match(text, part);
  assert.doesNotMatch(text, /half-of-a-secret/);
  assert.deepEqual(left, [
    'line 4: rpm',
    'line 6: rpm',
    'line 19: the model sagemaker/x',
    'line 22: organization',
    'line 22: extra_headers',
    'line 24: callbacks',
    'line 27: include',
    'line 26: the fallback of vllm to nothing',
    'line 25: context_window_fallbacks of vllm',
  ]);
});
