import { asObject, itemsOf, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { StrictRules } from './conversation-rules.ts';
import { targetOf } from './root-schema.ts';

/** OpenAI takes ten levels; what is read by calling itself has to have an end. */
const MAX_DEPTH = 100;

/**
 * Whether a model can be held to a schema: every object in it is closed, every reference in it finds something, and nothing is
 * in it that the provider refuses.
 */
export function canBeStrict(schema: unknown, rules: StrictRules): boolean {
  return isTaken(schema, rules, 0) && refersWell(asObject(schema) ?? {}, rules);
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

function schemasIn({ properties, $defs, definitions, items, ...lists }: Json): unknown[] {
  const named = [properties, $defs, definitions].flatMap((each) => Object.values(asObject(each) ?? {}));
  const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'].flatMap((name) => objectsOf(lists[name]));
  return [...named, ...listed, ...(items === undefined ? [] : [items])];
}

/** Of each reference what stands at its end is looked at once, for the references in it. */
function refersWell(root: Json, { recursion }: StrictRules): boolean {
  const found = new Map<string, ReadonlySet<string>>();
  const open = [...referencesIn(root, 0)];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    if (found.has(reference)) continue;
    const target = reference === '#' ? root : targetOf(reference, root);
    if (target === undefined) return false;
    const inner = new Set(referencesIn(target, 0));
    found.set(reference, inner);
    open.push(...inner);
  }
  return recursion || isFreeOfCircles(found);
}

/**
 * What refers to nothing is taken away, then what refers to nothing else, until nothing is left but circles. What was found last
 * comes first: it refers to the least.
 */
function isFreeOfCircles(references: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const left = new Map(references);
  for (let before = left.size + 1; left.size > 0 && left.size < before;) {
    before = left.size;
    for (const [name, inner] of [...left].reverse())
      if (![...inner].some((each) => left.has(each))) left.delete(name);
  }
  return left.size === 0;
}

function referencesIn(schema: unknown, depth: number): string[] {
  const object = asObject(schema);
  if (object === undefined || depth > MAX_DEPTH) return [];
  const { $ref } = object;
  const inner = schemasIn(object).flatMap((each) => referencesIn(each, depth + 1));
  return typeof $ref === 'string' ? [$ref, ...inner] : inner;
}
