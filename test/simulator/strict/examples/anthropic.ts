import {
  CITY,
  PIXEL,
  SIGNATURE,
  STRICT_CITY,
  THOUGHT,
  type Body,
  type RuleExamples,
} from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };
const said = { role: 'assistant', content: 'ho' };
const call = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'snow' };
const calling = { role: 'assistant', content: [call] };
const answered = { role: 'user', content: [result] };
const marked = { cache_control: { type: 'ephemeral' } };
const tool = { name: 'look', input_schema: CITY };

function ask(more: Body): Body {
  return { max_tokens: 2_048, messages: [user], ...more };
}

function texts(...list: readonly string[]): Body {
  return { role: 'user', content: list.map((text) => ({ type: 'text', text })) };
}

function thinking(thinkingBlock: Body): Body {
  return ask({
    messages: [user, { role: 'assistant', content: [thinkingBlock, { type: 'text', text: 'ho' }] }, user],
  });
}

function image(media_type: string): Body {
  const source = { type: 'base64', media_type, data: PIXEL };
  return ask({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] });
}

const THOUGHT_BLOCK = { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE };
const ENABLED = { type: 'enabled', budget_tokens: 1_024 };

function format(schema: Body): Body {
  return ask({ output_config: { format: { type: 'json_schema', schema } } });
}

/** For Anthropic's messages. */
export const anthropicExamples: RuleExamples = {
  'messages-shape': {
    pairs: [
      [ask({ seed: 7 }), ask({ top_k: 7 })],
      [ask({ max_tokens: undefined }), ask({})],
      [ask({ messages: [{ ...user, name: 'me' }] }), ask({ metadata: { user_id: 'me' } })],
      [ask({ metadata: { user_id: 'u'.repeat(257) } }), ask({ metadata: { user_id: 'u'.repeat(256) } })],
      [ask({ temperature: 1.1 }), ask({ temperature: 1 })],
      [image('image/jpg'), image('image/jpeg')],
      [
        ask({ messages: [user, { role: 'assistant', content: [{ ...call, id: 'a.b:0' }] }] }),
        ask({ messages: [user, calling, answered] }),
      ],
      [ask({ tools: [{ ...tool, name: 'a.b' }] }), ask({ tools: [{ ...tool, name: 'a'.repeat(128) }] })],
      [ask({ tools: [{ ...tool, name: 'a'.repeat(129) }] }), ask({ tools: [tool] })],
      [ask({ tools: [{ name: 'look', input_schema: {} }] }), ask({ tools: [tool] })],
      [ask({ thinking: { ...ENABLED, budget_tokens: 1_023 } }), ask({ thinking: ENABLED })],
      [
        ask({ messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }),
        ask({ messages: [texts('hi')] }),
      ],
    ],
  },
  'first-message': { pairs: [[ask({ messages: [said, user] }), ask({ messages: [user, said, user] })]] },
  'empty-message': {
    pairs: [
      [
        ask({ messages: [user, { role: 'assistant', content: '' }, user] }),
        ask({ messages: [user, { role: 'assistant', content: '' }] }),
      ],
      [ask({ messages: [{ role: 'user', content: [] }] }), ask({ messages: [texts('hi')] })],
    ],
  },
  'blank-text': {
    pairs: [
      [ask({ messages: [texts('hi', '')] }), ask({ messages: [texts('hi')] })],
      [
        ask({ messages: [user, { role: 'assistant', content: '  ' }, user] }),
        ask({ messages: [user, said, user] }),
      ],
      [ask({ system: [{ type: 'text', text: '' }] }), ask({ system: [{ type: 'text', text: 'Be brief.' }] })],
      [
        ask({
          messages: [
            user,
            calling,
            { role: 'user', content: [{ ...result, content: [{ type: 'text', text: '' }] }] },
          ],
        }),
        ask({ messages: [user, calling, { role: 'user', content: [{ ...result, content: '' }] }] }),
      ],
    ],
  },
  'trailing-white-space': {
    pairs: [
      [
        ask({ messages: [user, { role: 'assistant', content: 'ho ' }] }),
        ask({ messages: [user, { role: 'assistant', content: 'ho ' }, user] }),
      ],
    ],
  },
  'blocks-of-roles': {
    pairs: [
      [ask({ messages: [{ role: 'user', content: [call] }] }), ask({ messages: [user, calling, answered] })],
    ],
  },
  'unique-calls': {
    pairs: [
      [
        ask({ messages: [user, { role: 'assistant', content: [call, call] }, answered] }),
        ask({ messages: [user, calling, answered] }),
      ],
    ],
  },
  'calls-answered': {
    pairs: [
      [ask({ messages: [user, calling, user] }), ask({ messages: [user, calling, answered, user] })],
      [
        ask({
          messages: [user, calling, { role: 'user', content: [{ type: 'text', text: 'and' }, result] }],
        }),
        ask({
          messages: [user, calling, { role: 'user', content: [result, { type: 'text', text: 'and' }] }],
        }),
      ],
    ],
  },
  'result-of-call': {
    pairs: [
      [ask({ messages: [user, said, answered] }), ask({ messages: [user, said, user, calling, answered] })],
      [
        ask({ messages: [user, calling, { role: 'user', content: [result, result] }] }),
        ask({ messages: [user, calling, answered] }),
      ],
    ],
  },
  'failed-result': {
    pairs: [
      [
        ask({
          messages: [user, calling, { role: 'user', content: [{ ...result, content: '', is_error: true }] }],
        }),
        ask({ messages: [user, calling, { role: 'user', content: [{ ...result, is_error: true }] }] }),
      ],
    ],
  },
  signature: {
    pairs: [
      [thinking({ ...THOUGHT_BLOCK, signature: '' }), thinking(THOUGHT_BLOCK)],
      [thinking({ ...THOUGHT_BLOCK, thinking: 'Another.' }), thinking(THOUGHT_BLOCK)],
      [
        thinking({ type: 'redacted_thinking', data: 'sk1_x' }),
        thinking({ type: 'redacted_thinking', data: SIGNATURE }),
      ],
    ],
  },
  'unique-tools': {
    pairs: [[ask({ tools: [tool, tool] }), ask({ tools: [tool, { ...tool, name: 'see' }] })]],
  },
  'input-schema': {
    pairs: [
      [ask({ tools: [{ ...tool, input_schema: { ...CITY, anyOf: [] } }] }), ask({ tools: [tool] })],
      [
        ask({ tools: [{ ...tool, input_schema: { type: 'object', properties: { 'a b': {} } } }] }),
        ask({ tools: [{ ...tool, input_schema: { type: 'object', properties: { 'a.b': {} } } }] }),
      ],
    ],
  },
  'choice-without-tools': {
    pairs: [
      [ask({ tool_choice: { type: 'auto' } }), ask({ tool_choice: { type: 'auto' }, tools: [tool] })],
      [
        ask({ tool_choice: { type: 'tool', name: 'see' }, tools: [tool] }),
        ask({ tool_choice: { type: 'tool', name: 'look' }, tools: [tool] }),
      ],
    ],
  },
  'stop-sequences': {
    pairs: [[ask({ stop_sequences: ['\n', 'END'] }), ask({ stop_sequences: ['\nEND'] })]],
  },
  'opaque-user': {
    pairs: [[ask({ metadata: { user_id: 'anna@example.com' } }), ask({ metadata: { user_id: '0f3a' } })]],
  },
  'cache-marks': {
    pairs: [
      [
        ask({
          messages: [
            {
              role: 'user',
              content: Array.from({ length: 5 }, () => ({ type: 'text', text: 'a', ...marked })),
            },
          ],
        }),
        ask({
          messages: [
            {
              role: 'user',
              content: Array.from({ length: 4 }, () => ({ type: 'text', text: 'a', ...marked })),
            },
          ],
        }),
      ],
    ],
  },
  'output-limit': { pairs: [[ask({ max_tokens: 64_001 }), ask({ max_tokens: 64_000 })]] },
  'thinking-budget': {
    pairs: [[ask({ thinking: { ...ENABLED, budget_tokens: 2_048 } }), ask({ thinking: ENABLED })]],
  },
  'thinking-and-sampling': {
    pairs: [
      [ask({ thinking: ENABLED, temperature: 0.5 }), ask({ thinking: ENABLED, temperature: 1 })],
      [ask({ thinking: ENABLED, top_k: 5 }), ask({ top_k: 5 })],
      [ask({ thinking: ENABLED, top_p: 0.5 }), ask({ thinking: ENABLED, top_p: 0.95 })],
    ],
  },
  'thinking-and-forced-tools': {
    pairs: [
      [
        ask({ thinking: ENABLED, tools: [tool], tool_choice: { type: 'any' } }),
        ask({ thinking: ENABLED, tools: [tool], tool_choice: { type: 'auto' } }),
      ],
    ],
  },
  'thinking-and-prefill': {
    pairs: [[ask({ thinking: ENABLED, messages: [user, said] }), ask({ messages: [user, said] })]],
  },
  'never-thinks': { model: 'claude-3-5-haiku-20241022', pairs: [[ask({ thinking: ENABLED }), ask({})]] },
  'adaptive-thinking': { pairs: [[ask({ thinking: { type: 'adaptive' } }), ask({ thinking: ENABLED })]] },
  'thinking-by-budget': {
    model: 'claude-opus-4-7',
    pairs: [[ask({ thinking: ENABLED }), ask({ thinking: { type: 'adaptive' } })]],
  },
  sampling: {
    model: 'claude-opus-4-7',
    pairs: [
      [ask({ temperature: 0.2 }), ask({ temperature: 1 })],
      [ask({ top_p: 0.2 }), ask({})],
      [ask({ top_k: 9 }), ask({})],
    ],
  },
  'one-of-sampling': { pairs: [[ask({ temperature: 0.2, top_p: 0.9 }), ask({ temperature: 0.2 })]] },
  prefill: {
    model: 'claude-opus-4-6',
    pairs: [[ask({ messages: [user, said] }), ask({ messages: [user, said, user] })]],
  },
  'no-effort': { pairs: [[ask({ output_config: { effort: 'low' } }), ask({})]] },
  effort: {
    model: 'claude-opus-4-5',
    pairs: [[ask({ output_config: { effort: 'max' } }), ask({ output_config: { effort: 'high' } })]],
  },
  'no-format': { model: 'claude-sonnet-4-0', pairs: [[format(STRICT_CITY), ask({})]] },
  'format-schema': { pairs: [[format(CITY), format(STRICT_CITY)]] },
};
