import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ApiError, FinishReason, GoogleGenAI, type GenerateContentResponse, type Part } from '@google/genai';
import * as z from 'zod';
import { embeddingOf } from '../../../../simulator/surface/embeddings.ts';
import { tokensIn } from '../../../../simulator/surface/text.ts';
import { BACKENDS, modelOf } from './backends.ts';
import {
  CITY_SCHEMA,
  matrix,
  type Question,
  type City,
  type SdkClient,
  type SdkAnswer,
} from './sdk-client.ts';
import { CLIENT_KEY, type Testbed } from './testbed.ts';

type Params = Parameters<GoogleGenAI['models']['generateContent']>[0];

const city = z.object({ city: z.string() });
const TOOL = {
  name: 'get_weather',
  description: 'Tells the weather.',
  parametersJsonSchema: CITY_SCHEMA,
};

/** Gemini's generateContent through Google's SDK. */
function generateFront({ url }: Testbed): SdkClient {
  const api = new GoogleGenAI({ apiKey: CLIENT_KEY, httpOptions: { baseUrl: url } });
  return {
    name: 'google-genai',
    stops: { done: FinishReason.STOP, length: FinishReason.MAX_TOKENS },
    refusal: ApiError,
    broken: ApiError,
    thinking: 'kept',
    ask: async (ask) => toldBy(await generate(api, ask, paramsOf(ask))),
    loop: (ask, run) => loop(api, ask, run),
    structured: async (ask) => {
      const { config, ...params } = paramsOf(ask);
      const json = { responseMimeType: 'application/json', responseJsonSchema: CITY_SCHEMA };
      const answer = await api.models.generateContent({ ...params, config: { ...config, ...json } });
      const parsed: unknown = JSON.parse(answer.text ?? '');
      return parsed;
    },
  };
}

function paramsOf({ model, question, system, maxTokens, image, thinks }: Question): Params {
  const inlineData = { mimeType: 'image/png', data: image ?? '' };
  return {
    model,
    contents: [
      { role: 'user', parts: [...(image === undefined ? [] : [{ inlineData }]), { text: question }] },
    ],
    config: {
      ...(system !== undefined && { systemInstruction: system }),
      ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
      ...(thinks === true && { thinkingConfig: { thinkingBudget: 1_024, includeThoughts: true } }),
    },
  };
}

/** All that was said, in one list of parts, as whoever keeps a conversation has to join it. */
interface Joined {
  readonly parts: readonly Part[];
  readonly last: GenerateContentResponse | undefined;
}

async function generate(api: GoogleGenAI, { stream, onText }: Question, params: Params): Promise<Joined> {
  if (!stream) {
    const answer = await api.models.generateContent(params);
    return { parts: partsOf(answer), last: answer };
  }
  const parts: Part[] = [];
  let last: GenerateContentResponse | undefined;
  for await (const chunk of await api.models.generateContentStream(params)) {
    const text = chunk.text ?? '';
    if (text !== '') onText?.(text);
    parts.push(...partsOf(chunk));
    last = chunk;
  }
  return { parts, last };
}

function partsOf({ candidates }: GenerateContentResponse): readonly Part[] {
  return candidates?.[0]?.content?.parts ?? [];
}

function toldBy({ parts, last }: Joined): SdkAnswer {
  const textOf = (thought: boolean): string =>
    parts.map((part) => ((part.thought === true) === thought ? (part.text ?? '') : '')).join('');
  const usage = last?.usageMetadata;
  return {
    text: textOf(false),
    thinking: textOf(true),
    stop: last?.candidates?.[0]?.finishReason,
    usage: {
      input: usage?.promptTokenCount,
      cached: usage?.cachedContentTokenCount,
      output: usage?.candidatesTokenCount,
    },
  };
}

async function loop(api: GoogleGenAI, ask: Question, run: (input: City) => string): Promise<SdkAnswer> {
  const { config, ...params } = paramsOf(ask);
  const asked = { ...params, config: { ...config, tools: [{ functionDeclarations: [TOOL] }] } };
  const { parts } = await generate(api, ask, asked);
  const results = parts.flatMap(({ functionCall: call }) => {
    if (call === undefined) return [];
    const response = { output: run(city.parse(call.args)) };
    return [{ functionResponse: { name: 'get_weather', response, ...(call.id && { id: call.id }) } }];
  });
  const { question } = ask;
  const contents = [
    { role: 'user', parts: [{ text: question }] },
    { role: 'model', parts: [...parts] },
    { role: 'user', parts: results },
  ];
  return toldBy(await generate(api, ask, { ...asked, contents }));
}

const { url } = await matrix(['google-genai'], (testbed) => [generateFront(testbed)]);

void suite('beside content, Google’s SDK gets', () => {
  const { models } = new GoogleGenAI({ apiKey: CLIENT_KEY, httpOptions: { baseUrl: url } });

  for (const backend of BACKENDS.filter(({ name }) => name === 'gemini' || name === 'openai')) {
    void test(`embeddings of ${backend.name}`, async () => {
      const config = { outputDimensionality: 4 };
      const contents = ['one', 'two'];
      const { embeddings } = await models.embedContent({ model: modelOf(backend, 'well'), contents, config });
      assert.deepEqual(
        embeddings?.map(({ values }) => values),
        contents.map((text) => embeddingOf(text, 4)),
      );
    });
  }

  void test('tokens counted by gemini', async () => {
    const backend = BACKENDS.find(({ name }) => name === 'gemini');
    assert.ok(backend !== undefined);
    const counted = await models.countTokens({ model: modelOf(backend, 'well'), contents: 'Hello, you' });
    assert.equal(counted.totalTokens, tokensIn('Hello, you'));
  });
});
