import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialect } from '../../../src/dialects/operations/operation.ts';
import type { Json } from '../../../src/base/json.ts';
import { NO_QUIRKS } from '../../../src/translate/codec.ts';
import type { ResponseContext } from '../../../src/translate/codec.ts';
import { embedTranslationOf } from '../../../src/translate/embed/translations.ts';
import { WholeResponseTranslator } from '../../../src/translate/whole-translation.ts';
import type { WholeTranslation } from '../../../src/translate/whole-translation.ts';

function translationFor(operation: string, dialect: Dialect): WholeTranslation {
  const translation = embedTranslationOf(operation, dialect);
  assert.ok(translation !== undefined);
  return translation;
}

function contextOf(body: Json): ResponseContext {
  return { id: 'r1', model: 'mine', acceptedAt: 0, body, query: '' };
}

async function translated(
  translation: WholeTranslation,
  body: Json,
  answer: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const translator = new WholeResponseTranslator(translation, contextOf(body), []);
  const bytes = await translator.translateWhole(200, headers, Buffer.from(JSON.stringify(answer)));
  return JSON.parse(bytes.toString());
}

/** OpenAI's list of embeddings. */
function list(vectors: readonly unknown[], tokens: number): object {
  return {
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'mine',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

const GEMINI = 'gemini-embedding-001';
const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE = 'cohere.embed-multilingual-v3';

interface Case {
  readonly what: string;
  readonly operation: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly body: Json;
  readonly path: string;
  readonly sent: object;
}

const requests: readonly Case[] = [
  {
    what: 'one text of Gemini',
    operation: 'embeddings',
    dialect: 'gemini-generate',
    model: GEMINI,
    body: { model: 'mine', input: 'a', dimensions: 4 },
    path: `/models/${GEMINI}:embedContent`,
    sent: { model: `models/${GEMINI}`, content: { parts: [{ text: 'a' }] }, outputDimensionality: 4 },
  },
  {
    what: 'several texts of Gemini',
    operation: 'embeddings',
    dialect: 'gemini-generate',
    model: GEMINI,
    body: { model: 'mine', input: ['a', 'b'] },
    path: `/models/${GEMINI}:batchEmbedContents`,
    sent: {
      requests: [
        { model: `models/${GEMINI}`, content: { parts: [{ text: 'a' }] } },
        { model: `models/${GEMINI}`, content: { parts: [{ text: 'b' }] } },
      ],
    },
  },
  {
    what: 'one text of Titan',
    operation: 'embeddings',
    dialect: 'bedrock-converse',
    model: TITAN,
    body: { model: 'mine', input: ['a'], dimensions: 256 },
    path: '/model/amazon.titan-embed-text-v2%3A0/invoke',
    sent: { inputText: 'a', dimensions: 256 },
  },
  {
    what: 'several texts of Cohere',
    operation: 'embeddings',
    dialect: 'bedrock-converse',
    model: COHERE,
    body: { model: 'mine', input: ['a', 'b'] },
    path: `/model/${COHERE}/invoke`,
    sent: { texts: ['a', 'b'], input_type: 'search_document', embedding_types: ['float'] },
  },
  {
    what: 'one content of OpenAI',
    operation: 'gemini.embedContent',
    dialect: 'openai-chat',
    model: 'text-embedding-3-small',
    body: {
      content: { parts: [{ text: 'a' }, { text: 'b' }] },
      outputDimensionality: 4,
      taskType: 'CLUSTERING',
    },
    path: '/embeddings',
    sent: { model: 'text-embedding-3-small', input: 'ab', encoding_format: 'float', dimensions: 4 },
  },
  {
    what: 'several contents of OpenAI',
    operation: 'gemini.batchEmbedContents',
    dialect: 'openai-chat',
    model: 'text-embedding-3-small',
    body: { requests: [{ content: { parts: [{ text: 'a' }] } }, { content: { parts: [{ text: 'b' }] } }] },
    path: '/embeddings',
    sent: { model: 'text-embedding-3-small', input: ['a', 'b'], encoding_format: 'float' },
  },
];

void describe('embeddings requested', () => {
  for (const { what, operation, dialect, model, body, path, sent } of requests) {
    void it(`for ${what}`, () => {
      const request = translationFor(operation, dialect).translateRequest(body, model, NO_QUIRKS);
      assert.equal(request.target.path, path);
      assert.deepEqual(request.body, sent);
    });
  }

  void it('with fields that the other dialect does not have, name them', () => {
    const fromGemini = translationFor('gemini.embedContent', 'openai-chat');
    const hinted = { content: { parts: [{ text: 'a' }] }, taskType: 'CLUSTERING' };
    assert.deepEqual(fromGemini.translateRequest(hinted, 'm', NO_QUIRKS).dropped, ['taskType']);
    const fromOpenai = translationFor('embeddings', 'gemini-generate');
    assert.deepEqual(fromOpenai.translateRequest({ input: 'a', user: 'u' }, GEMINI, NO_QUIRKS).dropped, [
      'user',
    ]);
  });

  const refused: readonly [what: string, operation: string, dialect: Dialect, model: string, body: Json][] = [
    ['tokens', 'embeddings', 'gemini-generate', GEMINI, { input: [1, 2] }],
    ['nothing', 'embeddings', 'gemini-generate', GEMINI, {}],
    ['several texts of Titan', 'embeddings', 'bedrock-converse', TITAN, { input: ['a', 'b'] }],
    ['no text of Titan', 'embeddings', 'bedrock-converse', TITAN, { input: [] }],
    ['a model with fields of its own', 'embeddings', 'bedrock-converse', 'amazon.nova-embed', { input: 'a' }],
    [
      'an image',
      'gemini.embedContent',
      'openai-chat',
      'm',
      { content: { parts: [{ inlineData: { mimeType: 'image/png', data: '' } }] } },
    ],
    [
      'vectors of different sizes',
      'gemini.batchEmbedContents',
      'openai-chat',
      'm',
      {
        requests: [
          { content: { parts: [{ text: 'a' }] }, outputDimensionality: 4 },
          { content: { parts: [{ text: 'b' }] } },
        ],
      },
    ],
  ];
  for (const [what, operation, dialect, model, body] of refused) {
    void it(`are refused for ${what}`, () => {
      assert.throws(() => translationFor(operation, dialect).translateRequest(body, model, NO_QUIRKS), {
        name: 'NotExpressible',
      });
    });
  }
});

void describe('embeddings answered', () => {
  void it('by Gemini, one and several, are OpenAI’s list under the client’s name of the model', async () => {
    const translation = translationFor('embeddings', 'gemini-generate');
    const one = { embedding: { values: [0.5, -1] } };
    assert.deepEqual(await translated(translation, {}, one), list([[0.5, -1]], 0));
    const several = { embeddings: [{ values: [1] }, { values: [2] }] };
    assert.deepEqual(await translated(translation, {}, several), list([[1], [2]], 0));
  });

  void it('by Titan and Cohere, have their tokens where the provider counts them', async () => {
    const translation = translationFor('embeddings', 'bedrock-converse');
    assert.deepEqual(
      await translated(translation, {}, { embedding: [1, 2], inputTextTokenCount: 3 }),
      list([[1, 2]], 3),
    );
    const headers = { 'x-amzn-bedrock-input-token-count': '7' };
    assert.deepEqual(
      await translated(translation, {}, { embeddings: { float: [[1], [2]] } }, headers),
      list([[1], [2]], 7),
    );
    assert.deepEqual(await translated(translation, {}, { embeddings: [[1], [2]] }), list([[1], [2]], 0));
  });

  void it('in base64, are numbers of 32 bits with the least significant byte first', async () => {
    const translation = translationFor('embeddings', 'gemini-generate');
    const body = { encoding_format: 'base64' };
    const answer = { embedding: { values: [1, -2.5] } };
    assert.deepEqual(await translated(translation, body, answer), list(['AACAPwAAIMA='], 0));
  });

  void it('by OpenAI, are Gemini’s, in the order of the request', async () => {
    const answer = {
      data: [
        { index: 1, embedding: [2] },
        { index: 0, embedding: [1] },
      ],
    };
    const several = translationFor('gemini.batchEmbedContents', 'openai-chat');
    assert.deepEqual(await translated(several, {}, answer), {
      embeddings: [{ values: [1] }, { values: [2] }],
    });
    const one = translationFor('gemini.embedContent', 'openai-chat');
    assert.deepEqual(await translated(one, {}, answer), { embedding: { values: [1] } });
  });

  void it('by something else than numbers, are refused', async () => {
    for (const translation of [
      translationFor('embeddings', 'gemini-generate'),
      translationFor('embeddings', 'bedrock-converse'),
      translationFor('gemini.embedContent', 'openai-chat'),
    ]) {
      for (const answer of [
        {},
        { embedding: ['x'] },
        { embeddings: [] },
        { data: [{ embedding: 'AACAPw==' }] },
      ])
        await assert.rejects(translated(translation, {}, answer), { name: 'TranslationError' });
    }
  });
});
