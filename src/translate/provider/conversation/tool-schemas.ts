import type { JSONSchema7 } from '@ai-sdk/provider';
import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { SchemaRules } from './conversation-rules.ts';
import { objectRoot } from './root-schema.ts';

/**
 * What is deeper stays as it is: no family takes so much (OpenAI ten levels of what is strict), and what is read by calling
 * itself has to have an end.
 */
const MAX_DEPTH = 100;

/**
 * The schema of a tool's arguments as a family of providers takes it, with the same meaning as far as it has words for it: an
 * object at the root, no fields that are null, types that there are, and what JSON Schema of 2020 has in place of older words.
 * What is right stays as it is.
 */
export function schemaFor(schema: unknown, rules: SchemaRules): JSONSchema7 {
  return objectRoot(repaired(schema, rules, 0), rules);
}

/** A schema of one of its places. Throws nothing, whatever it is. */
function repaired(schema: unknown, rules: SchemaRules, depth: number): Json {
  if (schema === false) return { not: {} };
  const object = asObject(schema);
  if (object === undefined) return {};
  if (depth > MAX_DEPTH) return object;
  const inner = (value: unknown): Json => repaired(value, rules, depth + 1);
  // A request may have dozens of tools: this is most of what its translation costs beside its package.
  const fields: [string, unknown][] = [];
  for (const name of Object.keys(object)) fields.push(...fieldOf(name, object[name], inner));
  return completed(withOwnBounds(object, Object.fromEntries(fields)), object, rules);
}

type Inner = (value: unknown) => Json;

/** Keywords whose value is a schema, or says by true or false whether anything is taken. */
const OPEN: ReadonlySet<string> = new Set([
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Keywords whose value is a schema. */
const SINGLE: ReadonlySet<string> = new Set(['contains', 'else', 'if', 'not', 'propertyNames', 'then']);
/** Keywords whose value has a schema for each name. */
const NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);
/** Keywords whose value is a list of schemas, which may not be empty. */
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
/** Keywords that may be null. */
const NULLABLE: ReadonlySet<string> = new Set(['const', 'default', 'example']);

function fieldOf(name: string, value: unknown, inner: Inner): [string, unknown][] {
  if (NULLABLE.has(name)) return [[name, value]];
  if (value === undefined || value === null) return [];
  if (OPEN.has(name)) return [[name, typeof value === 'boolean' ? value : inner(value)]];
  if (SINGLE.has(name)) return [[name, inner(value)]];
  if (NAMED.has(name)) return [[name, schemasByName(value, inner)]];
  if (LISTS.has(name)) {
    const schemas = itemsOf(value).map(inner);
    return schemas.length === 0 ? [] : [[name, schemas]];
  }
  switch (name) {
    case 'type':
      return typesOf(value).length === 0 ? [] : [['type', typeValue(typesOf(value))]];
    case 'enum':
      return itemsOf(value).length === 0 ? [] : [['enum', value]];
    case 'items':
      // Before 2020 a list of schemas was of the items at their places, and `additionalItems` of those behind them.
      return Array.isArray(value) ? [['prefixItems', value.map(inner)]] : [['items', inner(value)]];
    case 'required':
      return Array.isArray(value) ? [['required', uniqueTexts(value)]] : [];
    case 'exclusiveMaximum':
    case 'exclusiveMinimum':
      return typeof value === 'number' ? [[name, value]] : [];
    default:
      return [[name, value]];
  }
}

/** A list in place of an object is what some languages make of an empty one. */
function schemasByName(value: unknown, inner: Inner): Json {
  const named = Object.entries(asObject(value) ?? {}).filter(([, each]) => each !== false);
  return Object.fromEntries(named.map(([name, each]) => [name, inner(each)]));
}

const TYPES: ReadonlySet<unknown> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);

const NO_TYPES: readonly string[] = [];

/** The types that a `type` names, in the letters of JSON Schema. A name that is none stands for every type. */
function typesOf(value: unknown): readonly string[] {
  if (value === undefined) return NO_TYPES;
  if (typeof value === 'string' && TYPES.has(value)) return [value];
  const names = Array.isArray(value) ? value : [value];
  const types = names.map((name: unknown) => (typeof name === 'string' ? name.toLowerCase() : ''));
  return types.every((type) => TYPES.has(type)) ? [...new Set(types)] : [];
}

function typeValue(types: readonly string[]): unknown {
  return types.length === 1 ? types[0] : types;
}

function uniqueTexts(values: readonly unknown[]): unknown[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}

/** Before 2019 `exclusiveMinimum: true` said that `minimum` is not among what is taken. */
function withOwnBounds(original: Json, fields: Json): Json {
  if (original['exclusiveMinimum'] !== true && original['exclusiveMaximum'] !== true) return fields;
  const { minimum, maximum, ...others } = fields;
  const bounds = {
    ...(minimum !== undefined && {
      [original['exclusiveMinimum'] === true ? 'exclusiveMinimum' : 'minimum']: minimum,
    }),
    ...(maximum !== undefined && {
      [original['exclusiveMaximum'] === true ? 'exclusiveMaximum' : 'maximum']: maximum,
    }),
  };
  return { ...others, ...bounds };
}

/** What the family wants beside what the client wrote. */
function completed(fields: Json, original: Json, rules: SchemaRules): Json {
  const types = typesOf(fields['type']);
  const required = requiredOf(fields, original, rules);
  const isObject = types.includes('object');
  const lacksProperties = isObject && rules.objectsHaveProperties && fields['properties'] === undefined;
  const lacksItems = types.includes('array') && fields['items'] === undefined;
  const plain = rules.plainEnums ? withPlainEnum(fields) : fields;
  const isComplete = required === undefined && !lacksProperties && !lacksItems;
  if (isComplete && fields['additionalItems'] === undefined) return plain;
  const { additionalItems, ...others } = plain;
  return {
    ...others,
    ...(required !== undefined && { required }),
    ...(lacksProperties && { properties: {} }),
    ...(lacksItems && { items: asObject(additionalItems) ?? {} }),
  };
}

/** Properties that say of themselves that they are required are, as some clients mean it. */
function requiredOf(fields: Json, original: Json, rules: SchemaRules): unknown[] | undefined {
  const properties = asObject(original['properties']) ?? {};
  const own = Object.keys(properties).filter((name) => asObject(properties[name])?.['required'] === true);
  const listed = itemsOf(fields['required']);
  if (fields['required'] === undefined && own.length === 0) return undefined;
  const all = [...new Set([...listed, ...own])];
  if (rules.requiredUnknown || fields['properties'] === undefined) return all;
  const known = asObject(fields['properties']) ?? {};
  return all.filter((name) => typeof name === 'string' && Object.hasOwn(known, name));
}

/** Texts and numbers; of others the description says them. */
function withPlainEnum(fields: Json): Json {
  const { enum: values, const: only, ...others } = fields;
  const wanted = values === undefined ? (only === undefined ? undefined : [only]) : itemsOf(values);
  if (wanted === undefined) return fields;
  const plain = wanted.filter((value) => typeof value === 'string' || typeof value === 'number');
  if (only === undefined && plain.length === wanted.length && plain.length > 0) return fields;
  const withNull = wanted.includes(null);
  if (plain.length + (withNull ? 1 : 0) === wanted.length && plain.length > 0)
    return { ...others, ...(withNull && nullable(others)), enum: plain };
  const words = `One of: ${wanted.map((value) => JSON.stringify(value)).join(', ')}.`;
  const { description } = fields;
  return { ...others, description: typeof description === 'string' ? `${description} ${words}` : words };
}

/** A type that null is of, where there is a type. */
function nullable(fields: Json): Json {
  const types = typesOf(fields['type']);
  return types.length === 0 ? {} : { type: typeValue([...new Set([...types, 'null'])]) };
}
