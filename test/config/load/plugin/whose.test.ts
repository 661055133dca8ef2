import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldsOf, schemaAt } from '../../../../src/config/schema/introspect.ts';
import { configSchema } from '../../../../src/config/schema/schema.ts';
import { ALIASES, PLUGIN_WORDS } from '../../../../src/config/load/plugin/words.ts';
import type { Words } from '../../../../src/config/load/plugin/words.ts';
import { accepted, problemsIn } from '../../parsing.ts';

/*
 * Whose a configuration is: the plugin's, whose slips and foreign words have no effect and are warned of, or Sparekey's own, where
 * they are mistakes.
 */

/** What is said of a configuration that is accepted, as `path: expected`. */
function warningsIn(text: string): readonly string[] {
  return accepted(text).warnings.map(({ path, expected }) => `${path}: ${expected}`);
}

const PLUGINS = {
  'a single provider': 'provider: { type: openai, apiTokens: [k], word: 1 }',
  'providers by id': 'providers: [{ id: a, type: openai, apiTokens: [k], word: 1 }]\nactiveProviderId: a',
  'older names': 'provider: { type: claude, apiToken: k, claudeVersion: v, word: 1 }',
  'maps within': 'provider: { type: openai, failover: { word: 1 }, retryOnFailure: {}, customSettings: [] }',
  'a slip in a word of the plugin': 'provider: { type: openai, apiTokns: [k] }',
  'words of its console':
    'provider: { type: openai, openaiCustomServiceName: a.dns, openaiCustomServicePort: 80, openaiExtraCustomUrls: [] }',
  'wrapped, with a word of ours':
    'kind: WasmPlugin\nspec: { defaultConfig: { provider: { type: openai, attempts: 2, word: 1 } } }',
};

const OWN = {
  'an option of the whole': 'listen: 127.0.0.1:5397\nprovider: { type: openai, word: 1 }',
  'an option of the whole, misspelt': 'lissten: 127.0.0.1:5397\nprovider: { type: openai, word: 1 }',
  routes: 'routes: []\nprovider: { type: openai, word: 1 }',
  'an option of a provider': 'provider: { type: openai, attempts: 3, word: 1 }',
  'an option of a provider, misspelt': 'provider: { type: openai, deadlin: 1000, apiTokens: [k] }',
  'an option of another provider':
    'providers: [{ id: a, type: openai, word: 1 }, { id: b, type: openai, baseUrl: "http://b" }]\nactiveProviderId: a',
  'an option of failover': 'provider: { type: openai, word: 1, failover: { returnRamp: 0 } }',
  'an option of failover, misspelt': 'provider: { type: openai, failover: { returnRmp: 0 } }',
  'a key that is a map': 'provider: { type: openai, word: 1, apiTokens: [{ key: k }] }',
  'a duration with a unit': 'provider: { type: openai, word: 1, timeout: 30s }',
  'a type of ours': 'provider: { type: perplexity, word: 1 }',
};

void describe("is the plugin's:", () => {
  for (const [what, text] of Object.entries(PLUGINS))
    void test(what, () => {
      const about = warningsIn(text).filter((warning) => warning.includes('this one is ignored'));
      assert.ok(about.length > 0);
    });
});

void describe('is our own, where an unknown word is a mistake:', () => {
  for (const [what, text] of Object.entries(OWN))
    void test(what, () => {
      const [problem] = problemsIn(text);
      assert.match(problem?.expected ?? '', /^a known field/);
    });
});

void test('every word of the plugin is one of the schema', () => {
  const missing = (words: Words, path: readonly string[]): readonly string[] => {
    const schema = schemaAt(configSchema, path) ?? configSchema;
    const known = Object.keys(fieldsOf(schema) ?? {});
    const own = [...words.names].filter((name) => name !== '' && !known.includes(name));
    const inside = [...words.within].filter(([name]) => name !== 'providers' && name !== 'customSettings');
    return [...own, ...inside.flatMap(([name, within]) => missing(within, [...path, name]))];
  };
  assert.deepEqual(missing(PLUGIN_WORDS, []), []);
  for (const name of ALIASES.values()) assert.ok(PLUGIN_WORDS.within.get('provider')?.names.has(name), name);
});
