import { ChatAnthropic } from '@langchain/anthropic';
import {
  AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type AIMessage,
  type BaseMessage,
  type UsageMetadata,
} from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import * as z from 'zod';
import { CITY_SCHEMA, matrix, type Question, type SdkClient, type SdkAnswer } from './sdk-client.ts';
import { CLIENT_KEY, type Testbed } from './testbed.ts';

type Model = ChatOpenAI | ChatAnthropic;

const city = z.object({ city: z.string() });
const TOOL = {
  type: 'function',
  function: { name: 'get_weather', description: 'Tells the weather.', parameters: CITY_SCHEMA },
};

/** One of LangChain's chat models. */
interface Kind {
  readonly name: string;
  readonly model: (testbed: Testbed, ask: Question) => Model;
  readonly stops: SdkClient['stops'];
  /** Of the answer's metadata, where the reason to stop is. */
  readonly stopIn: string;
  /** It adds the counts of a stream's first event to those of the last, which are of everything. */
  readonly miscounts: boolean;
}

const KINDS: readonly Kind[] = [
  {
    name: 'langchain-openai',
    model: ({ url }, { model, maxTokens }) =>
      new ChatOpenAI({
        model,
        apiKey: CLIENT_KEY,
        configuration: { baseURL: `${url}/v1` },
        maxRetries: 0,
        ...(maxTokens !== undefined && { maxTokens }),
      }),
    stops: { done: 'stop', length: 'length' },
    stopIn: 'finish_reason',
    miscounts: false,
  },
  {
    name: 'langchain-anthropic',
    model: ({ url }, { model, maxTokens = 4_096 }) =>
      new ChatAnthropic({ model, apiKey: CLIENT_KEY, anthropicApiUrl: url, maxRetries: 0, maxTokens }),
    stops: { done: 'end_turn', length: 'max_tokens' },
    stopIn: 'stop_reason',
    miscounts: true,
  },
];

function clientOf(testbed: Testbed, { name, model, stops, ...kind }: Kind): SdkClient {
  return {
    name,
    stops,
    refusal: Error,
    broken: Error,
    thinking: 'hidden',
    ask: async (ask) => sdkAnswer(await say(model(testbed, ask), ask, messagesOf(ask)), ask, kind),
    loop: async (ask, run) => {
      const bound = model(testbed, ask).bindTools([TOOL]);
      const messages = messagesOf(ask);
      const asked = await say(bound, ask, messages);
      const results = (asked.tool_calls ?? []).map(
        ({ id = '', args }) => new ToolMessage({ tool_call_id: id, content: run(city.parse(args)) }),
      );
      return sdkAnswer(await say(bound, ask, [...messages, asked, ...results]), ask, kind);
    },
    structured: (ask) =>
      model(testbed, ask).withStructuredOutput(city, { method: 'jsonSchema' }).invoke(ask.question),
  };
}

function messagesOf({ question, system, image }: Question): BaseMessage[] {
  const url = `data:image/png;base64,${image}`;
  const content =
    image === undefined
      ? question
      : [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: question },
        ];
  return [...(system === undefined ? [] : [new SystemMessage(system)]), new HumanMessage({ content })];
}

async function say(
  model: Pick<Model, 'invoke' | 'stream'>,
  { stream, onText }: Question,
  messages: BaseMessage[],
): Promise<AIMessage> {
  if (!stream) return model.invoke(messages);
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(messages)) {
    if (chunk.text !== '') onText?.(chunk.text);
    whole = whole === undefined ? chunk : whole.concat(chunk);
  }
  return whole ?? new AIMessageChunk('');
}

/** Of an answer what is looked at here. */
interface Answer {
  readonly text: string;
  readonly usage_metadata?: UsageMetadata | undefined;
  readonly response_metadata: Readonly<Record<string, unknown>>;
  readonly additional_kwargs: Readonly<Record<string, unknown>>;
}

function sdkAnswer(
  { text, usage_metadata: usage, response_metadata: metadata, additional_kwargs: more }: Answer,
  { stream }: Question,
  { stopIn, miscounts }: Pick<Kind, 'stopIn' | 'miscounts'>,
): SdkAnswer {
  const stop: unknown = metadata[stopIn] ?? more[stopIn];
  const tokens = {
    input: usage?.input_tokens,
    output: usage?.output_tokens,
    cached: usage?.input_token_details?.cache_read,
  };
  return {
    text,
    stop: typeof stop === 'string' ? stop : undefined,
    ...(!(stream && miscounts) && { usage: tokens }),
  };
}

await matrix(
  KINDS.map(({ name }) => name),
  (testbed) => KINDS.map((kind) => clientOf(testbed, kind)),
);
