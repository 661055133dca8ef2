import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelCapabilities } from '../../../src/catalog/models/model-capabilities.ts';
import type { ModelCapabilities } from '../../../src/catalog/models/model-row.ts';
import { modelRows } from '../../../src/catalog/models/rows/all.ts';
import { providerTypes } from '../../../src/catalog/provider-types.ts';

const under = (stopSequences: number): unknown =>
  modelCapabilities('openai', 'gpt-5', [{ models: ['*'], takes: { stopSequences } }]).stopSequences;

/** What is known of a model, in part. */
const known: readonly (readonly [type: string, model: string, takes: ModelCapabilities])[] = [
  ['claude', 'claude-4.5-sonnet', { thinking: 'budget', maxOutputTokens: 64_000, lastMessage: 'any' }],
  ['claude', 'claude-4-opus-20250514', { thinking: 'budget', lastMessage: 'any' }],
  ['openrouter', 'anthropic/claude-sonnet-4:beta', { thinking: 'budget', maxOutputTokens: 64_000 }],
  ['bedrock', 'anthropic.claude-v2:1', { maxOutputTokens: 4096, lastMessage: 'any' }],
  ['claude', 'claude-3-haiku-20240307', { thinking: 'none', maxOutputTokens: 4096 }],
  ['claude', 'claude-3-5-sonnet-20241022', { thinking: 'none', maxOutputTokens: 8192 }],
  ['claude', 'claude-3-7-sonnet-20250219', { thinking: 'budget', maxOutputTokens: 64_000 }],
  ['claude', 'claude-sonnet-4-20250514', { thinking: 'budget', maxOutputTokens: 64_000, jsonSchema: false }],
  ['claude', 'claude-opus-4-0', { thinking: 'budget', maxOutputTokens: 32_000 }],
  ['claude', 'claude-opus-4-1-20250805', { thinking: 'budget', maxOutputTokens: 32_000, jsonSchema: true }],
  ['claude', 'claude-haiku-4-5', { thinking: 'budget', sampling: 'unless-thinking' }],
  ['claude', 'claude-opus-4-6', { thinking: 'adaptive', efforts: ['low', 'medium', 'high', 'max'] }],
  ['claude', 'claude-opus-4-8', { thinking: 'adaptive', sampling: 'never' }],
  ['claude', 'claude-opus-5-5', { forcedTools: false, thinkingOff: false }],
  ['claude', 'claude-next', { thinking: 'adaptive', sampling: 'never', maxOutputTokens: 128_000 }],
  ['vertex', 'claude-sonnet-4@20250514', { thinking: 'budget' }],
  ['bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', { thinking: 'budget', jsonSchema: true }],
  ['bedrock', 'anthropic.claude-opus-4-7', { thinking: 'adaptive', jsonSchema: false }],
  ['openrouter', 'anthropic/claude-sonnet-4.5', { thinking: 'budget', topK: true }],
  ['openai', 'gpt-4.1', { efforts: [], stopSequences: 4, maxTokensField: 'max_completion_tokens' }],
  ['openai', 'ft:gpt-4o-mini-2024-07-18:org::id', { efforts: [], maxOutputTokens: 16_384 }],
  ['openai', 'gpt-5', { efforts: ['minimal', 'low', 'medium', 'high'], sampling: 'never', stopSequences: 0 }],
  ['openai', 'gpt-5-chat-latest', { efforts: [], sampling: 'always', stopSequences: 4 }],
  ['openai', 'gpt-5.1', { efforts: ['none', 'low', 'medium', 'high'], thinksUnasked: false }],
  ['openai', 'o4-mini', { efforts: ['low', 'medium', 'high'], parallelTools: false }],
  ['azure', 'whatever-it-is-called', { maxTokensField: 'max_completion_tokens' }],
  ['github-models', 'openai/gpt-5-mini', { maxTokensField: 'max_completion_tokens', stopSequences: 0 }],
  ['gemini', 'gemini-2.0-flash', { thinking: 'none', stopSequences: 5, jsonWithTools: false }],
  ['gemini', 'gemini-2.5-flash', { thinking: 'budget', thinkingOff: true, penalties: false }],
  ['gemini', 'gemini-2.5-pro', { thinkingBudget: { min: 128, max: 32_768 }, thinkingOff: false }],
  ['gemini', 'gemini-2.5-flash-image', { thinking: 'none' }],
  ['gemini', 'gemini-3-pro-preview', { thinking: 'level', efforts: ['low', 'high'] }],
  ['groq', 'openai/gpt-oss-120b', { efforts: ['low', 'medium', 'high'], jsonSchema: true }],
  ['groq', 'qwen/qwen3-32b', { efforts: ['none', 'default'], jsonSchema: false }],
  ['groq', 'llama-3.3-70b-versatile', { efforts: [], imageTypes: [] }],
  ['grok', 'grok-4-0709', { efforts: [], stopSequences: 0, penalties: false }],
  ['grok', 'grok-3-mini', { efforts: ['low', 'high'] }],
  ['grok', 'grok-3', { efforts: [], stopSequences: 4, penalties: true }],
  ['mistral', 'magistral-medium-latest', { efforts: [], seedField: 'random_seed', userField: 'none' }],
  ['mistral', 'mistral-small-latest', { efforts: ['none', 'high'] }],
  ['deepseek', 'deepseek-v4-pro', { thinkingSwitch: 'thinking', jsonSchema: false }],
  ['openai-compatible', 'mystery', {}],
];

void describe('the table of models', () => {
  for (const [type, model, takes] of known) {
    void it(`knows ${model} at ${type}`, () => {
      const found = modelCapabilities(type, model);
      assert.deepEqual({ ...found, ...takes }, found);
    });
  }

  void it('has nothing of a model that nobody knows', () => {
    assert.deepEqual(modelCapabilities('openai-compatible', 'mystery'), {});
  });

  void it('has a configuration’s own entries above its rows, the later ones first', () => {
    const overrides = [
      { models: ['gpt-*'], takes: { stopSequences: 9, topK: true } },
      { models: ['*5'], takes: { stopSequences: 7 } },
    ];
    const { stopSequences, topK, sampling } = modelCapabilities('openai', 'gpt-5', overrides);
    assert.deepEqual({ stopSequences, topK, sampling }, { stopSequences: 7, topK: true, sampling: 'never' });
  });

  void it('keeps the answers under one configuration from those under another', () => {
    assert.deepEqual([under(1), under(2), under(1)], [1, 2, 1]);
    assert.equal(modelCapabilities('openai', 'gpt-5').stopSequences, 0);
  });

  void it('knows a model still where clients have named many others', () => {
    const before = modelCapabilities('claude', 'claude-3-haiku-20240307');
    for (let at = 0; at < 2500; at += 1) modelCapabilities('claude', `claude-3-${at}`);
    assert.deepEqual(modelCapabilities('claude', 'claude-3-haiku-20240307'), before);
  });

  void it('names types that there are, a page and a day in every row', () => {
    for (const { types = [], models, source, date } of modelRows) {
      for (const type of types) assert.ok(providerTypes.has(type), type);
      for (const model of models) assert.equal(model, model.toLowerCase());
      assert.match(source, /^[a-z]+(?:[.-][a-z]+)*\.[a-z]+\//u);
      assert.match(date, /^20\d\d-\d\d-\d\d$/u);
    }
  });
});
