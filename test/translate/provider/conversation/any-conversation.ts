import {
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  letrec,
  oneof,
  option,
  record,
} from '../../../support/property.ts';
import type { Arbitrary } from '../../../support/property.ts';
import type { CallOptions } from '../../../../src/translate/codec.ts';

/* Conversations as clients of any dialect may write them, in any order, with all that some vendor refuses. */

type Message = CallOptions['prompt'][number];
type Tool = NonNullable<CallOptions['tools']>[number];

const TEXTS = constantFrom('', ' ', '\n\n', 'Hello', 'Wie heißt du?', '東京 ', '{"a":1}');
const IDS = constantFrom(
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
const NAMES = constantFrom(
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
const INPUTS = constantFrom<unknown>({}, { a: 1 }, '{"a":1}', '', 'null', '[1]', '{"cut', null, [1], 7);
const SIGNED = constantFrom(
  {},
  { anthropic: { signature: 's' } },
  { anthropic: { redactedData: 'r' } },
  { google: { thoughtSignature: 't' } },
  { amazonBedrock: { signature: 's' } },
);
const MARKED = constantFrom({}, { anthropic: { cacheControl: { type: 'ephemeral' } } });

const textPart = record({ type: constant('text' as const), text: TEXTS, providerOptions: MARKED });
const picture = constant({
  type: 'file' as const,
  mediaType: 'image/png',
  data: { type: 'data' as const, data: 'iVBORw0KGgo=' },
});
const thought = record({ type: constant('reasoning' as const), text: TEXTS, providerOptions: SIGNED });
const call = record({
  type: constant('tool-call' as const),
  toolCallId: IDS,
  toolName: NAMES,
  input: INPUTS,
});
const output = oneof(
  record({ type: constantFrom('text' as const, 'error-text' as const), value: TEXTS }),
  record({
    type: constant('content' as const),
    value: array(oneof(record({ type: constant('text' as const), text: TEXTS }), picture), {
      maxLength: 3,
    }),
  }),
);
const result = record({
  type: constant('tool-result' as const),
  toolCallId: IDS,
  toolName: oneof(NAMES, constant('unknown')),
  output,
});

const message: Arbitrary<Message> = oneof(
  record({ role: constant('system' as const), content: TEXTS, providerOptions: MARKED }),
  record({
    role: constant('user' as const),
    content: array(oneof(textPart, picture), { maxLength: 3 }),
  }),
  record({
    role: constant('assistant' as const),
    content: array(oneof(textPart, thought, call, call), { maxLength: 4 }),
  }),
  record({ role: constant('tool' as const), content: array(result, { maxLength: 3 }) }),
);

export const conversations: Arbitrary<Message[]> = array(message, { maxLength: 10 });

const leaf = constantFrom<unknown>(
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
const { schema } = letrec((tie) => ({
  schema: oneof(
    { maxDepth: 3 },
    leaf,
    record({
      type: constantFrom('object', ['object', 'null']),
      properties: dictionary(constantFrom('a', 'b', 'c'), tie('schema')),
      required: constantFrom<unknown>(['a'], ['a', 'a', 'z'], true, null),
    }),
    record({ type: constant('array'), items: tie('schema') }),
    record({ anyOf: array(tie('schema'), { maxLength: 2 }) }),
    record({
      type: constant('object'),
      oneOf: array(record({ properties: record({ a: tie('schema') }), required: constant(['a']) })),
    }),
  ),
}));

const tool: Arbitrary<Tool> = record({
  name: NAMES,
  schema,
  description: option(TEXTS),
  strict: option(boolean()),
}).map(({ name, schema: written, description, strict }) => ({
  type: 'function' as const,
  name,
  // Client codecs leave nothing else to be a schema's root.
  inputSchema: typeof written === 'object' && written !== null ? written : {},
  ...(description !== null && { description }),
  ...(strict !== null && { strict }),
}));

export const tools: Arbitrary<Tool[]> = array(tool, { maxLength: 4 });
