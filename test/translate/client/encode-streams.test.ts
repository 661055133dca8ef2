import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from '../../support/property.ts';
import OpenAI from 'openai';
import * as z from 'zod';
import type { ResponseContext, ClientCodec, StreamPart } from '../../../src/translate/codec.ts';
import { chatClientCodec, responsesClientCodec } from '../../../src/translate/client/codecs.ts';
import { answers, contextOf, dataOf, framesOf } from './any-response.ts';

const MESSAGES = [{ role: 'user' as const, content: 'hi' }];

const message = z.object({
  content: z.string().nullable(),
  reasoning_content: z.string().optional(),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .optional(),
});
const completion = z.object({
  choices: z.tuple([z.object({ message, finish_reason: z.string() })]),
  usage: z.unknown(),
});

/** OpenAI's SDK before an answer that is all there. */
function sdkBefore(frames: readonly string[]): OpenAI {
  const body = frames.map((frame) => `${frame}\n\n`).join('');
  const headers = { 'content-type': 'text/event-stream' };
  return new OpenAI({ apiKey: 'k', fetch: async () => new Response(body, { headers }) });
}

/** What of a chat has to be the same whole and streamed. */
function chatOf(value: unknown) {
  const { choices, usage } = completion.parse(JSON.parse(JSON.stringify(value)));
  const { content, reasoning_content: thinking = '', tool_calls: calls = [] } = choices[0].message;
  return {
    text: content ?? '',
    thinking,
    calls: calls
      .map(({ id, function: called }) => ({ id, ...called }))
      .toSorted((a, b) => a.id.localeCompare(b.id)),
    reason: choices[0].finish_reason,
    usage,
  };
}

const item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), content: z.tuple([z.object({ text: z.string() })]) }),
  z.object({ type: z.literal('reasoning'), summary: z.array(z.object({ text: z.string() })) }),
  z.object({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
]);
const response = z.object({ output: z.array(item), status: z.string(), usage: z.unknown() });

/** The same of a response. */
function responseOf(value: unknown) {
  const { output, status, usage } = response.parse(JSON.parse(JSON.stringify(value)));
  const calls = output.flatMap((each) => (each.type === 'function_call' ? [each] : []));
  return {
    text: output.flatMap((each) => (each.type === 'message' ? [each.content[0].text] : [])).join(''),
    thinking: output
      .flatMap((each) => (each.type === 'reasoning' ? each.summary : []))
      .map(({ text }) => text)
      .join(''),
    calls: calls.toSorted((a, b) => a.call_id.localeCompare(b.call_id)),
    status,
    usage,
  };
}

const event = z.looseObject({
  type: z.string(),
  sequence_number: z.number(),
  output_index: z.number().optional(),
  item: z.unknown().optional(),
  response: z.looseObject({ output: z.array(z.unknown()) }).optional(),
});

/** The events of a response, each named as its frame. */
function eventsOf(parts: readonly StreamPart[], context: ResponseContext): z.infer<typeof event>[] {
  return framesOf(responsesClientCodec, parts, context).map((frame) => {
    const encoded = event.parse(JSON.parse(dataOf(frame)));
    assert.ok(frame.startsWith(`event: ${encoded.type}\ndata: `), frame);
    return encoded;
  });
}

void suite('in whatever order the parts of an answer come', () => {
  void test('chats streamed are what they are whole, to OpenAI’s SDK', async () => {
    const context = contextOf({ stream_options: { include_usage: true } });
    await fc.assert(
      fc.asyncProperty(answers, async ({ parts, result }) => {
        const stream = sdkBefore(framesOf(chatClientCodec, parts, context)).chat.completions.stream({
          model: 'm',
          messages: MESSAGES,
          stream_options: { include_usage: true },
        });
        // Of fields that are not OpenAI's own the SDK keeps the first piece alone.
        let thinking = '';
        for await (const { choices } of stream) {
          const encoded: unknown = Reflect.get(choices[0]?.delta ?? {}, 'reasoning_content');
          if (typeof encoded === 'string') thinking += encoded;
        }
        const encoded = chatOf(await stream.finalChatCompletion());
        assert.deepEqual({ ...encoded, thinking }, chatOf(chatClientCodec.encodeResponse(result, context)));
      }),
      { numRuns: 60 },
    );
  });

  void test('responses streamed are what they are whole, to OpenAI’s SDK', async () => {
    const context = contextOf();
    await fc.assert(
      fc.asyncProperty(answers, async ({ parts, result }) => {
        const stream = sdkBefore(framesOf(responsesClientCodec, parts, context)).responses.stream({
          model: 'm',
          input: 'hi',
        });
        const final = await stream.finalResponse();
        assert.deepEqual(responseOf(final), responseOf(responsesClientCodec.encodeResponse(result, context)));
        assert.equal(final.output_text, responseOf(final).text);
      }),
      { numRuns: 60 },
    );
  });

  void test('items of responses begin one after another, end all, and are those of the response', () => {
    fc.assert(
      fc.property(answers, ({ parts }) => {
        const events = eventsOf(parts, contextOf());
        assert.deepEqual(
          events.map((each) => each.sequence_number),
          events.map((_, at) => at),
        );
        const of = (type: string) => events.filter((each) => each.type === `response.output_item.${type}`);
        const added = of('added').map((each) => each.output_index);
        assert.deepEqual(
          added,
          added.map((_, at) => at),
        );
        const done = of('done').toSorted((a, b) => (a.output_index ?? 0) - (b.output_index ?? 0));
        assert.equal(events.at(-1)?.type, 'response.completed');
        assert.deepEqual(
          events.at(-1)?.response?.output,
          done.map((each) => each.item),
        );
        assert.equal(done.length, added.length);
      }),
    );
  });
});

void suite('whatever JSON a client sends', () => {
  const readers: readonly (readonly [name: string, codec: ClientCodec, list: string])[] = [
    ['chats', chatClientCodec, 'messages'],
    ['responses', responsesClientCodec, 'input'],
  ];
  for (const [name, codec, list] of readers) {
    void test(`${name} are decoded, or refused with a reason`, () => {
      const words = fc.constantFrom(
        'user',
        'assistant',
        'tool',
        'system',
        'message',
        'reasoning',
        'function_call',
        'function_call_output',
        'text',
        'input_text',
        'image_url',
        'input_image',
        'file',
        'data:,%',
      );
      const names = fc.constantFrom(
        'role',
        'type',
        'content',
        'text',
        'image_url',
        'url',
        'file',
        'file_data',
        'tool_calls',
        'function',
        'name',
        'arguments',
        'output',
        'call_id',
        'summary',
        // An object may have `toJSON` and `toString` of any type.
        'toString',
      );
      const { value } = fc.letrec<{ value: unknown }>((tie) => ({
        value: fc.oneof(
          { maxDepth: 4 },
          words,
          fc.jsonValue({ maxDepth: 1 }),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
        ),
      }));
      const items = fc.array(fc.dictionary(names, value, { noNullPrototype: true }), { maxLength: 3 });
      fc.assert(
        fc.property(items, value, value, (each, tools, choice) => {
          try {
            codec.decodeRequest({
              [list]: each,
              tools,
              tool_choice: choice,
              response_format: choice,
              text: choice,
            });
          } catch (error) {
            assert.equal(error instanceof Error && error.name, 'NotExpressible', String(error));
          }
        }),
        { numRuns: 500 },
      );
    });
  }
});
