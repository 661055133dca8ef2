import OpenAI, { APIError, BadRequestError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import * as z from 'zod';
import {
  CITY_SCHEMA,
  matrix,
  type Question,
  type City,
  type SdkClient,
  type SdkAnswer,
} from './sdk-client.ts';
import { CLIENT_KEY, type Testbed } from './testbed.ts';

type Params = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'>;
type Item = OpenAI.Responses.ResponseInputItem;

const city = z.object({ city: z.string() });
const TOOL = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: CITY_SCHEMA,
  strict: false,
};

/** Responses through OpenAI's SDK, as whoever keeps the conversation asks for them. */
function responsesFront({ url }: Testbed): SdkClient {
  const api = new OpenAI({ baseURL: `${url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });
  return {
    name: 'openai-responses',
    stops: { done: 'completed', length: 'max_output_tokens' },
    refusal: BadRequestError,
    broken: APIError,
    thinking: 'kept',
    ask: async (ask) => sdkAnswer(await create(api, ask, paramsOf(ask))),
    loop: (ask, run) => loop(api, ask, run),
    structured: async (ask) => {
      const text = { format: zodTextFormat(city, 'city') };
      const response = await api.responses.parse({ ...paramsOf(ask), text });
      return response.output_parsed;
    },
  };
}

function paramsOf({ model, question, system, maxTokens, image, thinks }: Question): Params {
  const image_url = `data:image/png;base64,${image}`;
  return {
    model,
    store: false,
    include: ['reasoning.encrypted_content'],
    input: [
      {
        role: 'user',
        content:
          image === undefined
            ? question
            : [
                { type: 'input_text', text: question },
                { type: 'input_image', image_url, detail: 'auto' },
              ],
      },
    ],
    ...(system !== undefined && { instructions: system }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(thinks === true && { reasoning: { effort: 'low', summary: 'auto' } }),
  };
}

async function create(
  api: OpenAI,
  { stream, onText }: Question,
  params: Params,
): Promise<OpenAI.Responses.Response> {
  if (!stream) return api.responses.create(params);
  const events = api.responses.stream(params);
  if (onText !== undefined) events.on('response.output_text.delta', ({ delta }) => onText(delta));
  return events.finalResponse();
}

function sdkAnswer(response: OpenAI.Responses.Response): SdkAnswer {
  const { output, usage, status, incomplete_details: details } = response;
  const thoughts = output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    text: output
      .flatMap((item) => (item.type === 'message' ? item.content : []))
      .map((part) => (part.type === 'output_text' ? part.text : ''))
      .join(''),
    ...(thoughts.length > 0 && { thinking: thoughts.map(({ text }) => text).join('') }),
    stop: details?.reason ?? status,
    usage: {
      input: usage?.input_tokens,
      cached: usage?.input_tokens_details.cached_tokens,
      output: usage?.output_tokens,
    },
  };
}

/** What the SDK adds to what was streamed; OpenAI refuses to have it back (openai/openai-python#2720). */
function withoutParsed(item: OpenAI.Responses.ResponseOutputItem): OpenAI.Responses.ResponseOutputItem {
  if (item.type === 'function_call') return Object.assign({ ...item }, { parsed_arguments: undefined });
  if (item.type !== 'message') return item;
  return { ...item, content: item.content.map((part) => Object.assign({ ...part }, { parsed: undefined })) };
}

async function loop(api: OpenAI, ask: Question, run: (input: City) => string): Promise<SdkAnswer> {
  const { question } = ask;
  const params = { ...paramsOf(ask), tools: [TOOL] };
  const { output } = await create(api, ask, params);
  const results = output.flatMap((item): Item[] => {
    if (item.type !== 'function_call') return [];
    const result = run(city.parse(JSON.parse(item.arguments)));
    return [{ type: 'function_call_output', call_id: item.call_id, output: result }];
  });
  const said: Item[] = output
    .map(withoutParsed)
    .filter((item) => item.type === 'message' || item.type === 'reasoning' || item.type === 'function_call');
  const input: Item[] = [{ role: 'user', content: question }, ...said, ...results];
  return sdkAnswer(await create(api, ask, { ...params, input }));
}

await matrix(['openai-responses'], (testbed) => [responsesFront(testbed)]);
