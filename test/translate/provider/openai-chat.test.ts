import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NormalizedRequest, ProviderQuirks } from '../../../src/translate/codec.ts';
import { openaiChatCodec } from '../../../src/translate/provider/openai-chat.ts';
import { requestOf, interceptedFrom, toolNamed, TOOL_TURN } from '../sdk-requests.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];
const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
const NEW: ProviderQuirks = {
  resendsReasoning: false,
  capabilities: { maxTokensField: 'max_completion_tokens' },
};
const SCHEMA = { type: 'object', properties: { a: { type: 'integer' } } } as const;

interface Case {
  readonly what: string;
  readonly request: NormalizedRequest;
  readonly quirks?: ProviderQuirks;
  readonly stream?: boolean;
  /** Beside the model. */
  readonly body: object;
}

const cases: readonly Case[] = [
  { what: 'a question', request: requestOf(), body: { messages: MESSAGES } },
  {
    what: 'a stream, with its usage',
    request: requestOf(),
    stream: true,
    body: { messages: MESSAGES, stream: true, stream_options: { include_usage: true } },
  },
  {
    what: 'bounds and sampling, without options that the dialect does not have',
    request: requestOf({
      maxOutputTokens: 10,
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      stopSequences: ['X'],
      seed: 1,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    }),
    body: {
      messages: MESSAGES,
      max_tokens: 10,
      temperature: 0.5,
      top_p: 0.9,
      stop: ['X'],
      seed: 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
    },
  },
  {
    what: 'a bound in the field that the provider wants',
    request: requestOf({ maxOutputTokens: 10 }),
    quirks: NEW,
    body: { messages: MESSAGES, max_completion_tokens: 10 },
  },
  {
    what: 'the user, one call at a time, and the effort that some thinking comes to',
    request: requestOf(
      { tools: [toolNamed('look')] },
      { user: 'u', parallelTools: false, thinkingTokens: 5000 },
    ),
    body: {
      messages: MESSAGES,
      tools: [LOOK],
      user: 'u',
      parallel_tool_calls: false,
      reasoning_effort: 'medium',
    },
  },
  {
    what: 'no parallel_tool_calls without tools, and no effort where there is to be no thinking',
    request: requestOf({}, { parallelTools: false, thinkingTokens: 0 }),
    body: { messages: MESSAGES },
  },
  {
    what: 'a choice among tools, and none of another vendor',
    request: requestOf({
      tools: [toolNamed('look'), { type: 'provider', id: 'anthropic.bash', name: 'bash', args: {} }],
      toolChoice: { type: 'tool', toolName: 'look' },
    }),
    body: {
      messages: MESSAGES,
      tools: [LOOK],
      tool_choice: { type: 'function', function: { name: 'look' } },
    },
  },
  {
    what: 'no list of tools that would be empty',
    request: requestOf({
      tools: [{ type: 'provider', id: 'anthropic.bash', name: 'bash', args: {} }],
      toolChoice: { type: 'auto' },
    }),
    body: { messages: MESSAGES },
  },
  {
    what: 'a schema, as strict as the client set it',
    request: requestOf({
      responseFormat: { type: 'json', schema: SCHEMA },
      providerOptions: { openaiCompatible: { strictJsonSchema: true } },
    }),
    body: {
      messages: MESSAGES,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'response', schema: SCHEMA, strict: true },
      },
    },
  },
  {
    what: 'a schema without strict',
    request: requestOf({ responseFormat: { type: 'json', schema: SCHEMA, name: 'n' } }),
    body: {
      messages: MESSAGES,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA, strict: false } },
    },
  },
  {
    what: 'fields of the dialect that are known, and no others',
    request: requestOf({
      providerOptions: {
        openaiCompatible: { service_tier: 'flex', model: 'other', messages: [], secret: 1 },
        anthropic: { effort: 'max' },
      },
    }),
    body: { messages: MESSAGES, service_tier: 'flex' },
  },
  {
    what: 'a tool’s picture shown by the user, behind all answers, and arguments as they were',
    request: requestOf({ prompt: TOOL_TURN, tools: [toolNamed('look')] }),
    body: {
      tools: [LOOK],
      messages: [
        { role: 'user', content: 'Look' },
        {
          role: 'assistant',
          content: 'So be it',
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'look', arguments: '{"n":12345678901234567890}' },
            },
            { id: 'c2', type: 'function', function: { name: 'show', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'Too dark' },
        { role: 'tool', tool_call_id: 'c2', content: 'Here\nA file is shown below.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'From the result of c2:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
    },
  },
];

void describe('a request for chat completions', () => {
  for (const { what, request, body, ...how } of cases) {
    void it(`has ${what}`, async () => {
      const intercepted = await interceptedFrom(openaiChatCodec, request, 'm', how);
      assert.deepEqual(intercepted.body, { model: 'm', ...body });
    });
  }

  void it('takes earlier reasoning back to those providers alone that want it, and no signatures', async () => {
    const options = { google: { thoughtSignature: 's' }, anthropic: { signature: 's' } };
    const request = requestOf({
      prompt: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm', providerOptions: options },
            { type: 'tool-call', toolCallId: 'c', toolName: 'look', input: '{}', providerOptions: options },
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', toolCallId: 'c', toolName: 'look', output: { type: 'text', value: 'r' } },
          ],
        },
      ],
    });
    const calls = [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }];
    const without = await interceptedFrom(openaiChatCodec, request, 'm');
    const result = { role: 'tool', tool_call_id: 'c', content: 'r' };
    assert.deepEqual(without.body['messages'], [
      { role: 'assistant', content: null, tool_calls: calls },
      result,
    ]);
    const quirks: ProviderQuirks = { resendsReasoning: true, capabilities: {} };
    const { body } = await interceptedFrom(openaiChatCodec, request, 'm', { quirks });
    assert.deepEqual(body['messages'], [
      { role: 'assistant', content: null, reasoning_content: 'Hm', tool_calls: calls },
      result,
    ]);
  });

  void it('is made without any credential, whatever the environment has', async () => {
    const { headers } = await interceptedFrom(openaiChatCodec, requestOf(), 'm');
    assert.equal(headers['authorization'], undefined);
  });
});
