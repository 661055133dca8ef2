import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { StrictRules } from './conversation-rules.ts';
import { refersWell, schemasIn } from '../../schema-references.ts';

/** OpenAI takes ten levels; what is read by calling itself has to have an end. */
const MAX_DEPTH = 100;

/**
 * Whether a model can be held to a schema: every object in it is closed, every reference in it finds something, and nothing is
 * in it that the provider refuses.
 */
export function canBeStrict(schema: unknown, rules: StrictRules): boolean {
  return isTaken(schema, rules, 0) && refersWell(asObject(schema) ?? {}, rules.recursion);
}

function isTaken(schema: unknown, rules: StrictRules, depth: number): boolean {
  const object = asObject(schema);
  if (object === undefined || depth > MAX_DEPTH) return false;
  if (rules.refused.some((name) => object[name] !== undefined)) return false;
  if (rules.allRequired && !DECIDING.some((name) => object[name] !== undefined)) return false;
  return isClosed(object, rules) && schemasIn(object).every((each) => isTaken(each, rules, depth + 1));
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
