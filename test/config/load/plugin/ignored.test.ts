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
}

const cases: Readonly<Record<string, Case>> = {
  'words that nobody knows, at every depth': {
    text: `provider:
  type: openai
  apiTokns: [k]
  colour: red
  failover: { failureTreshold: 2 }
  retryOnFailure: { often: true }
  customSettings: [{ name: a, value: 1, note: x }]
extra: 1`,
    warnings: [
      '3:3 provider.apiTokns: nothing, since the plugin does not read it either; did you mean apiTokens?',
      '4:3 provider.colour: nothing, since the plugin does not read it either',
      '5:15 provider.failover.failureTreshold: nothing, since the plugin does not read it either; did you mean failureThreshold?',
      '6:21 provider.retryOnFailure.often: nothing, since the plugin does not read it either',
      '7:41 provider.customSettings[0].note: nothing, since the plugin does not read it either',
      '8:1 extra: nothing, since the plugin does not read it either',
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
  'a token a second time; the next mistake is still where it is': {
    text: 'provider: { type: openai, apiTokens: [k, k, l], failover: { enabled: true, cooldownDuration: 1 } }',
    warnings: ['1:42 provider.apiTokens[1]: a token that no earlier item has; it counts once'],
  },
  'settings without a name': {
    text: 'provider: { type: openai, customSettings: [a, { value: 1 }, { name: "", value: 1 }, { name: b, value: 2 }] }',
    warnings: [44, 47, 61].map(
      (column, index) =>
        `1:${column} provider.customSettings[${index}]: a setting with the name of a field; without one it has no effect`,
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
  for (const [what, { text, warnings, leaves = {} }] of Object.entries(cases))
    void test(what, () => {
      const loaded = accepted(text);
      assert.deepEqual(
        loaded.warnings.map(({ line, column, path, expected }) => `${line}:${column} ${path}: ${expected}`),
        warnings,
      );
      assert.partialDeepStrictEqual(loaded.config.providers[0], leaves);
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
