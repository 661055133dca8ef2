import { CITY, PIXEL, STRICT_CITY, type Body, type RuleExamples } from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };
const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const calling = { role: 'assistant', content: null, tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'call_1', content: 'snow' };

function chat(more: Body): Body {
  return { messages: [user], ...more };
}

function tool(parameters: Body, more: Body = {}): Body {
  return { type: 'function', function: { name: 'look', parameters, ...more } };
}

function named(name: string): Body {
  return chat({ tools: [{ type: 'function', function: { name } }] });
}

function calledBy(id: string): Body {
  return chat({
    messages: [user, { ...calling, tool_calls: [{ ...call, id }] }, { ...result, tool_call_id: id }],
  });
}

function referring(beside: Body): Body {
  return {
    type: 'object',
    properties: { city: { $ref: '#/$defs/City', ...beside } },
    required: ['city'],
    additionalProperties: false,
    $defs: { City: { type: 'string' } },
  };
}

function format(schema: Body, strict: boolean): Body {
  return chat({ response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict } } });
}

function image(url: string): Body {
  return chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] });
}

/** For OpenAI's chat completions and embeddings; the model is one that does not think. */
export const openaiChatExamples: RuleExamples = {
  'chat-shape': {
    pairs: [
      [chat({ top_k: 40 }), chat({ top_p: 0.4 })],
      [chat({ messages: [{ ...user, cache_control: {} }] }), chat({ messages: [{ ...user, name: 'me' }] })],
      [chat({ messages: [] }), chat({})],
      [chat({ stop: ['a', 'b', 'c', 'd', 'e'] }), chat({ stop: ['a', 'b', 'c', 'd'] })],
      [named('a b'), named('a-b')],
      [named('a'.repeat(65)), named('a'.repeat(64))],
      [calledBy('c'.repeat(41)), calledBy('c'.repeat(40))],
      [calledBy(''), calledBy('c')],
      [chat({ tools: [] }), chat({})],
      [
        chat({ tools: Array.from({ length: 129 }, () => tool(CITY)) }),
        chat({ tools: Array.from({ length: 128 }, () => tool(CITY)) }),
      ],
      [chat({ user: 'u'.repeat(65) }), chat({ user: 'u'.repeat(64) })],
      [
        chat({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) }),
        chat({ metadata: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, 'v'])) }),
      ],
      [chat({ temperature: 2.1 }), chat({ temperature: 2 })],
      [
        chat({ messages: [user, { ...calling, tool_calls: [] }] }),
        chat({ messages: [user, calling, result] }),
      ],
      [
        chat({ messages: [user, calling, { ...result, content: [{ type: 'image_url', image_url: {} }] }] }),
        chat({ messages: [user, calling, { ...result, content: [{ type: 'text', text: 'snow' }] }] }),
      ],
      [
        chat({
          messages: [
            user,
            { ...calling, tool_calls: [{ ...call, function: { name: 'look', arguments: {} } }] },
          ],
        }),
        chat({ messages: [user, calling, result] }),
      ],
    ],
  },
  'chat-empty-assistant': {
    pairs: [
      [
        chat({ messages: [user, { role: 'assistant', content: null }, user] }),
        chat({ messages: [user, { role: 'assistant', content: '' }, user] }),
      ],
    ],
  },
  'chat-calls-answered': {
    pairs: [
      [chat({ messages: [user, calling, user, result] }), chat({ messages: [user, calling, result, user] })],
      [chat({ messages: [user, calling] }), chat({ messages: [user, calling, result] })],
    ],
  },
  'chat-result-of-call': {
    pairs: [[chat({ messages: [user, result] }), chat({ messages: [user, calling, result] })]],
  },
  'chat-choice-without-tools': {
    pairs: [
      [chat({ tool_choice: 'auto' }), chat({ tool_choice: 'auto', tools: [tool(CITY)] })],
      [chat({ parallel_tool_calls: false }), chat({ parallel_tool_calls: false, tools: [tool(CITY)] })],
    ],
  },
  'chat-function-schema': {
    pairs: [
      [
        chat({ tools: [tool({ properties: {} })] }),
        chat({ tools: [tool({ type: 'object', properties: {} }), tool({})] }),
      ],
      [chat({ tools: [tool({ type: 'object' })] }), chat({ tools: [tool(CITY)] })],
      [chat({ tools: [tool({ type: 'array', items: CITY })] }), chat({ tools: [tool(CITY)] })],
      [chat({ tools: [tool({ ...CITY, anyOf: [] })] }), chat({ tools: [tool(CITY)] })],
      [
        chat({ tools: [tool({ type: 'object', properties: { all: { type: 'array' } } })] }),
        chat({ tools: [tool({ type: 'object', properties: { all: { type: 'array', items: {} } } })] }),
      ],
      [
        chat({ tools: [tool(CITY, { strict: true })] }),
        chat({ tools: [tool(STRICT_CITY, { strict: true })] }),
      ],
      [
        chat({ tools: [tool({ ...STRICT_CITY, required: [] }, { strict: true })] }),
        chat({ tools: [tool({ ...STRICT_CITY, required: [] })] }),
      ],
    ],
  },
  'chat-format-schema': {
    pairs: [
      [format({ type: 'array', items: STRICT_CITY }, true), format(STRICT_CITY, true)],
      [format(CITY, true), format(CITY, false)],
      [format(referring({ description: 'a town' }), true), format(referring({}), true)],
    ],
  },
  'chat-json-word': {
    pairs: [
      [
        chat({ response_format: { type: 'json_object' } }),
        chat({ response_format: { type: 'json_object' }, messages: [{ ...user, content: 'as JSON' }] }),
      ],
    ],
  },
  'chat-likelihoods': { pairs: [[chat({ top_logprobs: 2 }), chat({ top_logprobs: 2, logprobs: true })]] },
  'chat-stream-options': {
    pairs: [
      [
        chat({ stream_options: { include_usage: true } }),
        chat({ stream_options: { include_usage: true }, stream: true }),
      ],
    ],
  },
  'chat-both-limits': {
    pairs: [[chat({ max_tokens: 9, max_completion_tokens: 9 }), chat({ max_completion_tokens: 9 })]],
  },
  'chat-image-type': {
    pairs: [
      [image('data:image/svg+xml;base64,PHN2Zz4='), image(`data:image/png;base64,${PIXEL}`)],
      [image('data:application/pdf;base64,JVBERi0='), image('https://example.com/a.png')],
    ],
  },
  'chat-max-tokens-of-thinking-models': {
    model: 'gpt-5',
    pairs: [[chat({ max_tokens: 99 }), chat({ max_completion_tokens: 99 })]],
  },
  'chat-stop-of-thinking-models': { model: 'o3', pairs: [[chat({ stop: 'END' }), chat({})]] },
  'chat-likelihoods-of-thinking-models': {
    model: 'gpt-5-mini',
    pairs: [
      [chat({ presence_penalty: 1 }), chat({ presence_penalty: 0 })],
      [chat({ logprobs: true }), chat({ logprobs: false })],
      [chat({ logit_bias: { 1: 1 } }), chat({})],
    ],
  },
  'chat-sampling-of-thinking-models': {
    model: 'gpt-5.1',
    pairs: [
      [chat({ temperature: 0.2, reasoning_effort: 'low' }), chat({ temperature: 0.2 })],
      [chat({ top_p: 0.2, reasoning_effort: 'low' }), chat({ top_p: 0.2, reasoning_effort: 'none' })],
    ],
  },
  'chat-effort-without-thinking': { pairs: [[chat({ reasoning_effort: 'low' }), chat({})]] },
  'chat-effort': {
    model: 'gpt-5',
    pairs: [
      [chat({ reasoning_effort: 'none' }), chat({ reasoning_effort: 'minimal' })],
      [chat({ reasoning_effort: 'xhigh' }), chat({ reasoning_effort: 'high' })],
    ],
  },
  'chat-output-limit': { pairs: [[chat({ max_tokens: 32_769 }), chat({ max_tokens: 32_768 })]] },
  'chat-parallel-of-first-thinking-models': {
    model: 'o3-mini',
    pairs: [[chat({ parallel_tool_calls: false, tools: [tool(CITY)] }), chat({ tools: [tool(CITY)] })]],
  },
};

/** For OpenAI's embeddings. */
export const openaiEmbeddingsExamples: RuleExamples = {
  'embeddings-shape': {
    pairs: [
      [{ input: '' }, { input: 'a' }],
      [{ input: ['a', ''] }, { input: ['a'] }],
      [
        { input: 'a', input_type: 'query' },
        { input: 'a', encoding_format: 'float' },
      ],
    ],
  },
  'embeddings-dimensions': {
    model: 'text-embedding-ada-002',
    pairs: [[{ input: 'a', dimensions: 9 }, { input: 'a' }]],
  },
};
