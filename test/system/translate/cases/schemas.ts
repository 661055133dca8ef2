import {
  assistant,
  chatCall,
  chatTool,
  geminiTools,
  messagesTool,
  responsesTool,
  toolResult,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import { NOT_CHAT, NOT_GEMINI, NOT_MESSAGES, NOT_RESPONSES } from './vendors.ts';

/** Schemas of a tool's parameters that not every provider takes. */
export const PARAMETERS: Readonly<Record<string, object>> = {
  'an object without properties': { type: 'object' },
  nothing: {},
  'properties without a type': { properties: { a: { type: 'string' } } },
  'a list without items': { type: 'object', properties: { a: { type: 'array' } } },
  'a list of lists without items': {
    type: 'object',
    properties: { a: { type: 'array', items: { type: 'array' } } },
  },
  'a property without a type': { type: 'object', properties: { a: { description: 'anything' }, b: {} } },
  'an object in it without properties': { type: 'object', properties: { a: { type: 'object' } } },
  'a list of types': {
    type: ['object', 'null'],
    properties: { a: { type: ['string', 'null'] }, b: { type: ['integer', 'string', 'null'] } },
  },
  alternatives: {
    anyOf: [
      { type: 'object', properties: { a: { type: 'string' } } },
      { type: 'object', properties: { b: { type: 'string' } } },
    ],
  },
  'alternatives beside properties': {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  'one of several and all of several': {
    type: 'object',
    properties: {
      a: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      b: { allOf: [{ type: 'string' }, { minLength: 1 }] },
      c: { not: { type: 'null' } },
    },
  },
  references: {
    type: 'object',
    properties: { a: { $ref: '#/$defs/city' }, b: { $ref: '#/definitions/land' } },
    $defs: { city: { type: 'string' } },
    definitions: { land: { type: 'object', properties: { name: { type: 'string' } } } },
  },
  'a reference to itself': {
    type: 'object',
    properties: { next: { $ref: '#' }, child: { $ref: '#/$defs/node' } },
    $defs: { node: { type: 'object', properties: { child: { $ref: '#/$defs/node' } } } },
  },
  'conditions and patterns': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      a: { type: 'string', pattern: '^[a-z]+$', format: 'hostname' },
      b: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2 },
      c: {
        type: 'array',
        prefixItems: [{ type: 'string' }],
        uniqueItems: true,
        contains: { type: 'string' },
      },
    },
    patternProperties: { '^x-': { type: 'string' } },
    propertyNames: { pattern: '^[a-z]' },
    additionalProperties: { type: 'string' },
    $comment: 'c',
    if: { properties: { a: { const: 'x' } } },
    else: { required: ['b'] },
  },
  'booleans for schemas': {
    type: 'object',
    properties: { a: true, b: { type: 'array', items: true }, c: { type: 'array', items: {} } },
    additionalProperties: true,
  },
  'choices of several types': {
    type: 'object',
    properties: {
      a: { enum: ['', 'x', null, 1] },
      b: { type: 'integer', enum: [1, 2] },
      c: { const: 'x' },
      d: { type: 'string', enum: [] },
      e: { const: 3 },
    },
  },
  'a requirement of what is not there': {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a', 'b'],
  },
  'an empty requirement, and defaults': {
    type: 'object',
    properties: { a: { type: 'string', default: null, examples: ['x'], title: 'A', readOnly: true } },
    required: [],
    title: 'Parameters',
    default: {},
  },
  'words in Gemini’s capitals': { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
  'names of properties with signs': {
    type: 'object',
    // Claude takes no other signs in them, and nothing else would be the same tool.
    properties: { 'a.b': { type: 'string' }, 'c-d': { type: 'string' } },
    required: ['a.b'],
  },
  'a list at its root': { type: 'array', items: { type: 'string' } },
  'a text at its root': { type: 'string' },
  'a tuple of items': {
    type: 'object',
    properties: { a: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] } },
  },
  'alternatives that hold null': {
    type: 'object',
    properties: {
      a: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
      b: { type: 'null' },
      c: { anyOf: [{ type: 'array' }, { type: 'null' }] },
    },
  },
};

/** What a model may have written instead of an object of arguments. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  nothing: '',
  'a text': '"Oslo"',
  'a list': '["Oslo"]',
  null: 'null',
  'a number': '7',
  'an object that was cut off': '{"city":"Os',
  'no JSON': 'Oslo, please',
  'an object twice': '{"city":"Oslo"}{"city":"Oslo"}',
};

/** Schemas, and arguments, in forms that not every provider takes. */
export const SCHEMAS: readonly TranslationCase[] = [
  ...Object.entries(PARAMETERS).flatMap(([what, schema]): TranslationCase[] => [
    {
      name: `parameters are ${what}`,
      client: 'chat',
      models: NOT_CHAT,
      body: { tools: [chatTool('get_city', schema)], messages: [user('a')] },
      sent: [/get_city/u],
    },
    {
      name: `parameters are ${what}`,
      client: 'messages',
      models: NOT_MESSAGES,
      body: { max_tokens: 100, tools: [messagesTool('get_city', schema)], messages: [user('a')] },
      sent: [/get_city/u],
    },
    {
      name: `parameters are ${what}`,
      client: 'responses',
      models: NOT_RESPONSES,
      body: { tools: [responsesTool('get_city', schema)], input: 'a' },
      sent: [/get_city/u],
    },
    {
      name: `parameters are ${what}`,
      client: 'gemini',
      models: NOT_GEMINI,
      body: {
        ...geminiTools({ name: 'get_city', description: 'd', parametersJsonSchema: schema }),
        contents: [turn('user', { text: 'a' })],
      },
      sent: [/get_city/u],
    },
  ]),
  {
    name: 'parameters are null, absent, and strict without all that strict wants',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [
        { type: 'function', function: { name: 'first', parameters: null } },
        { type: 'function', function: { name: 'second' } },
        {
          type: 'function',
          function: {
            name: 'third',
            strict: true,
            parameters: { type: 'object', properties: { a: { type: 'string' } } },
          },
        },
      ],
      messages: [user('a')],
    },
    sent: [/first/u, /second/u, /third/u],
  },
  {
    name: 'parameters are absent, and a description too',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [
        { type: 'function', name: 'first', parameters: null, strict: null },
        { type: 'function', name: 'second' },
      ],
      input: 'a',
    },
    sent: [/first/u, /second/u],
  },
  {
    name: 'a description is blank',
    client: 'messages',
    models: NOT_MESSAGES,
    body: {
      max_tokens: 100,
      tools: [{ name: 'get_city', description: '', input_schema: { type: 'object', properties: {} } }],
      messages: [user('a')],
    },
  },
  {
    name: 'parameters are in Google’s own words',
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...geminiTools({
        name: 'get_city',
        description: 'd',
        parameters: {
          type: 'OBJECT',
          properties: {
            a: { type: 'STRING', nullable: true, format: 'enum', enum: ['x', 'y'] },
            b: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int64' }, minItems: '1' },
            c: { type: 'OBJECT' },
            d: { type: 'ARRAY' },
            e: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
            f: { type: 'TYPE_UNSPECIFIED' },
          },
          propertyOrdering: ['b', 'a'],
        },
      }),
      contents: [turn('user', { text: 'a' })],
    },
    sent: [/get_city/u],
  },
  ...Object.entries(ARGUMENTS).flatMap(([what, written]): TranslationCase[] => [
    {
      name: `arguments are ${what}`,
      client: 'chat',
      models: NOT_CHAT,
      body: {
        tools: [chatTool('get_city')],
        messages: [
          user('a'),
          assistant(null, chatCall('call_1', 'get_city', written)),
          toolResult('call_1', 'snow'),
        ],
      },
      sent: [/snow/u],
    },
    {
      name: `arguments are ${what}`,
      client: 'responses',
      models: NOT_RESPONSES,
      body: {
        tools: [responsesTool('get_city')],
        input: [
          { role: 'user', content: 'a' },
          { type: 'function_call', call_id: 'call_1', name: 'get_city', arguments: written },
          { type: 'function_call_output', call_id: 'call_1', output: 'snow' },
        ],
      },
      sent: [/snow/u],
    },
  ]),
  {
    name: 'results are JSON of every kind',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool('get_city')],
      messages: [
        user('a'),
        assistant(null, ...['1', '2', '3', '4'].map((id) => chatCall(`call_${id}`, 'get_city'))),
        toolResult('call_1', '["snow"]'),
        toolResult('call_2', 'null'),
        toolResult('call_3', '{"a":{"b":[1]}}'),
        toolResult('call_4', '7'),
      ],
    },
  },
  {
    name: 'a response is a list, a text, and has members beside its output',
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...geminiTools({ name: 'get_city', description: 'd' }),
      contents: [
        turn('user', { text: 'a' }),
        turn(
          'model',
          { functionCall: { name: 'get_city' } },
          { functionCall: { name: 'get_city', args: {} } },
          { functionCall: { name: 'get_city', args: {} } },
        ),
        turn(
          'user',
          { functionResponse: { name: 'get_city', response: { result: ['snow', 1] } } },
          { functionResponse: { name: 'get_city', response: { error: 'sun' } } },
          { functionResponse: { name: 'get_city', response: { output: { deep: [1] }, more: true } } },
        ),
      ],
    },
    sent: [/snow/u, /sun/u],
  },
];
