import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readModels, writeModels, type ListedModel } from '../../../src/dialects/operations/model-lists.ts';

const OPENAI = {
  object: 'list',
  data: [{ id: 'gpt-5', object: 'model', created: 1_700_000_000, owned_by: 'openai', extra: 1 }],
};
const ANTHROPIC = {
  data: [{ type: 'model', id: 'claude-x', display_name: 'Claude X', created_at: '2025-02-19T00:00:00Z' }],
  has_more: false,
  first_id: 'claude-x',
  last_id: 'claude-x',
};
const GEMINI = {
  models: [
    {
      name: 'models/gemini-x',
      displayName: 'Gemini X',
      inputTokenLimit: 5,
      supportedGenerationMethods: ['embedContent'],
    },
  ],
};

function read(family: 'openai' | 'anthropic' | 'gemini', body: unknown): ListedModel[] {
  const models = readModels(family, body);
  assert.ok(models !== undefined);
  return models;
}

void describe('lists of models', () => {
  void it("give each vendor's own back as it was", () => {
    assert.deepEqual(writeModels('openai', read('openai', OPENAI)), OPENAI);
    assert.deepEqual(writeModels('anthropic', read('anthropic', ANTHROPIC)), ANTHROPIC);
    assert.deepEqual(writeModels('gemini', read('gemini', GEMINI)), GEMINI);
  });

  void it('are listed whatever dates a provider writes', () => {
    for (const created of [8.64e15, -1e20, 1e308, 'never', null, {}]) {
      const models = read('openai', { data: [{ id: 'm', created }] });
      assert.match(JSON.stringify(writeModels('anthropic', models)), /"created_at":"1970-01-01T00:00:00/u);
    }
  });

  void it('are listed in the client’s form', () => {
    const models = [...read('openai', OPENAI), ...read('anthropic', ANTHROPIC), ...read('gemini', GEMINI)];
    assert.deepEqual(writeModels('anthropic', models.slice(0, 1)), {
      data: [{ type: 'model', id: 'gpt-5', display_name: 'gpt-5', created_at: '2023-11-14T22:13:20.000Z' }],
      has_more: false,
      first_id: 'gpt-5',
      last_id: 'gpt-5',
    });
    assert.deepEqual(writeModels('openai', models.slice(1)), {
      object: 'list',
      data: [
        { object: 'model', created: 1_739_923_200, owned_by: 'system', id: 'claude-x' },
        { object: 'model', created: 0, owned_by: 'system', id: 'gemini-x' },
      ],
    });
    assert.deepEqual(writeModels('gemini', models.slice(1, 2)), {
      models: [
        {
          displayName: 'Claude X',
          supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
          name: 'models/claude-x',
        },
      ],
    });
    assert.deepEqual(writeModels('anthropic', []), {
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    });
  });

  void it('are read from bare lists, and what is no list is none', () => {
    assert.deepEqual(
      read('openai', [{ id: 'a' }, { nope: 1 }, 7]).map(({ id }) => id),
      ['a'],
    );
    for (const body of [null, 'x', 7, {}, { data: {} }]) assert.equal(readModels('openai', body), undefined);
  });
});
