import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { ApiError, GoogleGenAI, ThinkingLevel, type Content } from '@google/genai';
import { isAnswerTo } from '../../simulator/answer-text.ts';
import type { Behaviour, Script } from '../../simulator/behaviour.ts';
import { embeddingOf } from '../../simulator/surface/embeddings.ts';
import { ask, simulatorFor } from './client.ts';

const MODEL = 'gemini-3-pro';
const STREAMING = `/v1beta/models/${MODEL}:streamGenerateContent`;
const HELLO = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

async function sdk(t: TestContext, script?: Script): Promise<GoogleGenAI> {
  const { port } = await simulatorFor(t, script);
  return new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: `http://127.0.0.1:${port}` } });
}

void suite('Google’s SDK is answered by the simulator', () => {
  void test('whole and streamed alike', async (t) => {
    const { models } = await sdk(t);
    const whole = await models.generateContent({ model: MODEL, contents: 'Hello' });
    assert.ok(isAnswerTo(whole.text ?? '', 'Hello', MODEL, ['k']));
    assert.equal(whole.candidates?.[0]?.finishReason, 'STOP');
    const chunks = await Array.fromAsync(
      await models.generateContentStream({ model: MODEL, contents: 'Hello' }),
    );
    assert.equal(chunks.map(({ text = '' }) => text).join(''), whole.text);
    assert.deepEqual(chunks.at(-1)?.usageMetadata, whole.usageMetadata);
  });

  void test('with thoughts, calls side by side, and what the functions come to', async (t) => {
    const { models } = await sdk(t);
    const parametersJsonSchema = { type: 'object', properties: { city: { type: 'string' } } };
    const config = {
      systemInstruction: 'Be brief.',
      tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema }] }],
      thinkingConfig: { thinkingLevel: ThinkingLevel.HIGH, includeThoughts: true },
    };
    const text = 'Use get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}';
    const asked = await models.generateContent({ model: MODEL, contents: text, config });
    assert.deepEqual(
      asked.functionCalls?.map(({ args }) => args),
      [{ city: 'Oslo' }, { city: 'Rome' }],
    );
    const turn = asked.candidates?.[0]?.content;
    assert.ok(turn !== undefined && turn.parts?.[0]?.thought === true);
    assert.ok((asked.usageMetadata?.thoughtsTokenCount ?? 0) > 0);

    const results = ['snow', 'sun'].map((output) => ({
      functionResponse: { name: 'get_weather', response: { output } },
    }));
    const contents: Content[] = [{ role: 'user', parts: [{ text }] }, turn, { role: 'user', parts: results }];
    const answered = await models.generateContent({ model: MODEL, contents, config });
    assert.match(answered.text ?? '', /\(get_weather answered: snow\) \(get_weather answered: sun\)/u);

    const unsigned = turn.parts.map((part) =>
      Object.fromEntries(Object.entries(part).filter(([name]) => name !== 'thoughtSignature')),
    );
    const forgotten = contents.with(1, { role: 'model', parts: unsigned });
    await assert.rejects(
      models.generateContent({ model: MODEL, contents: forgotten, config }),
      /missing a thought_signature/u,
    );
  });

  void test('with JSON, tokens counted, embeddings and models', async (t) => {
    const { models } = await sdk(t, { keys: {}, models: [MODEL] });
    const structured = await models.generateContent({
      model: MODEL,
      contents: 'Ann',
      config: {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { name: { type: 'string' } } },
      },
    });
    assert.deepEqual(JSON.parse(structured.text ?? ''), { name: 'Ann' });
    assert.ok(((await models.countTokens({ model: MODEL, contents: 'Hello' })).totalTokens ?? 0) > 0);
    const { embeddings } = await models.embedContent({
      model: 'gemini-embedding-001',
      contents: ['one', 'two'],
      config: { outputDimensionality: 4 },
    });
    assert.deepEqual(
      embeddings?.map(({ values }) => values),
      [embeddingOf('one', 4), embeddingOf('two', 4)],
    );
    assert.equal((await models.get({ model: MODEL })).name, `models/${MODEL}`);
    assert.equal((await models.list()).page[0]?.name, `models/${MODEL}`);
  });
});

void suite('Google’s SDK raises at the simulator', () => {
  const rows: readonly [Behaviour, number, RegExp][] = [
    [{ kind: 'invalid-key' }, 400, /API_KEY_INVALID/u],
    [{ kind: 'out-of-credit' }, 429, /credits are depleted/u],
    [{ kind: 'rate-limited', retryAfter: 9 }, 429, /"retryDelay":"9s"/u],
    [{ kind: 'overloaded' }, 503, /UNAVAILABLE/u],
    [{ kind: 'server-error' }, 500, /INTERNAL/u],
    [{ kind: 'model-denied', models: [MODEL] }, 404, /models\/gemini-3-pro is not found/u],
    [{ kind: 'bad-request' }, 400, /input token count/u],
  ];
  for (const [behaviour, status, words] of rows) {
    void test(`ApiError ${status} for ${behaviour.kind}`, async (t) => {
      const { models } = await sdk(t, { keys: { k: { behaviours: [behaviour] } } });
      for (const asked of [models.generateContent, models.generateContentStream]) {
        const error: unknown = await asked({ model: MODEL, contents: 'Hello' }).catch(
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof ApiError, String(error));
        assert.equal(error.status, status);
        assert.match(error.message, words);
      }
    });
  }

  void test('ApiError for an error event, before output and after some', async (t) => {
    for (const afterChunks of [0, 2]) {
      const error = { type: 'UNAVAILABLE', message: 'The model is overloaded.' };
      const behaviours = [{ kind: 'error-event', afterChunks, error } as const];
      const { models } = await sdk(t, { keys: { k: { behaviours } } });
      let text = '';
      const reading = async (): Promise<void> => {
        const stream = await models.generateContentStream({ model: MODEL, contents: 'Hello' });
        for await (const chunk of stream) text += chunk.text ?? '';
      };
      await assert.rejects(reading, ApiError);
      assert.equal(text, ['', '', 'You said:'][afterChunks]);
    }
  });
});

void test('a stream that is not one of events is a list that grows, and so are its errors', async (t) => {
  const refused = { behaviours: [{ kind: 'rate-limited' }] } as const;
  const late = { behaviours: [{ kind: 'error-event', afterChunks: 1 }] } as const;
  const simulator = await simulatorFor(t, { keys: { refused, late } });
  const asking = { path: STREAMING, body: HELLO };
  const answered = await ask(simulator, asking);
  assert.equal(answered.headers['content-type'], 'application/json');
  const chunks: unknown = JSON.parse(answered.body);
  assert.ok(Array.isArray(chunks) && chunks.length > 2);
  assert.match((await ask(simulator, { ...asking, key: 'refused' })).body, /^\[\{"error":\{"code":429/u);
  const broken: unknown = JSON.parse((await ask(simulator, { ...asking, key: 'late' })).body);
  assert.ok(Array.isArray(broken) && broken.length === 2);
});

void test('Gemini’s key may stand in the query, and is masked there too', async (t) => {
  const simulator = await simulatorFor(t, { knownKeysOnly: true, keys: { q: { behaviours: [] } } });
  const path = `${STREAMING}?alt=sse&key=q`;
  assert.equal((await ask(simulator, { path, body: HELLO, headers: { authorization: '' } })).status, 200);
  assert.equal(simulator.requests[0]?.key, 'q');
  const shown = await ask(simulator, { method: 'GET', path: '/__sim/requests' });
  assert.match(shown.body, /alt=sse&key=\*{8}"/u);
});
