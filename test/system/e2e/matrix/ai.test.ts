import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  Output,
  streamText,
  tool,
  type LanguageModel,
} from 'ai';
import {
  CITY_SCHEMA,
  matrix,
  type Question,
  type City,
  type SdkClient,
  type SdkAnswer,
  type Usage,
} from './sdk-client.ts';
import { CLIENT_KEY, type Testbed } from './testbed.ts';

const SCHEMA = jsonSchema<City>(CITY_SCHEMA);

type Options = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

/** One of the SDK's providers. */
interface Provider {
  readonly name: string;
  readonly model: (testbed: Testbed, id: string) => LanguageModel;
  readonly thinking: SdkClient['thinking'];
  /** Options of its own: always, and where the model is to think. */
  readonly options: Options;
  readonly thinkingOptions: Options;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'ai-openai',
    model: ({ url }, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY }).chat(id),
    thinking: 'hidden',
    options: {},
    thinkingOptions: {},
  },
  {
    // What the provider asks for where nothing else is said. Unless it is told to store nothing, it sends the ids of
    // earlier items for the items, which mean nothing to other families.
    name: 'ai-openai-responses',
    model: ({ url }, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY })(id),
    thinking: 'kept',
    options: { openai: { store: false } },
    thinkingOptions: {
      openai: { forceReasoning: true, reasoningEffort: 'low', reasoningSummary: 'auto', store: false },
    },
  },
  {
    name: 'ai-anthropic',
    model: ({ url }, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY })(id),
    thinking: 'kept',
    options: {},
    thinkingOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1_024 } } },
  },
  {
    name: 'ai-google',
    model: ({ url }, id) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: CLIENT_KEY })(id),
    thinking: 'kept',
    options: {},
    thinkingOptions: { google: { thinkingConfig: { thinkingBudget: 1_024, includeThoughts: true } } },
  },
];

/** One of the AI SDK's providers, pointed at the gateway. */
function clientOf(
  testbed: Testbed,
  { name, model, thinking, options, thinkingOptions }: Provider,
): SdkClient {
  const settings = (ask: Question) => ({
    ...settingsOf(ask),
    model: model(testbed, ask.model),
    providerOptions: ask.thinks === true ? thinkingOptions : options,
  });
  return {
    name,
    stops: { done: 'stop', length: 'length' },
    refusal: APICallError,
    broken: Error,
    thinking,
    ask: (ask) => (ask.stream ? streamed(ask, settings(ask)) : whole(settings(ask))),
    loop: (ask, run) => {
      const tools = {
        get_weather: tool({
          description: 'Tells the weather.',
          inputSchema: SCHEMA,
          execute: (input: City) => run(input),
        }),
      };
      const looping = { ...settings(ask), tools, stopWhen: isStepCount(3) };
      return ask.stream ? streamed(ask, looping) : whole(looping);
    },
    structured: async (ask) => {
      const { output } = await generateText({ ...settings(ask), output: Output.object({ schema: SCHEMA }) });
      return output;
    },
  };
}

function settingsOf({ question, system, maxTokens, image }: Question) {
  const file = { type: 'file' as const, mediaType: 'image/png', data: image ?? '' };
  const text = { type: 'text' as const, text: question };
  return {
    maxRetries: 0,
    messages: [{ role: 'user' as const, content: image === undefined ? [text] : [file, text] }],
    ...(system !== undefined && { instructions: system }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
  };
}

async function whole(settings: Parameters<typeof generateText>[0]): Promise<SdkAnswer> {
  const { text, reasoningText, finishReason, usage } = await generateText(settings);
  return { text, ...thinkingOf(reasoningText), stop: finishReason, usage: usageOf(usage) };
}

async function streamed(
  { onText }: Question,
  settings: Parameters<typeof streamText>[0],
): Promise<SdkAnswer> {
  const result = streamText({ ...settings, onError: () => undefined });
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') onText?.(part.text);
  }
  const { text, reasoningText, finishReason, usage } = result;
  return {
    text: await text,
    ...thinkingOf(await reasoningText),
    stop: await finishReason,
    usage: usageOf(await usage),
  };
}

function thinkingOf(text: string | undefined): Pick<SdkAnswer, 'thinking'> {
  return text === undefined ? {} : { thinking: text };
}

function usageOf(usage: Awaited<ReturnType<typeof generateText>>['usage']): Usage {
  const { inputTokens: input, outputTokens: output, inputTokenDetails } = usage;
  return { input, output, cached: inputTokenDetails.cacheReadTokens };
}

await matrix(
  PROVIDERS.map(({ name }) => name),
  (testbed) => PROVIDERS.map((provider) => clientOf(testbed, provider)),
);
