import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asObject } from '../../../../src/base/json.ts';
import type { Json } from '../../../../src/base/json.ts';
import {
  anthropicRules,
  bedrockRules,
  geminiRules,
  openaiRules,
} from '../../../../src/translate/provider/conversation/conversation-rules.ts';
import type { ConversationRules } from '../../../../src/translate/provider/conversation/conversation-rules.ts';
import { canBeStrict } from '../../../../src/translate/provider/conversation/strict-schema.ts';
import { schemaFor } from '../../../../src/translate/provider/conversation/tool-schemas.ts';

const ALL = { openai: openaiRules, anthropic: anthropicRules, gemini: geminiRules, bedrock: bedrockRules };
const TEXT = { type: 'string' };

interface Case {
  readonly what: string;
  readonly schema: unknown;
  readonly becomes: object;
  /** Absent: all. */
  readonly families?: readonly (keyof typeof ALL)[];
}

const RIGHT = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  description: 'd',
  properties: {
    a: { type: ['string', 'null'], default: null, format: 'uri' },
    b: { type: 'array', items: { $ref: '#/$defs/c' }, minItems: 1 },
    c: { anyOf: [TEXT, { type: 'integer' }], examples: [1] },
    required: { type: 'object', properties: { type: TEXT }, additionalProperties: false },
  },
  required: ['a'],
  $defs: { c: { type: 'string', enum: ['x', 'y'] } },
  additionalProperties: false,
};

const cases: readonly Case[] = [
  { what: 'what is right', schema: RIGHT, becomes: RIGHT },
  { what: 'an empty schema', schema: {}, becomes: { type: 'object', properties: {} } },
  { what: 'no schema', schema: null, becomes: { type: 'object', properties: {} } },
  {
    what: 'an object without properties',
    schema: { type: 'object' },
    becomes: { type: 'object', properties: {} },
  },
  {
    what: 'properties without a type',
    schema: { properties: { a: TEXT } },
    becomes: { type: 'object', properties: { a: TEXT } },
  },
  {
    what: 'an object or null',
    schema: { type: ['object', 'null'], properties: { a: TEXT } },
    becomes: { type: 'object', properties: { a: TEXT } },
  },
  {
    what: 'a list at the root',
    schema: { type: 'array', items: { $ref: '#/$defs/a' }, $defs: { a: TEXT } },
    becomes: {
      type: 'object',
      properties: { value: { type: 'array', items: { $ref: '#/$defs/a' } } },
      required: ['value'],
      $defs: { a: TEXT },
    },
  },
  {
    what: 'a reference at the root',
    schema: { $ref: '#/$defs/a', $defs: { a: { type: 'object', properties: { b: TEXT } } } },
    becomes: {
      type: 'object',
      properties: { b: TEXT },
      $defs: { a: { type: 'object', properties: { b: TEXT } } },
    },
    families: ['anthropic', 'gemini', 'bedrock'],
  },
  {
    what: 'alternatives at the root',
    schema: {
      type: 'object',
      description: 'D.',
      properties: { a: TEXT },
      required: ['a'],
      anyOf: [
        { properties: { b: TEXT, c: TEXT }, required: ['b', 'c'] },
        { properties: { c: { type: 'integer' } }, required: ['c'] },
      ],
    },
    becomes: {
      type: 'object',
      description: 'D. Give the fields of one of these: [b, c] or [c].',
      properties: { a: TEXT, b: TEXT, c: { anyOf: [TEXT, { type: 'integer' }] } },
      required: ['a', 'c'],
    },
    families: ['openai', 'anthropic', 'bedrock'],
  },
  {
    what: 'parts at the root',
    schema: {
      allOf: [{ properties: { a: TEXT }, required: ['a'] }, { $ref: '#/$defs/b' }],
      $defs: { b: { properties: { b: TEXT } } },
    },
    becomes: {
      type: 'object',
      properties: { a: TEXT, b: TEXT },
      required: ['a'],
      $defs: { b: { properties: { b: TEXT } } },
    },
    families: ['openai', 'anthropic', 'bedrock'],
  },
  {
    what: 'a list without items, deep inside',
    schema: { type: 'object', properties: { a: { type: 'array', items: { type: ['array', 'null'] } } } },
    becomes: {
      type: 'object',
      properties: { a: { type: 'array', items: { type: ['array', 'null'], items: {} } } },
    },
  },
  {
    what: 'an object without properties, deep inside, for OpenAI',
    schema: { type: 'object', properties: { a: { type: 'object' } } },
    becomes: { type: 'object', properties: { a: { type: 'object', properties: {} } } },
    families: ['openai'],
  },
  {
    what: 'schemas that are true, false or null',
    schema: { type: 'object', properties: { a: true, b: false, c: null, d: { anyOf: [false, true] } } },
    becomes: { type: 'object', properties: { a: {}, c: {}, d: { anyOf: [{ not: {} }, {}] } } },
  },
  {
    what: 'keywords that are null, empty, or of another type',
    schema: {
      type: 'object',
      properties: { a: { type: 'any', enum: [], anyOf: [], description: null } },
      required: null,
    },
    becomes: { type: 'object', properties: { a: {} } },
  },
  {
    what: 'the empty objects of PHP',
    schema: { type: 'object', properties: [] },
    becomes: { type: 'object', properties: {} },
  },
  {
    what: 'types in other letters',
    schema: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    becomes: { type: 'object', properties: { a: TEXT } },
  },
  {
    what: 'words of older drafts',
    schema: {
      type: 'object',
      properties: {
        a: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
        b: { type: 'array', items: [TEXT], additionalItems: TEXT },
        c: { type: 'string', required: true },
      },
      required: ['b', 'b'],
    },
    becomes: {
      type: 'object',
      properties: {
        a: { type: 'number', exclusiveMinimum: 0, maximum: 9 },
        b: { type: 'array', prefixItems: [TEXT], items: TEXT },
        c: TEXT,
      },
      required: ['b', 'c'],
    },
  },
  {
    what: 'values that Gemini has no words for',
    schema: {
      type: 'object',
      properties: {
        a: { type: 'string', const: 'x' },
        b: { type: ['string', 'null'], enum: ['x', null] },
        c: { type: 'boolean', enum: [true], description: 'D.' },
        d: { type: 'integer', enum: [1, 2] },
      },
      required: ['a', 'z'],
    },
    becomes: {
      type: 'object',
      properties: {
        a: { type: 'string', enum: ['x'] },
        b: { type: ['string', 'null'], enum: ['x'] },
        c: { type: 'boolean', description: 'D. One of: true.' },
        d: { type: 'integer', enum: [1, 2] },
      },
      required: ['a'],
    },
    families: ['gemini'],
  },
];

void suite('the schema of a tool', () => {
  for (const { what, schema, becomes, families } of cases) {
    for (const [family, rules] of Object.entries(ALL)) {
      if (families?.some((each) => each === family) === false) continue;
      void test(`is an object for ${family}: ${what}`, () => {
        assert.deepEqual(schemaFor(schema, rules.schemas), becomes);
      });
    }
  }

  void test('may be so deep that nobody would take it', () => {
    for (const rules of Object.values(ALL)) {
      const schema = nested(50_000);
      const fitted = schemaFor(schema, rules.schemas);
      assert.equal(fitted.type, 'object');
      assert.equal(canBeStrict(fitted, rules.schemas.strict), false);
    }
  });
});

function nested(depth: number): Json {
  let schema: Json = { type: 'array' };
  for (let at = 0; at < depth; at += 1) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

void suite('a model is held to a schema', () => {
  const closed = { type: 'object', properties: { a: TEXT, b: TEXT }, additionalProperties: false };
  const tree = {
    ...closed,
    properties: { a: TEXT, b: { $ref: '#/$defs/branch' } },
    $defs: {
      branch: { type: 'array', items: { $ref: '#/$defs/leaf' } },
      leaf: { anyOf: [TEXT, { $ref: '#/$defs/branch' }] },
    },
  };
  const strictCases: readonly [string, object, ConversationRules, boolean][] = [
    ['that is closed and requires all, by OpenAI', { ...closed, required: ['a', 'b'] }, openaiRules, true],
    ['that requires some, not by OpenAI', { ...closed, required: ['a'] }, openaiRules, false],
    ['that requires some, by Anthropic', { ...closed, required: ['a'] }, anthropicRules, true],
    ['that is open, by nobody', { ...closed, additionalProperties: true }, anthropicRules, false],
    [
      'with an open one inside, by nobody',
      {
        ...closed,
        properties: { a: { type: 'array', items: { type: 'object', properties: {} } } },
        required: ['a'],
      },
      openaiRules,
      false,
    ],
    [
      'of which a part says nothing, not by OpenAI',
      { ...closed, properties: { a: {} }, required: ['a'] },
      openaiRules,
      false,
    ],
    [
      'with bounds, not by Anthropic',
      { ...closed, properties: { a: { type: 'integer', minimum: 1 } } },
      anthropicRules,
      false,
    ],
    ['that refers to itself, by OpenAI', { ...tree, required: ['a', 'b'] }, openaiRules, true],
    ['that refers to itself, not by Anthropic', tree, anthropicRules, false],
    ['that refers to itself, not by Bedrock', tree, bedrockRules, false],
    [
      'that is a part of itself, not by Anthropic',
      { ...closed, properties: { a: { $ref: '#' } } },
      anthropicRules,
      false,
    ],
    [
      'of which two parts refer to one, by Anthropic',
      {
        ...closed,
        properties: { a: { $ref: '#/$defs/list' }, b: { $ref: '#/$defs/text' } },
        $defs: { text: TEXT, list: { type: 'array', items: { $ref: '#/$defs/text' } } },
      },
      anthropicRules,
      true,
    ],
    [
      'that refers to one of a list, by Anthropic',
      { ...closed, properties: { a: { anyOf: [TEXT] }, b: { $ref: '#/properties/a/anyOf/0' } } },
      anthropicRules,
      true,
    ],
    [
      'that refers to nothing in it, by nobody',
      { ...closed, properties: { a: { $ref: 'https://schemas.invalid/a' } }, required: ['a'] },
      openaiRules,
      false,
    ],
  ];
  for (const [what, schema, rules, expected] of strictCases) {
    void test(what, () => {
      const fitted = schemaFor(schema, rules.schemas);
      assert.ok(asObject(fitted) !== undefined);
      assert.equal(canBeStrict(fitted, rules.schemas.strict), expected);
    });
  }
});

void test('a schema that is right leaves with its keywords in their order', () => {
  for (const { schemas } of Object.values(ALL)) {
    const schema = {
      description: 'd',
      properties: { a: { minimum: 1, maximum: 2, type: 'integer' }, b: { enum: ['x', 'y'], type: 'string' } },
      required: ['a'],
      type: 'object',
      additionalProperties: false,
    };
    assert.equal(JSON.stringify(schemaFor(schema, schemas)), JSON.stringify(schema));
  }
});
