import fc from 'fast-check';
import type { CallOptions } from '../../../../src/translate/codec.ts';

/* Conversations as clients of any dialect may write them, in any order, with all that some vendor refuses. */

type Message = CallOptions['prompt'][number];
type Tool = NonNullable<CallOptions['tools']>[number];

const TEXTS = fc.constantFrom('', ' ', '\n\n', 'Hello', 'Wie heißt du?', '東京 ', '{"a":1}');
const IDS = fc.constantFrom(
  '',
  'c1',
  'c2',
  'call_0',
  'functions.Bash:0',
  'functions_Bash_0',
  'Ab3dE6gH9',
  'a b',
  'x'.repeat(41),
  'x'.repeat(90),
  'toolu_1__sk1_eyJnb29nbGUiOnsidGhvdWdodFNpZ25hdHVyZSI6ImEifX0',
);
const NAMES = fc.constantFrom(
  'look',
  'a.b',
  'a_b',
  'a:b',
  '9lives',
  '天気',
  '天氣',
  'with space',
  '__proto__',
  'constructor',
  'mcp__plugin_compound_engineering_context7__resolve_library_identifier',
  'n'.repeat(64),
  'n'.repeat(65),
  'n'.repeat(130),
  '',
);
const INPUTS = fc.constantFrom<unknown>({}, { a: 1 }, '{"a":1}', '', 'null', '[1]', '{"cut', null, [1], 7);
const SIGNED = fc.constantFrom(
  {},
  { anthropic: { signature: 's' } },
  { anthropic: { redactedData: 'r' } },
  { google: { thoughtSignature: 't' } },
  { amazonBedrock: { signature: 's' } },
);
const MARKED = fc.constantFrom({}, { anthropic: { cacheControl: { type: 'ephemeral' } } });

const textPart = fc.record({ type: fc.constant('text' as const), text: TEXTS, providerOptions: MARKED });
const picture = fc.constant({
  type: 'file' as const,
  mediaType: 'image/png',
  data: { type: 'data' as const, data: 'iVBORw0KGgo=' },
});
const thought = fc.record({ type: fc.constant('reasoning' as const), text: TEXTS, providerOptions: SIGNED });
const call = fc.record({
  type: fc.constant('tool-call' as const),
  toolCallId: IDS,
  toolName: NAMES,
  input: INPUTS,
});
const output = fc.oneof(
  fc.record({ type: fc.constantFrom('text' as const, 'error-text' as const), value: TEXTS }),
  fc.record({
    type: fc.constant('content' as const),
    value: fc.array(fc.oneof(fc.record({ type: fc.constant('text' as const), text: TEXTS }), picture), {
      maxLength: 3,
    }),
  }),
);
const result = fc.record({
  type: fc.constant('tool-result' as const),
  toolCallId: IDS,
  toolName: fc.oneof(NAMES, fc.constant('unknown')),
  output,
});

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constant('system' as const), content: TEXTS, providerOptions: MARKED }),
  fc.record({
    role: fc.constant('user' as const),
    content: fc.array(fc.oneof(textPart, picture), { maxLength: 3 }),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.array(fc.oneof(textPart, thought, call, call), { maxLength: 4 }),
  }),
  fc.record({ role: fc.constant('tool' as const), content: fc.array(result, { maxLength: 3 }) }),
);

export const conversations: fc.Arbitrary<Message[]> = fc.array(message, { maxLength: 10 });

const leaf = fc.constantFrom<unknown>(
  {},
  true,
  false,
  null,
  { type: 'string' },
  { type: 'STRING', nullable: true },
  { type: ['string', 'null'], enum: ['a', null] },
  { type: 'object' },
  { type: 'array' },
  { type: ['array', 'null'] },
  { type: 'array', items: [{ type: 'string' }] },
  { const: true },
  { enum: [] },
  { $ref: '#/$defs/it' },
  { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: null },
  { type: 'any', description: null },
);
const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      type: fc.constantFrom('object', ['object', 'null']),
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')),
      required: fc.constantFrom<unknown>(['a'], ['a', 'a', 'z'], true, null),
    }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ anyOf: fc.array(tie('schema'), { maxLength: 2 }) }),
    fc.record({
      type: fc.constant('object'),
      oneOf: fc.array(
        fc.record({ properties: fc.record({ a: tie('schema') }), required: fc.constant(['a']) }),
      ),
    }),
  ),
}));

const tool: fc.Arbitrary<Tool> = fc
  .record({ name: NAMES, schema, description: fc.option(TEXTS), strict: fc.option(fc.boolean()) })
  .map(({ name, schema: written, description, strict }) => ({
    type: 'function' as const,
    name,
    // Client codecs leave nothing else to be a schema's root.
    inputSchema: typeof written === 'object' && written !== null ? written : {},
    ...(description !== null && { description }),
    ...(strict !== null && { strict }),
  }));

export const tools: fc.Arbitrary<Tool[]> = fc.array(tool, { maxLength: 4 });
