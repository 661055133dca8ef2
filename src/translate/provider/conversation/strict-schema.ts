import { asObject, itemsOf, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { StrictRules } from './conversation-rules.ts';

/** OpenAI takes ten levels; what is read by calling itself has to have an end. */
const MAX_DEPTH = 100;

/** Whether a model can be held to a schema: every object in it is closed, and nothing is in it that the provider refuses. */
export function canBeStrict(schema: unknown, rules: StrictRules, depth = 0): boolean {
  const object = asObject(schema);
  if (object === undefined || depth > MAX_DEPTH) return false;
  if (rules.refused.some((name) => object[name] !== undefined)) return false;
  if (rules.allRequired && !DECIDING.some((name) => object[name] !== undefined)) return false;
  return isClosed(object, rules) && schemasIn(object).every((each) => canBeStrict(each, rules, depth + 1));
}

/** What a schema has to have one of, so that it says what is taken. */
const DECIDING = ['$ref', 'anyOf', 'const', 'enum', 'type'] as const;

function isClosed(schema: Json, { allRequired }: StrictRules): boolean {
  const { type, properties, additionalProperties } = schema;
  const isObject = type === 'object' || itemsOf(type).includes('object') || properties !== undefined;
  if (!isObject) return true;
  if (additionalProperties !== false) return false;
  const required = new Set(itemsOf(schema['required']));
  return !allRequired || Object.keys(asObject(properties) ?? {}).every((name) => required.has(name));
}

function schemasIn({ properties, $defs, definitions, items, ...lists }: Json): unknown[] {
  const named = [properties, $defs, definitions].flatMap((each) => Object.values(asObject(each) ?? {}));
  const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'].flatMap((name) => objectsOf(lists[name]));
  return [...named, ...listed, ...(items === undefined ? [] : [items])];
}
