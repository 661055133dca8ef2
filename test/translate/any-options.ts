import { randomInt } from 'node:crypto';
import { seededRandom } from '../../simulator/random.ts';

/* Random options in the dialects of clients: each member is there or not, and has one of some values. */

/** So that a failure can be had again. */
export function someSeed(): number {
  return randomInt(2 ** 31);
}

type Values = Readonly<Record<string, readonly unknown[]>>;

const OBJECT = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
};
const LIST = { type: 'array', items: { type: 'string' } };
const MAP = { type: 'object', additionalProperties: { type: 'string' } };
const PARAMETERS = { type: 'object', properties: { q: { type: 'string' } } };
const IMAGE = 'iVBORw0KGgo=';

const sampling = { temperature: [0, 0.3, 1, 1.7, 2], top_p: [0.2, 1], seed: [7] };
const stops = ['X', ['\n'], ['a', '  ', 'b', 'c', 'd', 'e', 'f'], [''], ['\n\n', 'Observation:']];

const CHAT: Values = {
  ...sampling,
  stop: stops,
  max_completion_tokens: [100, 2000, 5000, 200_000],
  presence_penalty: [0, 0.5],
  frequency_penalty: [-0.5],
  reasoning_effort: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
  response_format: [
    { type: 'json_object' },
    { type: 'json_schema', json_schema: { name: 'n', schema: OBJECT } },
    { type: 'json_schema', json_schema: { name: 'n', schema: LIST } },
    { type: 'json_schema', json_schema: { name: 'n', schema: MAP } },
  ],
  tools: [[{ type: 'function', function: { name: 'f', parameters: PARAMETERS } }]],
  tool_choice: ['auto', 'required', 'none', { type: 'function', function: { name: 'f' } }],
  parallel_tool_calls: [true, false],
  user: ['u', 'somebody@example.com'],
  top_k: [3],
  messages: [
    [{ role: 'user', content: 'hi' }],
    [{ role: 'user', content: 'as json' }],
    [
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: `data:image/jpg;base64,${IMAGE}` } }],
      },
    ],
  ],
};

const RESPONSES: Values = {
  temperature: sampling.temperature,
  top_p: sampling.top_p,
  max_output_tokens: CHAT['max_completion_tokens'] ?? [],
  reasoning: [{ effort: 'high', summary: 'auto' }, { effort: 'none' }, { effort: 'minimal' }, {}],
  text: [
    { format: { type: 'json_object' } },
    { format: { type: 'json_schema', name: 'n', schema: OBJECT, strict: true }, verbosity: 'low' },
  ],
  tools: [[{ type: 'function', name: 'f', parameters: PARAMETERS }]],
  tool_choice: ['auto', 'required', 'none'],
  parallel_tool_calls: [true, false],
  store: [false],
  metadata: [{ a: 'b' }],
  prompt_cache_key: ['k'],
  safety_identifier: ['u'],
  input: ['hi'],
};

const ANTHROPIC: Values = {
  temperature: [0, 0.3, 1],
  top_p: [0.2, 0.99],
  top_k: [5],
  stop_sequences: stops.filter((each) => typeof each !== 'string'),
  thinking: [
    { type: 'adaptive' },
    { type: 'disabled' },
    { type: 'enabled', budget_tokens: 1024 },
    { type: 'enabled', budget_tokens: 30_000 },
  ],
  output_config: [
    { effort: 'low' },
    { effort: 'xhigh' },
    { effort: 'max' },
    { format: { type: 'json_schema', schema: OBJECT } },
  ],
  metadata: [{ user_id: 'user_{"device":"a"}' }],
  tools: [[{ name: 'f', input_schema: PARAMETERS }]],
  tool_choice: [{ type: 'auto', disable_parallel_tool_use: true }, { type: 'none' }],
  max_tokens: [100, 4000, 40_000, 64_000],
  messages: [
    [{ role: 'user', content: 'hi' }],
    [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } }],
      },
    ],
    [
      {
        role: 'user',
        content: [
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' },
          },
        ],
      },
    ],
  ],
};

const GEMINI_CONFIG: Values = {
  temperature: sampling.temperature,
  topP: sampling.top_p,
  topK: [3],
  seed: [7],
  stopSequences: stops.filter((each) => typeof each !== 'string'),
  maxOutputTokens: [100, 5000, 70_000],
  presencePenalty: [0.5],
  frequencyPenalty: [0.5],
  thinkingConfig: [
    { thinkingBudget: 0 },
    { thinkingBudget: -1, includeThoughts: true },
    { thinkingBudget: 100 },
    { thinkingBudget: 50_000 },
    { thinkingLevel: 'MINIMAL' },
    { thinkingLevel: 'HIGH' },
  ],
  responseMimeType: ['application/json'],
  responseJsonSchema: [OBJECT, LIST],
};

const GEMINI: Values = {
  tools: [[{ functionDeclarations: [{ name: 'f', description: 'd', parametersJsonSchema: PARAMETERS }] }]],
  contents: [[{ role: 'user', parts: [{ text: 'hi' }] }]],
};

/** The members that a request cannot be without. */
const NEEDED = new Set(['messages', 'contents', 'input', 'max_tokens']);

/** A body of a client's with random options. */
export function someBody(client: string, seed: number): Readonly<Record<string, unknown>> {
  const random = seededRandom(seed);
  switch (client) {
    case 'chat':
      return withoutLoneChoice(some(CHAT, random));
    case 'responses':
      return withoutLoneChoice(some(RESPONSES, random));
    case 'anthropic':
      return withoutLoneChoice(some(ANTHROPIC, random));
    default:
      return { ...some(GEMINI, random), generationConfig: some(GEMINI_CONFIG, random) };
  }
}

function some(values: Values, random: () => number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, of]) =>
      NEEDED.has(name) || random() < 0.3 ? [[name, of[Math.floor(random() * of.length)]]] : [],
    ),
  );
}

/** A choice among tools that are none is the client's own fault. */
function withoutLoneChoice({
  tool_choice: choice,
  ...body
}: Record<string, unknown>): Record<string, unknown> {
  return body['tools'] === undefined || choice === undefined ? body : { ...body, tool_choice: choice };
}
