import type { Body, RuleExamples } from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };
const said = { role: 'assistant', content: 'ho' };
const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const calling = { role: 'assistant', content: null, tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'call_1', content: 'snow' };
const tools = [{ type: 'function', function: { name: 'look' } }];
const json = { response_format: { type: 'json_object' } };
const jsonSchema = {
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
};

function chat(more: Body): Body {
  return { messages: [user], ...more };
}

function talk(...messages: readonly Body[]): Body {
  return { messages: [user, ...messages] };
}

/** For Groq's chat completions; the model thinks. */
export const groqExamples: RuleExamples = {
  'unsupported-fields': {
    pairs: [
      [chat({ logprobs: true }), chat({ seed: 7 })],
      [chat({ logit_bias: { 1: 1 } }), chat({ logit_bias: null })],
      [chat({ top_logprobs: 2 }), chat({})],
      [chat({ n: 2 }), chat({ n: 1 })],
    ],
  },
  'message-fields': {
    pairs: [
      [chat({ messages: [{ ...user, name: 'me' }] }), chat({})],
      [talk({ ...said, reasoning_content: 'hm' }, user), talk({ ...said, reasoning: 'hm' }, user)],
    ],
  },
  'message-reasoning': {
    model: 'llama-3.3-70b-versatile',
    pairs: [[talk({ ...said, reasoning: 'hm' }, user), talk(said, user)]],
  },
  stops: { pairs: [[chat({ stop: ['1', '2', '3', '4', '5'] }), chat({ stop: ['1', '2', '3', '4'] })]] },
  effort: {
    pairs: [
      [chat({ reasoning_effort: 'minimal' }), chat({ reasoning_effort: 'low' })],
      [chat({ reasoning_effort: 'none' }), chat({})],
    ],
  },
  'raw-reasoning': {
    model: 'qwen/qwen3-32b',
    pairs: [[chat({ tools, reasoning_format: 'raw' }), chat({ tools, reasoning_format: 'parsed' })]],
  },
  'two-reasoning-formats': {
    model: 'qwen/qwen3-32b',
    pairs: [
      [chat({ include_reasoning: true, reasoning_format: 'parsed' }), chat({ reasoning_format: 'parsed' })],
    ],
  },
  'json-word': { pairs: [[chat(json), chat({ ...json, messages: [{ ...user, content: 'as JSON' }] })]] },
  'json-schema-models': { model: 'llama-3.3-70b-versatile', pairs: [[chat(jsonSchema), chat({})]] },
};

/** For xAI's chat completions; the model thinks. */
export const grokExamples: RuleExamples = {
  'stop-and-penalties': {
    pairs: [
      [chat({ stop: ['END'] }), chat({ temperature: 0.2 })],
      [chat({ presence_penalty: 1 }), chat({})],
      [chat({ frequency_penalty: 1 }), chat({})],
    ],
  },
  'no-effort': { pairs: [[chat({ reasoning_effort: 'low' }), chat({})]] },
  effort: {
    model: 'grok-3-mini',
    pairs: [[chat({ reasoning_effort: 'medium' }), chat({ reasoning_effort: 'low' })]],
  },
};

/** For DeepSeek's chat completions. */
export const deepseekExamples: RuleExamples = {
  roles: { pairs: [[talk({ ...user, role: 'developer' }), talk({ ...user, role: 'system' })]] },
  parts: {
    pairs: [
      [
        talk({
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
        }),
        talk({ role: 'user', content: [{ type: 'text', text: 'hi' }] }),
      ],
    ],
  },
  content: { pairs: [[talk({ role: 'assistant' }, user), talk(said, user)]] },
  stops: {
    pairs: [
      [
        chat({ stop: Array.from({ length: 17 }, (_, i) => `${i}`) }),
        chat({ stop: Array.from({ length: 16 }, (_, i) => `${i}`) }),
      ],
    ],
  },
  format: { pairs: [[chat(jsonSchema), chat({ response_format: { type: 'text' } })]] },
  'json-word': { pairs: [[chat(json), chat({ ...json, messages: [{ ...user, content: 'as JSON' }] })]] },
  'calls-answered': { pairs: [[talk(calling, user), talk(calling, result, user)]] },
  'result-of-call': { pairs: [[talk(said, result), talk(calling, result)]] },
  'thinking-of-calls': {
    model: 'deepseek-reasoner',
    pairs: [
      [talk(calling, result), talk({ ...calling, reasoning_content: 'hm' }, result)],
      [talk(calling, result), talk(calling, result, said, user)],
    ],
  },
};
