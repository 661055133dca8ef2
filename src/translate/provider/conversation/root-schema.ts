import type { JSONSchema7 } from '@ai-sdk/provider';
import { asObject, itemsOf, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { targetOf } from '../../schema-references.ts';
import type { SchemaRules } from './conversation-rules.ts';

/** The property that holds all arguments of a tool whose schema is of no object. */
const WRAPPED = 'value';
/** A root may refer to what refers again. */
const MAX_REFERENCES = 10;

/** A schema with an object at its root, which every family wants for a tool's arguments. */
export function objectRoot(schema: Json, rules: SchemaRules): JSONSchema7 {
  const root = resolved(schema, schema);
  const types = Array.isArray(root['type']) ? itemsOf(root['type']) : [root['type']];
  if (root['type'] !== undefined && !types.includes('object')) return wrapped(root);
  if (rules.rootCombinators || !COMBINATORS.some((name) => root[name] !== undefined)) return asRoot(root);
  const branches = COMBINATORS.flatMap((name) => objectsOf(root[name]).map((each) => resolved(each, schema)));
  // Of something else than objects.
  if (branches.some(({ type }) => type !== undefined && type !== 'object')) return wrapped(root);
  return asRoot(merged(root, schema));
}

/** Keywords of alternatives and parts. */
const COMBINATORS = ['allOf', 'anyOf', 'oneOf'] as const;

/** Keywords keep their order, in which the provider's cache of prompts knows them. */
function asRoot(fields: Json): JSONSchema7 {
  const root: Json = { ...fields, type: 'object', properties: asObject(fields['properties']) ?? {} };
  return root;
}

/** Definitions stay at the root, where references look for them. */
function wrapped({ $defs, definitions, ...others }: Json): JSONSchema7 {
  return asRoot({
    properties: { [WRAPPED]: others },
    required: [WRAPPED],
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  });
}

/** What a schema refers to, within the root, beside its own fields. */
function resolved(schema: Json, root: Json): Json {
  let found = schema;
  for (let at = 0; at < MAX_REFERENCES && typeof found['$ref'] === 'string'; at += 1) {
    const { $ref, ...own } = found;
    const target = targetOf($ref, root);
    if (target === undefined) return own;
    found = { ...target, ...own };
  }
  return found;
}

/**
 * The parts and alternatives of a root as one object: all their properties, of which those are required that each alternative
 * requires. What is lost, the description says.
 */
function merged(root: Json, whole: Json): Json {
  const { allOf, anyOf, oneOf, enum: _, not: __, ...own } = root;
  const parts = objectsOf(allOf).map((part) => flattened(resolved(part, whole), whole));
  const alternatives = [anyOf, oneOf]
    .map((list) => objectsOf(list).map((each) => flattened(resolved(each, whole), whole)))
    .filter((list) => list.length > 0);
  const required = new Set([own, ...parts].flatMap((part) => itemsOf(part['required'])));
  for (const list of alternatives) for (const name of commonlyRequired(list)) required.add(name);
  const description = [own['description'], ...alternatives.map(sentenceOf)]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(' ');
  return {
    ...own,
    properties: joinedProperties([own, ...parts, ...alternatives.flat()]),
    ...(required.size > 0 && { required: [...required] }),
    ...(description !== '' && { description }),
  };
}

/** A part that is made of parts itself, once more. Deeper ones keep only what is their own. */
function flattened(part: Json, whole: Json): Json {
  const inner = COMBINATORS.flatMap((name) => objectsOf(part[name]).map((each) => resolved(each, whole)));
  if (inner.length === 0) return part;
  const required = [part, ...objectsOf(part['allOf'])].flatMap((each) => itemsOf(each['required']));
  return { ...part, properties: joinedProperties([part, ...inner]), required };
}

function commonlyRequired(alternatives: readonly Json[]): unknown[] {
  const [first = {}, ...others] = alternatives;
  return itemsOf(first['required']).filter((name) =>
    others.every((each) => itemsOf(each['required']).includes(name)),
  );
}

/** Says which fields each alternative wants, where they want different ones. */
function sentenceOf(alternatives: readonly Json[]): string {
  const wanted = new Set(alternatives.map((each) => itemsOf(each['required']).join(', ')));
  if (wanted.size < 2) return '';
  return `Give the fields of one of these: ${[...wanted].map((names) => `[${names}]`).join(' or ')}.`;
}

/** The properties of all; one that differs may be as any of them says. */
function joinedProperties(schemas: readonly Json[]): Json {
  const found = new Map<string, Map<string, unknown>>();
  for (const { properties } of schemas) {
    for (const [name, schema] of Object.entries(asObject(properties) ?? {})) {
      const others = found.get(name) ?? new Map<string, unknown>();
      others.set(JSON.stringify(schema), schema);
      found.set(name, others);
    }
  }
  return Object.fromEntries(
    [...found].map(([name, schemas_]) => {
      const all = [...schemas_.values()];
      return [name, all.length === 1 ? all[0] : { anyOf: all }];
    }),
  );
}
