import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelRows } from '../../../src/catalog/models/rows/all.ts';
import { providerTypes } from '../../../src/catalog/provider-types.ts';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import { openProvider } from '../../../src/providers/provider.ts';
import { router } from '../../../src/routing/route.ts';

const ALL = [...providerTypes.values()].flatMap(({ env }) => env ?? []);

/** Where a model goes with keys in these variables: the providers in order, or what the client is told. */
function leads(variables: readonly string[]): (model: string) => readonly string[] | string | undefined {
  const result = configFromEnvironment(Object.fromEntries(variables.map((name) => [name, `key-of-${name}`])));
  assert.ok(result?.ok);
  const { providers, routes, activeProviderId } = result.config;
  const opened = new Map(providers.map((config) => [config.id, openProvider(config, () => FRESH)]));
  const route = router(opened, { routes, activeProviderId, random: () => 0.5 });
  return (model) => {
    const found = route({ model });
    return found.kind === 'no-route' ? found.message : found.targets.map(({ provider }) => provider.id);
  };
}

void describe('the routes of providers from the environment', () => {
  const cases: readonly (readonly [
    variables: string,
    models: Readonly<Record<string, readonly string[]>>,
  ])[] = [
    [
      'OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY',
      {
        'gpt-5': ['openai'],
        'o3-mini': ['openai'],
        'ft:gpt-4o:acme::1': ['openai'],
        'claude-sonnet-5': ['claude'],
        'gemini-2.5-pro': ['gemini'],
        'of-nobody-known': ['openai'],
      },
    ],
    [
      'OPENAI_API_KEY DEEPSEEK_API_KEY MISTRAL_API_KEY XAI_API_KEY CO_API_KEY DASHSCOPE_API_KEY MOONSHOT_API_KEY ZHIPUAI_API_KEY',
      {
        'deepseek-chat': ['deepseek'],
        'mistral-small-latest': ['mistral'],
        'codestral-2508': ['mistral'],
        'grok-5': ['grok'],
        'command-a-03-2025': ['cohere'],
        qwen3: ['qwen'],
        'kimi-k3': ['moonshot'],
        'glm-5.2': ['zhipuai'],
      },
    ],
    [
      'ANTHROPIC_API_KEY GROQ_API_KEY OPENROUTER_API_KEY DEEPSEEK_API_KEY',
      {
        'claude-opus-5-5': ['claude'],
        'deepseek-chat': ['deepseek', 'groq', 'openrouter'],
        'qwen-3-32b': ['groq', 'openrouter', 'claude'],
        'gpt-oss-120b': ['groq', 'openrouter'],
        'llama-3.3-70b-versatile': ['groq', 'openrouter', 'claude'],
        'google/gemini-3-pro': ['groq', 'openrouter', 'claude'],
        'openrouter/openai/gpt-5': ['openrouter'],
      },
    ],
    ['TOGETHER_API_KEY', { 'gpt-oss-20b': ['together-ai'], 'meta-llama/Llama-4': ['together-ai'] }],
    ['DIFY_API_KEY', { 'gpt-5': ['dify'] }],
  ];
  for (const [variables, models] of cases)
    void it(`lead each model to its maker, with ${variables}`, () => {
      const to = leads(variables.split(' '));
      for (const [model, providers] of Object.entries(models)) assert.deepEqual(to(model), providers, model);
    });

  void it('lead models of a maker without a key nowhere, and the client is told the variable', () => {
    const refusal = 'It is a model of claude, which has no key here: set ANTHROPIC_API_KEY.';
    assert.equal(leads(['OPENAI_API_KEY'])('claude-sonnet-5'), refusal);
    assert.equal(
      leads(['OPENROUTER_API_KEY'])('claude-sonnet-5'),
      `${refusal} Hosts such as openrouter may have it as maker/model.`,
    );
    assert.match(String(leads(['OPENAI_API_KEY'])('kimi-k3')), /set MOONSHOT_API_KEY/);
  });

  const everybody = leads(ALL);

  for (const { type, env, ownModels, healthCheckModel = '' } of providerTypes.values()) {
    if (env === undefined || healthCheckModel === '' || ownModels === undefined) continue;
    void it(`lead the model of health checks of ${type} to it`, () => {
      assert.equal(everybody(healthCheckModel)?.[0], type);
    });
  }

  void it('agree with the table of models', () => {
    for (const { types = [], models } of modelRows) {
      const [type, another] = types;
      const maker = type === undefined || another !== undefined ? undefined : providerTypes.get(type);
      if (maker?.ownModels === undefined || maker.env === undefined) continue;
      for (const pattern of models)
        if (!pattern.startsWith('*'))
          assert.equal(everybody(pattern.replaceAll('*', 'x'))?.[0], maker.type, pattern);
    }
  });
});
