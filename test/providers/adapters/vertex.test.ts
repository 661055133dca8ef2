import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { parseConfig } from '../../../src/config/load/load.ts';
import { accountOf, chat } from './google-server.ts';
import { FIRST_KEY, tryOutgoing, outgoing } from '../outgoing.ts';
import type { OutgoingRequest } from '../outgoing.ts';

const GOOGLE = 'https://aiplatform.googleapis.com/v1/publishers/google';

/** An answer to two texts. */
const PREDICTED = {
  predictions: [
    { embeddings: { values: [1, 2], statistics: { token_count: 2 } } },
    { embeddings: { values: [3, 4], statistics: { token_count: 3 } } },
  ],
};

/** An answer as a client gets it. */
async function translatedAnswer({ translator }: OutgoingRequest, answer: object): Promise<unknown> {
  const body = await translator?.translateWhole(200, {}, Buffer.from(JSON.stringify(answer)));
  return JSON.parse(String(body));
}

void describe('vertex', () => {
  void it('takes an API key in the query, and names no project', async () => {
    const { url, headers } = await outgoing({ type: 'vertex' }, { path: '/v1/chat/completions', body: chat });
    const host = 'https://aiplatform.googleapis.com';
    assert.equal(
      url,
      `${host}/v1/publishers/google/models/gemini-2.5-flash:generateContent?key=first-key-0123456789`,
    );
    assert.ok(!('authorization' in headers));
    const stream = await outgoing(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...chat, stream: true } },
    );
    assert.match(stream.url, /:streamGenerateContent\?alt=sse&key=/);
  });

  void it('takes an API key at its one address, whatever the region', async () => {
    const options = { type: 'vertex', vertexRegion: 'us-central1', vertexProjectId: 'p' };
    const sent = await outgoing(options, { path: '/v1/chat/completions', body: chat });
    assert.equal(sent.url, `${GOOGLE}/models/gemini-2.5-flash:generateContent?key=${FIRST_KEY}`);
    const elsewhere = { ...options, providerDomain: 'a.example' };
    const { url } = await outgoing(elsewhere, { path: '/v1/chat/completions', body: chat });
    assert.ok(url.startsWith('https://a.example/v1/publishers/'), url);
  });

  void it("has Anthropic's API where the model is theirs", async () => {
    const body = {
      model: 'claude-sonnet-4@20250514',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hi' }],
    };
    const own = await outgoing(
      { type: 'vertex' },
      { path: '/v1/messages', body, headers: { 'anthropic-version': '2023-06-01' } },
    );
    assert.match(own.url, /\/publishers\/anthropic\/models\/claude-sonnet-4%4020250514:rawPredict\?key=/);
    const { model: _, ...rest } = body;
    assert.deepEqual(JSON.parse(own.body), { anthropic_version: 'vertex-2023-10-16', ...rest });
    const translated = await outgoing(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...body, stream: true } },
    );
    assert.match(translated.url, /:streamRawPredict\?key=/);
  });

  void it('gets the thresholds of the configuration', async () => {
    const options = { type: 'vertex', geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' } };
    const { body } = await outgoing(options, { path: '/v1/chat/completions', body: chat });
    const request: unknown = JSON.parse(body);
    assert.ok(typeof request === 'object' && request !== null && 'safetySettings' in request);
    assert.deepEqual(request.safetySettings, [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }]);
  });

  void it('takes Gemini clients as they are, behind its own paths', async () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
    for (const [verb, query] of [
      ['generateContent', ''],
      ['streamGenerateContent', '?alt=sse'],
      ['countTokens', ''],
    ]) {
      const path = `/v1beta/models/gemini-2.5-flash:${verb}${query}`;
      const sent = await outgoing({ type: 'vertex' }, { path, body });
      const mark = query === '' ? '?' : '&';
      assert.equal(sent.url, `${GOOGLE}/models/gemini-2.5-flash:${verb}${query}${mark}key=${FIRST_KEY}`);
      assert.deepEqual(JSON.parse(sent.body), body);
    }
  });

  void it("leaves out what only Anthropic's own API knows", async () => {
    const body = { model: 'claude-opus-4', messages: [], context_management: { edits: [] } };
    const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'oauth-2025-04-20' };
    const sent = await outgoing({ type: 'vertex' }, { path: '/v1/messages', body, headers });
    assert.deepEqual(JSON.parse(sent.body), {
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 4096,
      messages: [],
    });
    assert.ok(!Object.keys(sent.headers).some((name) => name.startsWith('anthropic-')));
  });

  void it('counts the tokens of Claude by a model of its own', async () => {
    const body = { model: 'claude-opus-4', messages: [{ role: 'user', content: 'hi' }] };
    const sent = await outgoing({ type: 'vertex' }, { path: '/v1/messages/count_tokens', body });
    assert.match(sent.url, /\/v1\/publishers\/anthropic\/models\/count-tokens:rawPredict\?key=/);
    assert.deepEqual(JSON.parse(sent.body), { anthropic_version: 'vertex-2023-10-16', ...body });
  });

  void it('makes images, whose format and safety it is told', async () => {
    const options = { type: 'vertex', geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' } };
    const body = { prompt: 'a cat', size: '1024x1024', output_format: 'jpeg' };
    const flash = await outgoing(options, {
      path: '/v1/images/generations',
      body: { ...body, model: 'gemini-2.5-flash-image' },
    });
    assert.equal(flash.url, `${GOOGLE}/models/gemini-2.5-flash-image:generateContent?key=${FIRST_KEY}`);
    assert.deepEqual(JSON.parse(flash.body), {
      contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '1:1', imageOutputOptions: { mimeType: 'image/jpeg' } },
      },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
    });
    const imagen = await outgoing(options, {
      path: '/v1/images/generations',
      body: { ...body, model: 'imagen-4.0-generate-001' },
    });
    assert.equal(imagen.url, `${GOOGLE}/models/imagen-4.0-generate-001:predict?key=${FIRST_KEY}`);
  });

  void it('has an API of its own for embeddings', async () => {
    const model = 'text-embedding-005';
    const url = `${GOOGLE}/models/${model}:predict?key=${FIRST_KEY}`;
    const request = { model, input: ['a', 'b'], dimensions: 2, encoding_format: 'float' };
    const openai = await outgoing({ type: 'vertex' }, { path: '/v1/embeddings', body: request });
    assert.equal(openai.url, url);
    assert.deepEqual(JSON.parse(openai.body), {
      instances: [{ content: 'a' }, { content: 'b' }],
      parameters: { outputDimensionality: 2 },
    });
    assert.deepEqual(await translatedAnswer(openai, PREDICTED), {
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 2] },
        { object: 'embedding', index: 1, embedding: [3, 4] },
      ],
      model,
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
    const one = { content: { parts: [{ text: 'a' }] }, taskType: 'RETRIEVAL_QUERY' };
    const gemini = await outgoing(
      { type: 'vertex' },
      { path: `/v1beta/models/${model}:embedContent`, body: one },
    );
    assert.equal(gemini.url, url);
    assert.deepEqual(JSON.parse(gemini.body), {
      instances: [{ content: 'a', task_type: 'RETRIEVAL_QUERY' }],
    });
    assert.deepEqual(await translatedAnswer(gemini, PREDICTED), { embedding: { values: [1, 2] } });
    const many = await outgoing(
      { type: 'vertex' },
      { path: `/v1beta/models/${model}:batchEmbedContents`, body: { requests: [one, one] } },
    );
    assert.equal(many.url, url);
    assert.deepEqual(await translatedAnswer(many, PREDICTED), {
      embeddings: [{ values: [1, 2] }, { values: [3, 4] }],
    });
  });

  void it('asks the newest models for one embedding at a time', async () => {
    const model = 'gemini-embedding-2';
    const url = `${GOOGLE}/models/${model}:embedContent?key=${FIRST_KEY}`;
    const one = await outgoing({ type: 'vertex' }, { path: '/v1/embeddings', body: { model, input: 'a' } });
    assert.equal(one.url, url);
    const own = { path: `/v1beta/models/${model}:embedContent`, body: { content: { parts: [] } } };
    assert.equal((await outgoing({ type: 'vertex' }, own)).url, url);
    const many = { path: '/v1/embeddings', body: { model, input: ['a', 'b'] } };
    assert.equal(await tryOutgoing({ type: 'vertex' }, many), 'not_expressible');
  });

  void it('needs keys, and a region for service accounts', () => {
    const { json } = accountOf('one', 'http://127.0.0.1:1');
    const { project_id: _, ...homeless } = z.looseObject({ project_id: z.string() }).parse(JSON.parse(json));
    const vertexRegion = 'global';
    const cases: readonly (readonly [options: object, problem: RegExp])[] = [
      [{}, /^provider\.vertexAuthKey: .*missing vertexAuthKey/],
      [{ vertexAuthKey: json }, /^provider\.vertexRegion: .*missing vertexRegion/],
      [{ apiTokens: [json] }, /^provider\.vertexRegion: .*missing vertexRegion/],
      [
        { vertexAuthKey: JSON.stringify(homeless), vertexRegion },
        /^provider\.vertexProjectId: .*missing vertexProjectId/,
      ],
      [{ apiTokens: ['k'], vertexOpenAICompatible: true }, /not compatible with Express Mode/],
      [
        {
          apiTokens: [Buffer.from(JSON.stringify({ ...homeless, private_key: 'x' })).toString('base64')],
          vertexProjectId: 'p',
          vertexRegion,
        },
        /^provider\.apiTokens: .*private keys/,
      ],
      [{ type: 'openai', apiTokens: [json] }, /^provider\.apiTokens: .*vertex only/],
    ];
    for (const [options, problem] of cases) {
      const parsed = parseConfig(JSON.stringify({ provider: { type: 'vertex', ...options } }), { env: {} });
      assert.ok(!parsed.ok);
      const said = parsed.problems.map(({ path, expected }) => `${path}: ${expected}`).join('\n');
      assert.match(said, problem);
      assert.ok(!said.includes('PRIVATE KEY'));
    }
  });
});
