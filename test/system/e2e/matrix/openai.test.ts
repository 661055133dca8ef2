import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import OpenAI, { APIError, BadRequestError, NotFoundError, toFile } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import * as z from 'zod';
import { embeddingOf } from '../../../../simulator/surface/embeddings.ts';
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

type ChatParams = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

const city = z.object({ city: z.string() });

/** Chat completions through OpenAI's SDK. */
function chatFront({ url }: Testbed): SdkClient {
  const api = new OpenAI({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });
  return {
    name: 'openai-chat',
    stops: { done: 'stop', length: 'length' },
    refusal: BadRequestError,
    broken: APIError,
    // What its helpers send back has no fields but OpenAI's own.
    thinking: 'shown',
    ask: async (ask) =>
      ask.stream ? streamed(api, ask) : sdkAnswer(await api.chat.completions.create(paramsOf(ask))),
    loop: (ask, run) => loop(api, ask, run),
    structured: async (ask) => {
      const response_format = zodResponseFormat(city, 'city');
      const completion = await api.chat.completions.parse({ ...paramsOf(ask), response_format });
      return completion.choices[0]?.message.parsed;
    },
  };
}

function paramsOf({ model, question, system, maxTokens, image, thinks }: Question): ChatParams {
  const text = { type: 'text' as const, text: question };
  const url = `data:image/png;base64,${image}`;
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      {
        role: 'user',
        content: image === undefined ? question : [text, { type: 'image_url', image_url: { url } }],
      },
    ],
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
    ...(thinks === true && { reasoning_effort: 'low' }),
  };
}

function sdkAnswer({ choices: [choice], usage }: OpenAI.Chat.ChatCompletion): SdkAnswer {
  const thinking: unknown = Reflect.get(choice?.message ?? {}, 'reasoning_content');
  return {
    text: choice?.message.content ?? '',
    ...(typeof thinking === 'string' && { thinking }),
    stop: choice?.finish_reason,
    usage: {
      input: usage?.prompt_tokens,
      cached: usage?.prompt_tokens_details?.cached_tokens,
      output: usage?.completion_tokens,
    },
  };
}

async function streamed(api: OpenAI, ask: Question): Promise<SdkAnswer> {
  let [text, thinking] = ['', ''];
  let stop: string | null = null;
  let usage: OpenAI.CompletionUsage | null | undefined;
  const stream_options = { include_usage: true };
  const stream = await api.chat.completions.create({ ...paramsOf(ask), stream: true, stream_options });
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    const piece = choice?.delta.content ?? '';
    const thought: unknown = Reflect.get(choice?.delta ?? {}, 'reasoning_content');
    if (piece !== '') ask.onText?.(piece);
    text += piece;
    if (typeof thought === 'string') thinking += thought;
    stop = choice?.finish_reason ?? stop;
    usage = chunk.usage ?? usage;
  }
  return { text, thinking, stop, usage: { input: usage?.prompt_tokens, output: usage?.completion_tokens } };
}

/** The SDK's own helper runs the tools. */
async function loop(api: OpenAI, ask: Question, run: (input: City) => string): Promise<SdkAnswer> {
  const tools = [
    {
      type: 'function' as const,
      function: {
        name: 'get_weather',
        description: 'Tells the weather.',
        parameters: CITY_SCHEMA,
        parse: (input: string) => city.parse(JSON.parse(input)),
        function: run,
      },
    },
  ];
  const { completions } = api.chat;
  const runner = ask.stream
    ? completions.runTools({ ...paramsOf(ask), stream: true, tools })
    : completions.runTools({ ...paramsOf(ask), tools });
  return sdkAnswer(await runner.finalChatCompletion());
}

const { url } = await matrix(['openai-chat'], (testbed) => [chatFront(testbed)]);

void suite('beside chats, the OpenAI SDK gets', () => {
  const api = new OpenAI({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });

  for (const backend of BACKENDS.filter(({ name }) => name === 'openai' || name === 'gemini')) {
    void test(`embeddings of ${backend.name}`, async () => {
      const model = modelOf(backend, 'well');
      const asked = { model, input: ['one', 'two'], dimensions: 4 };
      const { data } = await api.embeddings.create(asked);
      const expected = ['one', 'two'].map((text) => embeddingOf(text, 4));
      assert.deepEqual(
        data.map(({ embedding }) => embedding),
        expected,
      );
    });
  }

  void test('files, speech, transcriptions and images of openai, and a plain refusal of others', async () => {
    const file = await toFile(Buffer.from('{}\n'), 'batch.jsonl');
    assert.match((await api.files.create({ file, purpose: 'batch' })).id, /^file-/u);
    const [openai, anthropic] = BACKENDS;
    assert.ok(openai !== undefined && anthropic !== undefined);
    const model = modelOf(openai, 'well');
    const speech = await api.audio.speech.create({ model, voice: 'alloy', input: 'hush' });
    const sound = await toFile(await speech.blob(), 'hush.wav');
    assert.match((await api.audio.transcriptions.create({ model, file: sound })).text, /bytes of audio/u);
    assert.equal((await api.images.generate({ model, prompt: 'a pixel' })).data?.length, 1);
    const elsewhere = { model: modelOf(anthropic, 'well'), prompt: 'a pixel' };
    await assert.rejects(api.images.generate(elsewhere), NotFoundError);
  });
});
