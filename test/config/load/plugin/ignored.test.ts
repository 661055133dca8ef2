import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProviderConfig } from '../../../../src/config/schema/schema.ts';
import { accepted, problemsIn } from '../../parsing.ts';

/** What the plugin has no use for is left out of a configuration that is the plugin's, and named. */

interface Case {
  readonly text: string;
  /** Each as `line:column path: expected`. */
  readonly warnings: readonly string[];
  readonly leaves?: Partial<ProviderConfig>;
  /** The weights of its keys. */
  readonly pool?: readonly number[];
}

const cases: Readonly<Record<string, Case>> = {
  'words that nobody knows, at every depth': {
    text: `provider:
  type: openai
  apiTokns: [k]
  api_keys: [k]
  colour: red
  failover: { failureTreshold: 2 }
  retryOnFailure: { often: true }
  customSettings: [{ name: a, value: 1, note: x }]
extra: 1`,
    warnings: [
      '3:3 provider.apiTokns: a known option (this one is ignored); did you mean apiTokens?',
      '4:3 provider.api_keys: a known option (this one is ignored); did you mean apiTokens?',
      '5:3 provider.colour: a known option (this one is ignored)',
      '6:15 provider.failover.failureTreshold: a known option (this one is ignored); did you mean failureThreshold?',
      '7:21 provider.retryOnFailure.often: a known option (this one is ignored)',
      '8:41 provider.customSettings[0].note: a known option (this one is ignored)',
      '9:1 extra: a known option (this one is ignored)',
    ],
    leaves: { apiTokens: [] },
  },
  'options of other types, whatever they hold; empty ones without a word': {
    text: 'provider: { type: openai, azureServiceUrl: "::", ollamaServerPort: none, qwenDomain: "", vertexAuthKey: , geminiSafetySetting: [1] }',
    warnings: [
      '1:27 provider.azureServiceUrl: nothing, since azureServiceUrl is for type: azure only',
      '1:50 provider.ollamaServerPort: nothing, since ollamaServerPort is for type: ollama only',
      '1:107 provider.geminiSafetySetting: nothing, since geminiSafetySetting is for type: gemini, vertex only',
    ],
  },
  'of two words for one thing the second': {
    text: 'provider: { type: claude, apiTokens: [k], version: a, claudeVersion: b }',
    warnings: ['1:43 provider.version: nothing, since claudeVersion goes before it'],
    leaves: { apiVersion: 'b' },
  },
  'of two hosts the second': {
    text: 'provider: { type: vllm, vllmServerHost: a, vllmCustomUrl: b/v1 }',
    warnings: ['1:25 provider.vllmServerHost: nothing, since vllmCustomUrl goes before it'],
    leaves: { baseUrl: 'http://b/v1' },
  },
  'a service account beside API keys': {
    text: 'provider: { type: vertex, apiTokens: [k], vertexAuthKey: "{}" }',
    warnings: ['1:43 provider.vertexAuthKey: nothing, since apiTokens go before it'],
  },
  'half an access key beside API keys': {
    text: 'provider: { type: bedrock, awsRegion: us-east-1, apiTokens: k, awsAccessKey: a }',
    warnings: ['1:64 provider.awsAccessKey: nothing, since apiTokens go before it'],
  },
  'a token a second time': {
    text: 'provider: { type: openai, apiTokens: [k, k, l], failover: { enabled: true, cooldownDuration: 1000 } }',
    warnings: ['1:42 provider.apiTokens[1]: a token that no earlier item has; it is a weight of that one'],
    pool: [2, 1],
  },
  'a base path whose handling is none': {
    text: 'provider: { type: openai, basePath: /a, basePathHandling: strip }',
    warnings: [
      '1:27 provider.basePath: nothing, since there is no such handling, and without one paths stay',
      '1:41 provider.basePathHandling: nothing, since there is no such handling, and without one paths stay',
    ],
    leaves: { basePathHandling: 'removePrefix' },
  },
  'operations without a path': {
    text: 'provider: { type: openai, capabilities: { openai/v1/embeddings: , openai/v1/responses: "" } }',
    warnings: [
      '1:43 provider.capabilities["openai/v1/embeddings"]: a path; as it is the operation keeps its own',
      '1:67 provider.capabilities["openai/v1/responses"]: a path; as it is the operation keeps its own',
    ],
    leaves: { capabilities: {} },
  },
  'empty tokens beside others': {
    text: 'provider: { type: openai, apiTokens: ["", k, null] }',
    warnings: [
      '1:39 provider.apiTokens[0]: a token that is not blank; it is left out',
      '1:46 provider.apiTokens[2]: a token that is not blank; it is left out',
    ],
  },
  'items of a list without anything in them': {
    text: 'provider: { type: openai, failover: { failoverOnStatus: [null] }, retryOnFailure: { retryOnStatus: ["", 429] } }',
    warnings: [
      '1:58 provider.failover.failoverOnStatus[0]: an item that is not empty; it is left out',
      '1:101 provider.retryOnFailure.retryOnStatus[0]: an item that is not empty; it is left out',
    ],
  },
  'positions that nobody knows': {
    text: 'provider: { type: bedrock, awsRegion: r, bedrockPromptCachePointPositions: { lastMesage: true, last_message: true } }',
    warnings: [
      '1:78 provider.bedrockPromptCachePointPositions.lastMesage: systemPrompt, lastUserMessage or lastMessage; as it is it means nothing',
    ],
    leaves: { bedrockPromptCachePointPositions: ['lastMessage'] },
  },
  'the name of a provider beside the providers': {
    text: 'provider: b\nproviders: [{ id: b, type: groq }]\nactiveProviderId: b',
    warnings: ['1:1 provider: a map; as it is providers go before it'],
    leaves: { id: 'b' },
  },
  'settings without a name or a value': {
    text: 'provider: { type: openai, customSettings: [a, { value: 1 }, { name: "", value: 1 }, { name: a }, { name: b, value: 2 }] }',
    warnings: [44, 47, 61, 85].map(
      (column, index) =>
        `1:${column} provider.customSettings[${index}]: a setting with the name of a field and a value; without them it has no effect`,
    ),
    leaves: { customSettings: [{ name: 'b', value: 2, mode: 'auto', overwrite: true }] },
  },
  'providers beside the single one': {
    text: 'provider: { type: openai }\nproviders: [{ id: b }]\nactiveProviderId: b',
    warnings: [
      '2:1 providers: nothing, since provider goes before it',
      '3:1 activeProviderId: nothing, since provider goes before it',
    ],
    leaves: { id: 'openai' },
  },
};

void describe('left out, and named:', () => {
  for (const [what, { text, warnings, leaves = {}, pool }] of Object.entries(cases))
    void test(what, () => {
      const loaded = accepted(text);
      assert.deepEqual(
        loaded.warnings.map(({ line, column, path, expected }) => `${line}:${column} ${path}: ${expected}`),
        warnings,
      );
      const [provider] = loaded.config.providers;
      assert.partialDeepStrictEqual(provider, leaves);
      if (pool !== undefined)
        assert.deepEqual(
          provider?.apiTokens.map(({ weight }) => weight),
          pool,
        );
    });
});

void test('a mistake behind what was left out of a list is shown where it stands', () => {
  const [problem] = problemsIn('provider:\n  type: openai\n  apiTokens:\n    - k\n    - k\n    - a b\n');
  assert.equal(problem?.line, 6);
});

void test('a mistake under an older name is shown where it stands', () => {
  const [problem] = problemsIn('provider:\n  type: openai\n  colour: red\n  apiToken:\n    - a b\n');
  assert.deepEqual([problem?.line, problem?.column, problem?.value], [5, 7, '[secret]']);
});
