import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_QUIRKS } from '../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../src/translate/codec.ts';
import { bedrockConverseCodec } from '../../../src/translate/provider/bedrock-converse.ts';
import { requestOf, interceptedFrom, toolNamed, TOOL_TURN } from '../sdk-requests.ts';

const LATER = '<system-reminder>\nB\n</system-reminder>';
const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OPUS = 'us.anthropic.claude-opus-4-8';
const NOVA = 'amazon.nova-lite-v1:0';
const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
const POINT = { type: 'object' as const, properties: { x: { type: 'number' as const } } };
const JSON_WANTED = 'Answer with one JSON object and nothing else: no words around it, no Markdown.';
const MESSAGES = [{ role: 'user', content: [{ text: 'hi' }] }];
const STOP = { additionalModelResponseFieldPaths: ['/delta/stop_sequence'] };
const CACHED = { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } };
const CACHE_POINT = { cachePoint: { type: 'default', ttl: '1h' } };

function specOf(name: string, schema: object = { type: 'object', properties: {} }): object {
  return { toolSpec: { name, inputSchema: { json: schema } } };
}

const TURN = [
  { role: 'user', content: [{ text: 'Look' }] },
  {
    role: 'assistant',
    content: [
      { text: 'So be it' },
      { toolUse: { toolUseId: 'c1', name: 'look', input: { n: 12_345_678_901_234_567_000 } } },
      { toolUse: { toolUseId: 'c2', name: 'show', input: {} } },
    ],
  },
  {
    role: 'user',
    content: [
      { toolResult: { toolUseId: 'c1', content: [{ text: 'Too dark' }], status: 'error' } },
      {
        toolResult: {
          toolUseId: 'c2',
          content: [{ text: 'Here' }, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }],
        },
      },
    ],
  },
];

interface Case {
  readonly what: string;
  readonly model?: string;
  readonly request: NormalizedRequest;
  readonly body: object;
}

const cases: readonly Case[] = [
  { what: 'a question', model: NOVA, request: requestOf(), body: { messages: MESSAGES } },
  {
    what: 'bounds and sampling, in the model’s fields where Converse has none',
    request: requestOf({ maxOutputTokens: 10, temperature: 0.5, topP: 0.9, topK: 5, stopSequences: ['X'] }),
    body: {
      ...STOP,
      messages: MESSAGES,
      inferenceConfig: { maxTokens: 10, temperature: 0.5, stopSequences: ['X'] },
      additionalModelRequestFields: { top_k: 5 },
    },
  },
  {
    what: 'no fields of Claude’s for other models',
    model: NOVA,
    request: requestOf({ topP: 0.9, temperature: 0.5, topK: 5 }),
    body: { messages: MESSAGES, inferenceConfig: { temperature: 0.5, topP: 0.9 } },
  },
  {
    what: 'a budget within the tokens that the client allows',
    request: requestOf({ maxOutputTokens: 4000, topK: 5 }, { thinkingTokens: 3000 }),
    body: {
      ...STOP,
      messages: MESSAGES,
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 3000 } },
    },
  },
  {
    what: 'an effort for models that decide themselves',
    model: OPUS,
    request: requestOf({ maxOutputTokens: 4000, reasoning: 'minimal', topK: 5 }),
    body: {
      ...STOP,
      messages: MESSAGES,
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: {
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'low' },
      },
    },
  },
  {
    what: 'one call at a time',
    request: requestOf({ tools: [toolNamed('look')] }, { parallelTools: false }),
    body: {
      ...STOP,
      messages: MESSAGES,
      toolConfig: { tools: [specOf('look')] },
      additionalModelRequestFields: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    },
  },
  {
    what: 'no tools where none may be called',
    request: requestOf({ tools: [toolNamed('look')], toolChoice: { type: 'none' } }),
    body: { ...STOP, messages: MESSAGES },
  },
  {
    what: 'tools that were called, though none may be called any more',
    request: requestOf({ prompt: TOOL_TURN, tools: [toolNamed('look')], toolChoice: { type: 'none' } }),
    body: {
      ...STOP,
      messages: TURN,
      toolConfig: { tools: [specOf('look')] },
      additionalModelRequestFields: { tool_choice: { type: 'none' } },
    },
  },
  {
    what: 'tools that were called, though none is declared any more',
    request: requestOf({ prompt: TOOL_TURN }),
    body: {
      ...STOP,
      messages: TURN,
      toolConfig: { tools: [specOf('look'), specOf('show')] },
      additionalModelRequestFields: { tool_choice: { type: 'none' } },
    },
  },
  {
    what: 'the tool that stands for a schema as the choice of Nova where no other may be called',
    model: NOVA,
    request: requestOf({
      prompt: TOOL_TURN,
      responseFormat: { type: 'json', schema: POINT },
    }),
    body: {
      messages: TURN,
      toolConfig: {
        tools: [
          specOf('look'),
          specOf('show'),
          {
            toolSpec: {
              name: 'json',
              description: 'Respond with a JSON object.',
              inputSchema: { json: POINT },
            },
          },
        ],
        toolChoice: { tool: { name: 'json' } },
      },
    },
  },
  {
    what: 'the tool that stands for a schema as the choice of Claude where no other may be called',
    model: HAIKU,
    request: requestOf({
      prompt: TOOL_TURN,
      responseFormat: { type: 'json', schema: POINT },
    }),
    body: {
      ...STOP,
      messages: TURN,
      toolConfig: {
        tools: [
          specOf('look'),
          specOf('show'),
          {
            toolSpec: {
              name: 'json',
              description: 'Respond with a JSON object.',
              inputSchema: { json: POINT },
            },
          },
        ],
        toolChoice: { tool: { name: 'json' } },
      },
    },
  },
  {
    what: 'the tool that stands for a schema as the choice where no tool may be called',
    model: NOVA,
    request: requestOf({
      tools: [toolNamed('look')],
      toolChoice: { type: 'none' },
      responseFormat: { type: 'json', schema: POINT },
    }),
    body: {
      messages: MESSAGES,
      toolConfig: {
        tools: [
          specOf('look'),
          {
            toolSpec: {
              name: 'json',
              description: 'Respond with a JSON object.',
              inputSchema: { json: POINT },
            },
          },
        ],
        toolChoice: { tool: { name: 'json' } },
      },
    },
  },
  {
    what: 'marks of what to cache behind instructions, texts and tools',
    request: requestOf({
      prompt: [
        { role: 'system', content: 'A', providerOptions: CACHED },
        { role: 'user', content: [{ type: 'text', text: 'hi', providerOptions: CACHED }] },
        { role: 'system', content: 'B' },
      ],
      tools: [toolNamed('look', CACHED), toolNamed('show')],
    }),
    body: {
      ...STOP,
      system: [{ text: 'A' }, CACHE_POINT],
      messages: [{ role: 'user', content: [{ text: 'hi' }, CACHE_POINT, { text: LATER }] }],
      toolConfig: { tools: [specOf('look'), CACHE_POINT, specOf('show')] },
    },
  },
  {
    what: 'an instruction for JSON without a schema',
    request: requestOf({ maxOutputTokens: 10, responseFormat: { type: 'json' } }),
    body: {
      ...STOP,
      inferenceConfig: { maxTokens: 10 },
      system: [{ text: JSON_WANTED }],
      messages: MESSAGES,
    },
  },
];

void describe('a request for Bedrock’s Converse', () => {
  for (const { what, model = SONNET, request, body } of cases) {
    void it(`has ${what}`, async () => {
      assert.deepEqual((await interceptedFrom(bedrockConverseCodec, request, model)).body, {
        system: [],
        ...body,
      });
    });
  }

  void it('has thoughts signed under Bedrock’s names, and leaves out those that nobody signed', async () => {
    const content = [
      { type: 'reasoning', text: 'One', providerOptions: { anthropic: { signature: 's' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'cg==' } } },
      { type: 'reasoning', text: 'Two', providerOptions: { amazonBedrock: { signature: 't' } } },
      { type: 'reasoning', text: 'Three' },
      { type: 'text', text: 'So' },
    ] as const;
    const request = requestOf({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: [...content] },
        { role: 'user', content: [{ type: 'text', text: 'And?' }] },
      ],
    });
    const { body } = await interceptedFrom(bedrockConverseCodec, request, SONNET);
    assert.deepEqual(body['messages'], [
      MESSAGES[0],
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'One', signature: 's' } } },
          { reasoningContent: { redactedContent: 'cg==' } },
          { reasoningContent: { reasoningText: { text: 'Two', signature: 't' } } },
          { text: 'So' },
        ],
      },
      { role: 'user', content: [{ text: 'And?' }] },
    ]);
  });

  void it('is refused for a file by its URL', () => {
    const data = { type: 'url', url: new URL('https://pictures.invalid/cat.png') } as const;
    const request = requestOf({
      prompt: [{ role: 'user', content: [{ type: 'file', mediaType: 'image/png', data }] }],
    });
    assert.throws(() => bedrockConverseCodec.toCallOptions(request, SONNET, NO_QUIRKS), {
      name: 'NotExpressible',
      message: /URL/,
    });
  });

  void it('goes to its model, whose id may be an address of slashes', () => {
    const arn = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/x';
    assert.equal(
      bedrockConverseCodec.target(arn, true).path,
      `/model/${encodeURIComponent(arn)}/converse-stream`,
    );
    assert.equal(bedrockConverseCodec.target(NOVA, false).path, '/model/amazon.nova-lite-v1%3A0/converse');
  });
});
