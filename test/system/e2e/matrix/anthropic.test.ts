import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic, { APIError, BadRequestError } from '@anthropic-ai/sdk';
import * as z from 'zod';
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

type Params = Anthropic.MessageCreateParamsNonStreaming;

const city = z.object({ city: z.string() });
const TOOL = { name: 'get_weather', description: 'Tells the weather.', input_schema: CITY_SCHEMA };

/** Messages through Anthropic's SDK. */
function messagesFront({ url }: Testbed): SdkClient {
  const api = new Anthropic({ baseURL: url, apiKey: CLIENT_KEY, maxRetries: 0 });
  return {
    name: 'anthropic-messages',
    stops: { done: 'end_turn', length: 'max_tokens' },
    refusal: BadRequestError,
    broken: APIError,
    thinking: 'kept',
    ask: async (ask) => reported(await create(api, ask, paramsOf(ask))),
    loop: (ask, run) => loop(api, ask, run),
    structured: async (ask) => {
      const format = { type: 'json_schema' as const, schema: CITY_SCHEMA };
      const message = await api.messages.create({ ...paramsOf(ask), output_config: { format } });
      const parsed: unknown = JSON.parse(reported(message).text);
      return parsed;
    },
  };
}

function paramsOf({ model, question, system, maxTokens = 4_096, image, thinks }: Question): Params {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: image ?? '' };
  return {
    model,
    max_tokens: maxTokens,
    messages: [
      {
        role: 'user',
        content:
          image === undefined
            ? question
            : [
                { type: 'image', source },
                { type: 'text', text: question },
              ],
      },
    ],
    ...(system !== undefined && { system }),
    ...(thinks === true && { thinking: { type: 'enabled', budget_tokens: 1_024 } }),
  };
}

function create(api: Anthropic, { stream, onText }: Question, params: Params): Promise<Anthropic.Message> {
  if (!stream) return api.messages.create(params);
  const streaming = api.messages.stream(params);
  if (onText !== undefined) streaming.on('text', onText);
  return streaming.finalMessage();
}

function reported({ content, stop_reason: stop, usage }: Anthropic.Message): SdkAnswer {
  const thinking = content.find((block) => block.type === 'thinking')?.thinking;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    ...(thinking !== undefined && { thinking }),
    stop,
    usage: {
      input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
      cached: usage.cache_read_input_tokens ?? undefined,
      output: usage.output_tokens,
    },
  };
}

async function loop(api: Anthropic, ask: Question, run: (input: City) => string): Promise<SdkAnswer> {
  const params = { ...paramsOf(ask), tools: [TOOL] };
  const { content } = await create(api, ask, params);
  const results = content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            type: 'tool_result' as const,
            tool_use_id: block.id,
            content: run(city.parse(block.input)),
          },
        ]
      : [],
  );
  const messages: Anthropic.MessageParam[] = [
    ...params.messages,
    { role: 'assistant', content },
    { role: 'user', content: results },
  ];
  return reported(await create(api, ask, { ...params, messages }));
}

const { url } = await matrix(['anthropic-messages'], (testbed) => [messagesFront(testbed)]);

void test('tokens are counted before Anthropic’s SDK asks: by the provider, or else about', async () => {
  const api = new Anthropic({ baseURL: url, apiKey: CLIENT_KEY, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hello, you' }];
  for (const backend of BACKENDS) {
    const counting = api.messages.countTokens({ model: modelOf(backend, 'well'), messages });
    const { data, response } = await counting.withResponse();
    const isCounted = backend.name === 'anthropic' || backend.name === 'gemini';
    assert.equal(response.headers.get('x-sparekey-estimated'), isCounted ? null : 'input_tokens');
    if (isCounted) assert.equal(data.input_tokens, tokensIn('Hello, you'));
    // Three words, and what stands around a message.
    else assert.ok(data.input_tokens > 3 && data.input_tokens < 15, String(data.input_tokens));
  }
});
