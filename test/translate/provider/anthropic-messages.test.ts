import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NormalizedRequest } from '../../../src/translate/codec.ts';
import { anthropicMessagesCodec } from '../../../src/translate/provider/anthropic-messages.ts';
import { requestOf, interceptedFrom, toolNamed, TOOL_TURN } from '../sdk-requests.ts';

const SONNET = 'claude-sonnet-4-5';
const OPUS = 'claude-opus-4-8';
const JSON_WANTED = 'Answer with one JSON object and nothing else: no words around it, no Markdown.';
const MESSAGES = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
const LATER = '<system-reminder>\nB\n</system-reminder>';
const LOOK = { name: 'look', input_schema: { type: 'object', properties: {} } };

interface Case {
  readonly what: string;
  readonly model?: string;
  readonly request: NormalizedRequest;
  readonly stream?: boolean;
  /** Beside the model. */
  readonly body: object;
}

const cases: readonly Case[] = [
  {
    what: 'the most tokens of a model where the client names none',
    request: requestOf(),
    body: { max_tokens: 64_000, messages: MESSAGES },
  },
  {
    what: 'enough tokens for a long answer of a model that is not known',
    model: 'somebody-elses',
    request: requestOf(),
    body: { max_tokens: 32_000, messages: MESSAGES },
  },
  {
    what: 'bounds and sampling: of two that exclude each other the temperature, and no more than there is',
    request: requestOf({
      maxOutputTokens: 10,
      temperature: 1.5,
      topP: 0.9,
      topK: 5,
      stopSequences: ['X'],
      seed: 1,
    }),
    body: { max_tokens: 10, temperature: 1, top_k: 5, stop_sequences: ['X'], messages: MESSAGES },
  },
  {
    what: 'no sampling for models that refuse it',
    model: OPUS,
    request: requestOf({ maxOutputTokens: 10, temperature: 1, topP: 0.9, topK: 5 }),
    body: { max_tokens: 10, messages: MESSAGES },
  },
  {
    what: 'a budget within the tokens that the client allows, of which half are for an answer',
    request: requestOf({ maxOutputTokens: 4000, reasoning: 'high' }),
    body: { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 }, messages: MESSAGES },
  },
  {
    what: 'the budget that the client names',
    request: requestOf({ maxOutputTokens: 4000 }, { thinkingTokens: 3000 }),
    body: { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 3000 }, messages: MESSAGES },
  },
  {
    what: 'no thinking in too few tokens for any',
    request: requestOf({ maxOutputTokens: 1000, reasoning: 'high' }),
    body: { max_tokens: 1000, thinking: { type: 'disabled' }, messages: MESSAGES },
  },
  {
    what: 'no thinking where a tool is forced',
    request: requestOf(
      {
        maxOutputTokens: 4000,
        reasoning: 'high',
        tools: [toolNamed('look')],
        toolChoice: { type: 'required' },
      },
      { parallelTools: false, user: 'u' },
    ),
    stream: true,
    body: {
      max_tokens: 4000,
      thinking: { type: 'disabled' },
      metadata: { user_id: 'u' },
      tools: [LOOK],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: MESSAGES,
      stream: true,
    },
  },
  {
    what: 'an effort for models that decide themselves',
    model: OPUS,
    request: requestOf({ maxOutputTokens: 4000 }, { thinkingTokens: 10_000 }),
    body: {
      max_tokens: 4000,
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'high' },
      messages: MESSAGES,
    },
  },
  {
    what: 'thinking that is not shown where the client does not want to see it',
    model: OPUS,
    request: requestOf({ maxOutputTokens: 4000, reasoning: 'minimal' }, { showThinking: false }),
    body: {
      max_tokens: 4000,
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'low' },
      messages: MESSAGES,
    },
  },
  {
    what: 'nothing of thinking for models that cannot',
    model: 'claude-3-haiku-20240307',
    request: requestOf({ maxOutputTokens: 4000, reasoning: 'high' }),
    body: { max_tokens: 4000, messages: MESSAGES },
  },
  {
    what: 'instructions at the beginning with their marks, and later ones at their place',
    request: requestOf({
      maxOutputTokens: 10,
      prompt: [
        {
          role: 'system',
          content: 'A',
          providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
        },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'system', content: 'B' },
      ],
    }),
    body: {
      max_tokens: 10,
      system: [{ type: 'text', text: 'A', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hi' },
            { type: 'text', text: LATER },
          ],
        },
      ],
    },
  },
  {
    what: 'instructions that stand alone as the user’s message',
    request: requestOf({ maxOutputTokens: 10, prompt: [{ role: 'system', content: 'hi' }] }),
    body: { max_tokens: 10, messages: MESSAGES },
  },
  {
    what: 'answers of tools in one message, and no thinking where the client lost the thought before the calls',
    request: requestOf({ prompt: TOOL_TURN, maxOutputTokens: 4000, reasoning: 'low' }),
    body: {
      max_tokens: 4000,
      thinking: { type: 'disabled' },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Look' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'So be it' },
            { type: 'tool_use', id: 'c1', name: 'look', input: { n: 12_345_678_901_234_567_000 } },
            { type: 'tool_use', id: 'c2', name: 'show', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'Too dark', is_error: true },
            {
              type: 'tool_result',
              tool_use_id: 'c2',
              content: [
                { type: 'text', text: 'Here' },
                {
                  type: 'image',
                  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
                },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    what: 'an instruction for JSON without a schema',
    request: requestOf({ maxOutputTokens: 10, responseFormat: { type: 'json' } }),
    body: {
      max_tokens: 10,
      system: [{ type: 'text', text: JSON_WANTED }],
      messages: MESSAGES,
    },
  },
];

void describe('a request for Anthropic’s messages', () => {
  for (const { what, model = SONNET, request, body, ...how } of cases) {
    void it(`has ${what}`, async () => {
      const intercepted = await interceptedFrom(anthropicMessagesCodec, request, model, how);
      assert.deepEqual(intercepted.body, { model, ...body });
    });
  }

  void it('goes on thinking behind calls whose thought came back signed', async () => {
    const prompt = TOOL_TURN.map((message) =>
      message.role === 'assistant'
        ? {
            ...message,
            content: [
              {
                type: 'reasoning' as const,
                text: 'Hm',
                providerOptions: { anthropic: { signature: 's' } },
              },
              ...message.content,
            ],
          }
        : message,
    );
    const request = requestOf({ prompt, maxOutputTokens: 4000 }, { thinkingTokens: 2000 });
    const { body } = await interceptedFrom(anthropicMessagesCodec, request, SONNET);
    assert.deepEqual(body['thinking'], { type: 'enabled', budget_tokens: 2000 });
    assert.match(JSON.stringify(body['messages']), /"type":"thinking","thinking":"Hm","signature":"s"/);
  });
});
