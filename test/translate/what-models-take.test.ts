import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asObject, objectsOf } from '../../src/base/json.ts';
import type { Json } from '../../src/base/json.ts';
import { translateRequest } from '../../src/translate/job.ts';
import { quirksFor } from './sdk-requests.ts';
import { OPERATIONS, SPOKEN } from './spoken.ts';

/* What leaves for a model, whichever dialect its client speaks, and what the client is told was left out. */

/** What is sent for a request of a client's, and what is told to be left out of it. */
async function left(
  client: string,
  provider: string,
  body: object,
): Promise<{ body: Json; dropped: string }> {
  const { operation, dialect } = OPERATIONS[client] ?? assert.fail(client);
  const [type = '', ...name] = provider.split('/');
  const model = name.join('/');
  const translated = await translateRequest({
    spec: {
      operation,
      clientDialect: dialect,
      providerDialect: SPOKEN[type] ?? 'openai-chat',
      model,
      quirks: quirksFor(type, model),
      stream: false,
    },
    body: Buffer.from(JSON.stringify({ ...CONVERSATIONS[client], ...body })),
    isLarge: false,
  });
  if (translated.kind !== 'translated-request') throw new TypeError(JSON.stringify(translated));
  const sent: unknown = JSON.parse(Buffer.from(translated.body).toString());
  return { body: asObject(sent) ?? {}, dropped: translated.dropped.join() };
}

const CONVERSATIONS: Readonly<Record<string, object>> = {
  chat: { messages: [{ role: 'user', content: 'hi' }] },
  responses: { input: 'hi' },
  anthropic: { max_tokens: 4000, messages: [{ role: 'user', content: 'hi' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
};

const ADAPTIVE = { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } };
const SCHEMA = {
  type: 'object',
  properties: { a: { type: 'integer' } },
  required: ['a'],
  additionalProperties: false,
};
const TREE = {
  type: 'object',
  properties: { a: { type: 'array', items: { $ref: '#' } } },
  additionalProperties: false,
};
const LIST = { type: 'array', items: { type: 'string' } };
const CHAT_TOOL = {
  type: 'function',
  function: { name: 'f', parameters: { type: 'object', properties: {} } },
};
const TOOL = { name: 'f', input_schema: { type: 'object', properties: {} } };
const JSON_SCHEMA = { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA } };

interface Case {
  readonly client: string;
  readonly provider: string;
  readonly asks: object;
  /** Members of what leaves. `undefined`: it has none of this name. */
  readonly leaves: Readonly<Record<string, unknown>>;
  readonly dropped?: string;
}

const cases: readonly Case[] = [
  // Claude in chats, which thinks where it is told to
  {
    client: 'anthropic',
    provider: 'openrouter/anthropic/claude-sonnet-4.5',
    asks: { temperature: 0.2 },
    leaves: { temperature: 0.2 },
  },
  // OpenAI's models, old and new
  {
    client: 'anthropic',
    provider: 'openai/gpt-4.1',
    asks: ADAPTIVE,
    leaves: { reasoning_effort: undefined, max_completion_tokens: 4000, max_tokens: undefined },
    dropped: 'thinking,output_config.effort',
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-5',
    asks: { temperature: 0.2, top_p: 0.5, stop_sequences: ['END'] },
    leaves: { temperature: undefined, top_p: undefined, stop: undefined },
    dropped: 'temperature,top_p,stop_sequences',
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-5',
    asks: { temperature: 1, thinking: { type: 'disabled' } },
    leaves: { temperature: undefined, reasoning_effort: 'minimal' },
    dropped: 'thinking',
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-5.1',
    asks: { temperature: 0.2 },
    leaves: { temperature: 0.2 },
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-5.1',
    asks: { temperature: 0.2, output_config: { effort: 'max' } },
    leaves: { temperature: undefined, reasoning_effort: 'high' },
    dropped: 'temperature',
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-5.6',
    asks: { output_config: { effort: 'high' }, tools: [TOOL] },
    leaves: { reasoning_effort: 'none' },
    dropped: 'output_config.effort',
  },
  {
    client: 'anthropic',
    provider: 'openai/o3',
    asks: { tools: [TOOL], tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    leaves: { parallel_tool_calls: undefined },
    dropped: 'tool_choice.disable_parallel_tool_use',
  },
  {
    client: 'gemini',
    provider: 'github-models/openai/gpt-5-mini',
    asks: {
      generationConfig: {
        maxOutputTokens: 100,
        stopSequences: ['X'],
        presencePenalty: 1,
        thinkingConfig: { thinkingLevel: 'HIGH' },
      },
    },
    leaves: {
      max_completion_tokens: 100,
      max_tokens: undefined,
      presence_penalty: undefined,
      reasoning_effort: 'high',
    },
    dropped: 'presencePenalty,stopSequences',
  },
  {
    client: 'anthropic',
    provider: 'openai/gpt-4o',
    asks: { max_tokens: 64_000, stop_sequences: ['a', 'b', 'c', 'd', 'e', ''] },
    leaves: { max_completion_tokens: 16_384, stop: ['a', 'b', 'c', 'd'] },
    dropped: 'max_tokens,stop_sequences',
  },
  // The word in JSON mode, and schemas that OpenAI does not take
  {
    client: 'gemini',
    provider: 'openai/gpt-4.1',
    asks: { generationConfig: { responseMimeType: 'application/json' } },
    leaves: {
      response_format: { type: 'json_object' },
      messages: [
        {
          role: 'system',
          content: 'Answer with one JSON object and nothing else: no words around it, no Markdown.',
        },
        { role: 'user', content: 'hi' },
      ],
    },
  },
  {
    client: 'gemini',
    provider: 'openai/gpt-4.1',
    asks: {
      contents: [{ role: 'user', parts: [{ text: 'As Json' }] }],
      generationConfig: { responseMimeType: 'application/json' },
    },
    leaves: {
      response_format: { type: 'json_object' },
      messages: [{ role: 'user', content: 'As Json' }],
    },
  },
  // Said later, it would change how the next turn begins.
  {
    client: 'gemini',
    provider: 'openai/gpt-4.1',
    asks: {
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ text: 'ho' }] },
        { role: 'user', parts: [{ text: 'As Json' }] },
      ],
      generationConfig: { responseMimeType: 'application/json' },
    },
    leaves: {
      messages: [
        {
          role: 'system',
          content: 'Answer with one JSON object and nothing else: no words around it, no Markdown.',
        },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'ho' },
        { role: 'user', content: 'As Json' },
      ],
    },
  },
  {
    client: 'gemini',
    provider: 'openai/gpt-4.1',
    asks: { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: LIST } },
    leaves: {
      response_format: undefined,
      messages: [
        {
          role: 'system',
          content: `Answer with JSON and nothing else: no words around it, no Markdown. It has to be valid by this JSON schema:\n${JSON.stringify(LIST)}`,
        },
        { role: 'user', content: 'hi' },
      ],
    },
    dropped: 'responseJsonSchema',
  },
  // Vendors with OpenAI's chats
  {
    client: 'gemini',
    provider: 'mistral/mistral-large-latest',
    asks: {
      generationConfig: { seed: 7, temperature: 2, topK: 3, stopSequences: ['1', '2', '3', '4', '5'] },
    },
    leaves: {
      random_seed: 7,
      seed: undefined,
      temperature: 1.5,
      top_k: undefined,
      stop: ['1', '2', '3', '4', '5'],
    },
    dropped: 'temperature,topK',
  },
  {
    client: 'anthropic',
    provider: 'mistral/mistral-large-latest',
    asks: { ...ADAPTIVE, metadata: { user_id: 'u' } },
    leaves: { reasoning_effort: undefined, user: undefined, metadata: undefined },
    dropped: 'thinking,output_config.effort,metadata.user_id',
  },
  {
    client: 'responses',
    provider: 'mistral/mistral-small-latest',
    asks: { reasoning: { effort: 'low' }, store: false, metadata: { a: 'b' }, prompt_cache_key: 'k' },
    leaves: { reasoning_effort: 'high', store: undefined, metadata: undefined, prompt_cache_key: undefined },
  },
  {
    client: 'responses',
    provider: 'groq/qwen/qwen3-32b',
    asks: { reasoning: { effort: 'medium' } },
    leaves: { reasoning_effort: 'default' },
  },
  {
    client: 'responses',
    provider: 'groq/llama-3.3-70b-versatile',
    asks: {
      reasoning: { effort: 'medium' },
      text: { format: { type: 'json_schema', name: 'n', schema: SCHEMA } },
    },
    leaves: { reasoning_effort: undefined, response_format: { type: 'json_object' } },
    dropped: 'reasoning,text.format',
  },
  {
    client: 'responses',
    provider: 'groq/openai/gpt-oss-120b',
    asks: {
      reasoning: { effort: 'xhigh' },
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }],
      text: { format: { type: 'json_object' } },
    },
    leaves: { reasoning_effort: 'high', response_format: undefined },
  },
  {
    client: 'anthropic',
    provider: 'grok/grok-4-0709',
    asks: { ...ADAPTIVE, stop_sequences: ['X'] },
    leaves: { reasoning_effort: undefined, stop: undefined },
    dropped: 'stop_sequences,thinking,output_config.effort',
  },
  {
    client: 'anthropic',
    provider: 'grok/grok-3-mini',
    asks: { thinking: { type: 'enabled', budget_tokens: 8000 }, max_tokens: 10_000 },
    leaves: { reasoning_effort: 'high' },
  },
  {
    client: 'anthropic',
    provider: 'deepseek/deepseek-v4-pro',
    asks: { output_config: { effort: 'medium' }, metadata: { user_id: 'somebody' } },
    leaves: { thinking: { type: 'enabled' }, reasoning_effort: 'high', user_id: 'somebody', user: undefined },
  },
  {
    client: 'anthropic',
    provider: 'deepseek/deepseek-v4-pro',
    asks: { thinking: { type: 'disabled' } },
    leaves: { thinking: { type: 'disabled' }, reasoning_effort: undefined },
  },
  {
    client: 'anthropic',
    provider: 'moonshot/kimi-k2.6',
    asks: { temperature: 0.3, thinking: { type: 'enabled', budget_tokens: 2000 } },
    leaves: { temperature: undefined, thinking: { type: 'enabled' }, reasoning_effort: undefined },
    dropped: 'temperature',
  },
  {
    client: 'anthropic',
    provider: 'qwen/qwen3-max',
    asks: { top_k: 5, thinking: { type: 'enabled', budget_tokens: 2000 } },
    leaves: { top_k: 5, enable_thinking: true, thinking_budget: 2000, reasoning_effort: undefined },
  },
  {
    client: 'anthropic',
    provider: 'zhipuai/glm-4.6',
    asks: { tools: [TOOL], tool_choice: { type: 'tool', name: 'f' }, stop_sequences: ['a', 'b'] },
    leaves: {
      tool_choice: undefined,
      stop: ['a'],
      messages: [
        { role: 'system', content: 'Answer by calling the tool f, not in words.' },
        { role: 'user', content: 'hi' },
      ],
    },
    dropped: 'stop_sequences,tool_choice',
  },
  {
    client: 'anthropic',
    provider: 'openai-compatible/mystery',
    asks: { ...ADAPTIVE, temperature: 0.2, stop_sequences: ['X'], top_k: 4 },
    leaves: { reasoning_effort: 'high', temperature: 0.2, stop: ['X'], max_tokens: 4000 },
    dropped: 'top_k',
  },
  // Anthropic
  {
    client: 'chat',
    provider: 'claude/claude-sonnet-4-5',
    asks: { stop: ['\n', 'Observation:'], temperature: 1.8, top_p: 0.9 },
    leaves: { stop_sequences: ['Observation:'], temperature: 1, top_p: undefined, max_tokens: 64_000 },
    dropped: 'temperature,top_p,stop',
  },
  {
    client: 'chat',
    provider: 'claude/claude-sonnet-4-5',
    asks: { stop: '  ', seed: 1, max_completion_tokens: 100_000 },
    leaves: { stop_sequences: undefined, max_tokens: 64_000 },
    dropped: 'max_completion_tokens,seed,stop',
  },
  {
    client: 'chat',
    provider: 'claude/claude-opus-4-8',
    asks: { reasoning_effort: 'xhigh', temperature: 0.1, top_k: 4 },
    leaves: { temperature: undefined, top_k: undefined, output_config: { effort: 'xhigh' } },
    dropped: 'temperature,top_k',
  },
  {
    client: 'chat',
    provider: 'claude/claude-opus-4-6',
    asks: { reasoning_effort: 'xhigh' },
    leaves: { output_config: { effort: 'max' } },
  },
  {
    client: 'chat',
    provider: 'claude/claude-opus-5-5',
    asks: { tools: [CHAT_TOOL], tool_choice: 'required', reasoning_effort: 'none' },
    leaves: { tool_choice: undefined, output_config: { effort: 'low' } },
    dropped: 'reasoning_effort,tool_choice',
  },
  // Gemini
  {
    client: 'chat',
    provider: 'gemini/gemini-2.5-flash',
    asks: { response_format: { type: 'json_object' }, tools: [CHAT_TOOL] },
    leaves: {
      generationConfig: {},
      systemInstruction: {
        parts: [{ text: 'Answer with one JSON object and nothing else: no words around it, no Markdown.' }],
      },
    },
  },
  {
    client: 'chat',
    provider: 'gemini/gemini-3-pro-preview',
    asks: { response_format: { type: 'json_object' }, tools: [CHAT_TOOL] },
    leaves: { generationConfig: { responseMimeType: 'application/json' } },
  },
  {
    client: 'chat',
    provider: 'gemini/gemini-2.5-flash',
    asks: { stop: ['1', '2', '3', '4', '5', '6'], presence_penalty: 1, reasoning_effort: 'none', user: 'u' },
    leaves: {
      generationConfig: { stopSequences: ['1', '2', '3', '4', '5'], thinkingConfig: { thinkingBudget: 0 } },
    },
    dropped: 'presence_penalty,stop,user',
  },
  {
    client: 'chat',
    provider: 'gemini/gemini-3-pro-preview',
    asks: { reasoning_effort: 'medium' },
    leaves: { generationConfig: { thinkingConfig: { thinkingLevel: 'high', includeThoughts: true } } },
  },
  // Bedrock
  {
    client: 'chat',
    provider: 'bedrock/anthropic.claude-opus-4-7',
    asks: { response_format: JSON_SCHEMA, reasoning_effort: 'high' },
    leaves: { toolConfig: undefined },
    dropped: 'response_format',
  },
  {
    client: 'chat',
    provider: 'claude/claude-sonnet-4-5',
    asks: { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: TREE } } },
    leaves: {
      output_config: undefined,
      tools: undefined,
      system: [
        {
          type: 'text',
          text: `Answer with JSON and nothing else: no words around it, no Markdown. It has to be valid by this JSON schema:\n${JSON.stringify(TREE)}`,
        },
      ],
    },
    dropped: 'response_format',
  },
  {
    client: 'chat',
    provider: 'bedrock/amazon.nova-pro-v1:0',
    asks: {
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'ho' },
      ],
      tools: [CHAT_TOOL],
      tool_choice: 'none',
      response_format: JSON_SCHEMA,
    },
    leaves: {
      system: [],
      toolConfig: {
        tools: [
          { toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } },
          {
            toolSpec: {
              name: 'json',
              description: 'Respond with a JSON object.',
              inputSchema: { json: SCHEMA },
            },
          },
        ],
        toolChoice: { tool: { name: 'json' } },
      },
    },
  },
  {
    client: 'chat',
    provider: 'bedrock/meta.llama3-3-70b-instruct-v1:0',
    asks: { stop: ['X'], temperature: 1.5, reasoning_effort: 'high', max_tokens: 100_000 },
    leaves: { inferenceConfig: { maxTokens: 8192, temperature: 1 }, additionalModelRequestFields: undefined },
    dropped: 'max_tokens,temperature,stop,reasoning_effort',
  },
];

/** A chat that shows an image of a type. */
function shown(type: string): object {
  const url = `data:image/${type};base64,AA==`;
  return { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] };
}

function document(title?: string): object {
  const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' };
  return { type: 'document', source, ...(title !== undefined && { title }) };
}

void describe('what leaves for a model', () => {
  for (const { client, provider, asks, leaves, dropped = '' } of cases) {
    void it(`${client} to ${provider}: ${JSON.stringify(asks)}`, async () => {
      const { body, dropped: told } = await left(client, provider, asks);
      const named = Object.fromEntries(Object.keys(leaves).map((name) => [name, body[name]]));
      assert.deepEqual(named, leaves);
      assert.equal(told, dropped);
    });
  }

  void it('has the media types of images that there are, and refuses others by their names', async () => {
    for (const provider of [
      'claude/claude-sonnet-4-5',
      'gemini/gemini-2.5-flash',
      'bedrock/amazon.nova-pro-v1:0',
    ])
      assert.doesNotMatch(JSON.stringify((await left('chat', provider, shown('jpg'))).body), /jpg/u);
    await assert.rejects(left('chat', 'claude/claude-sonnet-4-5', shown('bmp')), /image\/bmp/u);
    await assert.rejects(left('chat', 'gemini/gemini-2.5-flash', shown('gif')), /image\/gif/u);
    await assert.rejects(left('chat', 'bedrock/amazon.nova-micro-v1:0', shown('png')), /reads none/u);
  });

  void it('has a text beside documents, and names for them that differ, at Bedrock', async () => {
    const { body } = await left('anthropic', 'bedrock/anthropic.claude-sonnet-4-5-v1:0', {
      messages: [{ role: 'user', content: [document('a b.pdf'), document('a-b.pdf'), document()] }],
    });
    const [message] = objectsOf(body['messages']);
    const content = objectsOf(message?.['content']);
    const names = content.flatMap((block) => asObject(block['document'])?.['name'] ?? []);
    assert.equal(new Set(names).size, 3);
    for (const name of names)
      assert.match(JSON.stringify(name), /^"[a-zA-Z0-9]+(?:[ ()[\]-][a-zA-Z0-9]+)*"$/u);
    assert.deepEqual(content.at(-1), { text: 'See the document.' });
  });

  void it('is what a configuration says of a model', async () => {
    const quirks = quirksFor('openai-compatible', 'mystery');
    const translated = await translateRequest({
      spec: {
        operation: 'messages.create',
        clientDialect: 'anthropic-messages',
        providerDialect: 'openai-chat',
        model: 'mystery',
        quirks: { ...quirks, capabilities: { efforts: [], maxOutputTokens: 7 } },
        stream: false,
      },
      body: Buffer.from(JSON.stringify({ ...CONVERSATIONS['anthropic'], ...ADAPTIVE })),
      isLarge: false,
    });
    assert.equal(translated.kind, 'translated-request');
    assert.deepEqual(JSON.parse(Buffer.from(translated.body).toString()), {
      model: 'mystery',
      max_tokens: 7,
      messages: [{ role: 'user', content: 'hi' }],
    });
  });
});
