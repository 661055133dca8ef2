import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ProviderConfig } from '../../../../src/config/schema/schema.ts';
import { accepted } from '../../parsing.ts';

/** Values as the plugin reads them, in a configuration that is the plugin's. */

type Parts = Readonly<Record<string, unknown>>;

/** A provider of the plugin, and the paths that are warned of. */
function read(parts: Parts): { provider: ProviderConfig; warned: readonly string[] } {
  const loaded = accepted(JSON.stringify({ provider: { type: 'openai', apiTokens: ['k'], ...parts } }));
  const [provider] = loaded.config.providers;
  assert.ok(provider);
  return { provider, warned: loaded.warnings.map(({ path }) => path.replace(/^provider\./, '')) };
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const account = {
  client_email: 'a@b.example',
  private_key: privateKey,
  token_uri: 'https://b.example/token',
};

const none = [null, ''];
const noMaps = ['x', 5, true, ['a']];

/** Written so, an option is read as that; what is warned of means something else than it says. */
const taken: readonly { parts: Parts; as?: object; warned?: readonly string[] }[] = [
  ...[true, 'true', 'True', 't', '1', 1, 2].map((enabled) => ({
    parts: { failover: { enabled, healthCheckModel: 'm' } },
    as: { failover: { enabled: true } },
  })),
  ...[false, 'false', 'F', '0', 0, ...none].map((enabled) => ({
    parts: { failover: { enabled, healthCheckModel: 'm' } },
    as: { failover: { enabled: false } },
  })),
  // What applies a file to Kubernetes has made `true` of it before the plugin sees it.
  ...['yes', 'Yes', 'on', 'y'].map((enabled) => ({
    parts: { failover: { enabled, healthCheckModel: 'm' } },
    as: { failover: { enabled: true } },
    warned: ['failover.enabled'],
  })),
  ...['no', 'off', 'soon', [], {}, ['true']].map((enabled) => ({
    parts: { failover: { enabled } },
    as: { failover: { enabled: false } },
    warned: ['failover.enabled'],
  })),
  ...['5', 5, 5.9].map((failureThreshold) => ({
    parts: { failover: { failureThreshold } },
    as: { failover: { failureThreshold: 5 } },
  })),
  ...['1.5', 'x', true, [], {}].map((failureThreshold) => ({
    parts: { failover: { failureThreshold } },
    as: { failover: { failureThreshold: 3 } },
    warned: ['failover.failureThreshold'],
  })),
  { parts: { failover: { enabled: false, healthCheckModel: '' } }, as: { failover: { enabled: false } } },
  {
    parts: { failover: { cooldownDuration: -1 } },
    as: { failover: { cooldownDuration: 0 } },
    warned: ['failover.cooldownDuration'],
  },
  { parts: { failover: { cooldownDuration: 0 } }, as: { failover: { cooldownDuration: 0 } } },
  {
    parts: { failover: { enabled: true, cooldownDuration: 30 * 86_400_000 } },
    as: { failover: { cooldownDuration: 7 * 86_400_000 } },
    warned: ['failover.cooldownDuration'],
  },
  {
    parts: {
      apiTokens: ['a', 'b'],
      failover: { enabled: true, cooldownDuration: 1000 },
      retryOnFailure: { maxRetries: 100, retryTimeout: 0 },
    },
    as: { retryOnFailure: { enabled: false, maxRetries: 32, retryTimeout: 30_000 } },
    warned: ['retryOnFailure.maxRetries'],
  },
  ...[0, '0', ...none].map((timeout) => ({ parts: { timeout }, as: { timeout: 120_000 } })),
  { parts: { firstByteTimeout: '3000' }, as: { firstByteTimeout: 3000 } },
  ...[...none, []].flatMap((empty) => [
    {
      parts: {
        modelMapping: empty,
        capabilities: empty,
        failover: empty,
        retryOnFailure: empty,
        responseJsonSchema: empty,
      },
    },
    { parts: { failover: { failoverOnStatus: empty }, retryOnFailure: { retryOnStatus: empty } } },
    { parts: { customSettings: empty, contextCleanupCommands: empty } },
  ]),
  ...noMaps.map((odd) => ({
    parts: { modelMapping: odd, capabilities: odd, failover: odd, retryOnFailure: odd },
    as: { modelMapping: {}, capabilities: {} },
    warned: ['modelMapping', 'capabilities', 'failover', 'retryOnFailure'],
  })),
  { parts: { modelMapping: { a: 1, b: null, c: true } }, as: { modelMapping: { a: '1', b: '', c: 'true' } } },
  { parts: { id: ' team a/b' }, as: { id: 'team-a-b' }, warned: ['id'] },
  { parts: { id: 5, basePath: null, protocol: '', providerDomain: '' }, as: { id: '5', protocol: 'openai' } },
  ...['IGNORE', 'Ignore'].map((reasoningContentMode) => ({
    parts: { reasoningContentMode },
    as: { reasoningContentMode: 'ignore' },
  })),
  {
    parts: { reasoningContentMode: 'hide' },
    as: { reasoningContentMode: 'passthrough' },
    warned: ['reasoningContentMode'],
  },
  { parts: { apiTokens: [12345, 'k'], failover: { enabled: true, cooldownDuration: 1000 } } },
  { parts: { context: null } },
  {
    parts: { responseJsonSchema: {}, modelMapping: {} },
    as: { modelMapping: {} },
  },
  {
    parts: { customSettings: [{ name: 'a', value: null, mode: 'x', overwrite: 0 }] },
    as: { customSettings: [{ name: 'a', mode: 'auto', overwrite: false }] },
    warned: ['customSettings[0].mode'],
  },
  {
    parts: {
      type: 'vertex',
      apiTokens: [],
      vertexAuthKey: account,
      vertexProjectId: 'p',
      vertexRegion: 'r',
      vertexTokenRefreshAhead: 0,
    },
    as: { baseUrl: 'https://r-aiplatform.googleapis.com' },
  },
  {
    parts: { type: 'ollama', ollamaServerHost: 'h', ollamaServerPort: '1234' },
    as: { baseUrl: 'http://h:1234/v1' },
  },
  {
    parts: { type: 'bedrock', awsRegion: 'r', promptCacheRetention: '1h' },
    warned: ['promptCacheRetention'],
  },
  { parts: { type: 'gemini', geminiThinkingBudget: 0 }, as: { geminiThinkingBudget: 0 } },
  { parts: { type: 'gemini', geminiThinkingBudget: '-1' }, as: { geminiThinkingBudget: -1 } },
];

void describe('is read as', () => {
  for (const { parts, as = {}, warned = [] } of taken)
    void test(JSON.stringify(parts).slice(0, 100), () => {
      const found = read(parts);
      assert.partialDeepStrictEqual(found.provider, as);
      assert.deepEqual(found.warned, warned);
    });
});
