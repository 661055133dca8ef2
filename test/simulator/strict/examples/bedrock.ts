import {
  CITY,
  PIXEL,
  SIGNATURE,
  STRICT_CITY,
  THOUGHT,
  type Body,
  type RuleExamples,
} from '../rule-example.ts';

const user = { role: 'user', content: [{ text: 'hi' }] };
const said = { role: 'assistant', content: [{ text: 'ho' }] };
const call = { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: {} } };
const result = { toolResult: { toolUseId: 'tooluse_1', content: [{ text: 'snow' }] } };
const calling = { role: 'assistant', content: [call] };
const answered = { role: 'user', content: [result] };
const tool = { toolSpec: { name: 'look', inputSchema: { json: CITY } } };
const tools = { toolConfig: { tools: [tool] } };
const pdf = { document: { name: 'report', format: 'pdf', source: { bytes: 'JVBERi0=' } } };

function ask(fields: Body): Body {
  return { messages: [user], ...fields };
}

function cached(marks: number): Body {
  const mark = { cachePoint: { type: 'default' } };
  return {
    messages: [{ role: 'user', content: [{ text: 'hi' }, ...Array.from({ length: marks }, () => mark)] }],
  };
}

function talk(...messages: readonly Body[]): Body {
  return { messages: [user, ...messages], ...tools };
}

function calledBy(toolUseId: string, name = 'look'): Body {
  return talk(
    { role: 'assistant', content: [{ toolUse: { ...call.toolUse, toolUseId, name } }] },
    { role: 'user', content: [{ toolResult: { ...result.toolResult, toolUseId } }] },
  );
}

function offered(spec: Body): Body {
  return ask({ toolConfig: { tools: [{ toolSpec: { ...tool.toolSpec, ...spec } }] } });
}

function shown(...content: readonly Body[]): Body {
  return { messages: [{ role: 'user', content }] };
}

function image(kind: string): Body {
  return { image: { format: kind, source: { bytes: PIXEL } } };
}

function additional(fields: Body): Body {
  return ask({ inferenceConfig: { maxTokens: 2_048 }, additionalModelRequestFields: fields });
}

function thought(signature: string): Body {
  const reasoningText = { text: THOUGHT, signature };
  return talk(
    { role: 'assistant', content: [{ reasoningContent: { reasoningText } }, { text: 'ho' }] },
    user,
  );
}

const ENABLED = { thinking: { type: 'enabled', budget_tokens: 1_024 } };

function answerIn(schema: Body): Body {
  return additional({ output_config: { format: { type: 'json_schema', schema } } });
}

/** For Converse; the model is one of Anthropic's. */
export const bedrockExamples: RuleExamples = {
  'converse-members': {
    pairs: [
      [ask({ messages: [{ role: 'system', content: [{ text: 'hi' }] }] }), ask({ system: [{ text: 'hi' }] })],
      [ask({ messages: [{ role: 'user', content: 'hi' }] }), ask({})],
      [shown({}), shown({ text: 'hi' })],
      [shown({ text: 'hi', ...image('png') }), shown({ text: 'hi' }, image('png'))],
    ],
  },
  'first-message': { pairs: [[ask({ messages: [said, user] }), ask({ messages: [user, said, user] })]] },
  alternation: { pairs: [[talk(user), talk(said, user)]] },
  'empty-content': { pairs: [[talk({ role: 'assistant', content: [] }, user), talk(said, user)]] },
  'blank-text': {
    pairs: [
      [shown({ text: ' ' }), shown({ text: ' hi ' })],
      [ask({ system: [{ text: '' }] }), ask({ system: [{ text: 'Be brief.' }] })],
    ],
  },
  'tool-config': { pairs: [[{ messages: [user, calling, answered] }, talk(calling, answered)]] },
  'tool-ids': {
    model: 'amazon.nova-pro-v1:0',
    pairs: [
      [calledBy('a/b'), calledBy('functions.look:0')],
      [calledBy('c'.repeat(65)), calledBy('c'.repeat(64))],
    ],
  },
  'tool-names': {
    pairs: [
      [offered({ name: 'a.b' }), offered({ name: 'a-b' })],
      [offered({ name: 'a'.repeat(65) }), offered({ name: 'a'.repeat(64) })],
      [calledBy('call_1', 'a b'), calledBy('call_1', 'look')],
    ],
  },
  'tool-specs': {
    pairs: [
      [ask({ toolConfig: { tools: [] } }), ask(tools)],
      [offered({ inputSchema: { json: {} } }), offered({})],
      [offered({ description: '' }), offered({ description: 'Looks.' })],
      [ask({ toolConfig: { tools: [tool, tool] } }), ask(tools)],
    ],
  },
  'calls-answered': { pairs: [[talk(calling, user), talk(calling, answered)]] },
  'result-of-call': {
    pairs: [
      [talk(said, answered), talk(calling, answered)],
      [talk(calling, { role: 'user', content: [result, result] }), talk(calling, answered)],
    ],
  },
  documents: {
    pairs: [
      [shown(pdf), shown(pdf, { text: 'Read it.' })],
      [
        shown({ document: { ...pdf.document, name: 'report.pdf' } }, { text: 'Read it.' }),
        shown({ document: { ...pdf.document, name: 'report (2) [a]-b' } }, { text: 'Read it.' }),
      ],
      [shown(pdf, pdf, { text: 'Read it.' }), shown(pdf, { text: 'Read it.' })],
    ],
  },
  images: { pairs: [[shown(image('jpg')), shown(image('jpeg'))]] },
  'user-media': {
    pairs: [
      [
        talk({ role: 'assistant', content: [image('png')] }, user),
        talk(said, { ...user, content: [image('png')] }),
      ],
    ],
  },
  'cache-points': { pairs: [[cached(5), cached(4)]] },
  'inference-config': {
    pairs: [
      [ask({ inferenceConfig: { temperature: 1.1 } }), ask({ inferenceConfig: { temperature: 1 } })],
      [ask({ inferenceConfig: { maxTokens: 0 } }), ask({ inferenceConfig: { maxTokens: 1 } })],
      [
        ask({ inferenceConfig: { stopSequences: [''] } }),
        ask({ inferenceConfig: { stopSequences: ['END'] } }),
      ],
    ],
  },
  'claude-additional-fields': { pairs: [[additional({ seed: 7 }), additional({ top_k: 7 })]] },
  'claude-trailing-white-space': {
    pairs: [[talk({ role: 'assistant', content: [{ text: 'ho ' }] }), talk(said)]],
  },
  'claude-unique-calls': {
    pairs: [
      [
        talk(calling, answered, calling, answered),
        talk(
          calling,
          answered,
          { ...calling, content: [{ toolUse: { ...call.toolUse, toolUseId: 'b' } }] },
          { ...answered, content: [{ toolResult: { ...result.toolResult, toolUseId: 'b' } }] },
        ),
      ],
    ],
  },
  'claude-signature': { pairs: [[thought('sk1_eyJ9'), thought(SIGNATURE)]] },
  'claude-input-schema': {
    pairs: [[offered({ inputSchema: { json: { ...CITY, oneOf: [] } } }), offered({})]],
  },
  'claude-choice-without-tools': {
    pairs: [
      [
        ask({ toolConfig: { tools: [tool], toolChoice: { tool: { name: 'see' } } } }),
        ask({ toolConfig: { tools: [tool], toolChoice: { tool: { name: 'look' } } } }),
      ],
    ],
  },
  'claude-stop-sequences': {
    pairs: [
      [
        ask({ inferenceConfig: { stopSequences: ['\n'] } }),
        ask({ inferenceConfig: { stopSequences: ['\nEND'] } }),
      ],
    ],
  },
  'claude-output-limit': {
    pairs: [
      [ask({ inferenceConfig: { maxTokens: 64_001 } }), ask({ inferenceConfig: { maxTokens: 64_000 } })],
    ],
  },
  'claude-thinking-budget': {
    pairs: [[additional({ thinking: { type: 'enabled', budget_tokens: 2_048 } }), additional(ENABLED)]],
  },
  'claude-thinking-and-sampling': {
    pairs: [
      [
        { ...additional(ENABLED), inferenceConfig: { maxTokens: 2_048, temperature: 0.2 } },
        additional(ENABLED),
      ],
    ],
  },
  'claude-thinking-and-forced-tools': {
    pairs: [
      [
        { ...additional(ENABLED), toolConfig: { tools: [tool], toolChoice: { any: {} } } },
        { ...additional(ENABLED), ...tools },
      ],
    ],
  },
  'claude-thinking-and-prefill': {
    pairs: [[{ ...additional(ENABLED), messages: [user, said] }, additional(ENABLED)]],
  },
  'claude-never-thinks': {
    model: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    pairs: [[additional(ENABLED), additional({})]],
  },
  'claude-adaptive-thinking': {
    pairs: [[additional({ thinking: { type: 'adaptive' } }), additional(ENABLED)]],
  },
  'claude-thinking-by-budget': {
    model: 'us.anthropic.claude-opus-4-7',
    pairs: [[additional(ENABLED), additional({ thinking: { type: 'adaptive' } })]],
  },
  'claude-sampling': {
    model: 'us.anthropic.claude-opus-4-7',
    pairs: [[ask({ inferenceConfig: { temperature: 0.2 } }), ask({ inferenceConfig: {} })]],
  },
  'claude-one-of-sampling': {
    pairs: [
      [ask({ inferenceConfig: { temperature: 0.2, topP: 0.9 } }), ask({ inferenceConfig: { topP: 0.9 } })],
    ],
  },
  'claude-prefill': { model: 'us.anthropic.claude-opus-4-6-v1', pairs: [[talk(said), talk(said, user)]] },
  'claude-no-effort': { pairs: [[additional({ output_config: { effort: 'low' } }), additional({})]] },
  'claude-effort': {
    model: 'us.anthropic.claude-opus-4-5-20251101-v1:0',
    pairs: [
      [additional({ output_config: { effort: 'max' } }), additional({ output_config: { effort: 'low' } })],
    ],
  },
  'claude-no-format': {
    model: 'us.anthropic.claude-sonnet-4-20250514-v1:0',
    pairs: [[answerIn(STRICT_CITY), additional({})]],
  },
  'claude-format-schema': { pairs: [[answerIn(CITY), answerIn(STRICT_CITY)]] },
};
