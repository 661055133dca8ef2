import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';

/** What is deeper stays as it is: what is read by calling itself has to have an end. */
const MAX_DEPTH = 100;

/** Keywords whose value is no schema, whatever it looks like. */
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/**
 * A schema in which nothing stands beside a `$ref`, as Google and OpenAI want it: what does, such as the description that pydantic
 * writes there, stands beside an `anyOf` of the reference alone, which means the same.
 */
export function withBareReferences(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, within(name, value, 0)]));
}

/** A keyword's value, be it a schema, a list of them, or an object with a schema for each name. */
function within(name: string, value: unknown, depth: number): unknown {
  if (VALUES.has(name) || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return itemsOf(value).map((each) => schemaIn(each, depth));
  const object = asObject(value);
  if (object === undefined) return value;
  return NAMED.has(name)
    ? Object.fromEntries(Object.entries(object).map(([key, each]) => [key, schemaIn(each, depth)]))
    : schemaIn(object, depth);
}

/** Keywords whose value has a schema for each name. */
const NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

function schemaIn(value: unknown, depth: number): unknown {
  const schema = asObject(value);
  if (schema === undefined) return value;
  const inner = Object.entries(schema).map(([name, each]) => [name, within(name, each, depth + 1)] as const);
  const { $ref, ...others }: Json = Object.fromEntries(inner);
  const isAlone = Object.keys(others).every((name) => name.startsWith('$'));
  if (typeof $ref !== 'string' || isAlone || others['anyOf'] !== undefined)
    return $ref === undefined ? others : { $ref, ...others };
  return { ...others, anyOf: [{ $ref }] };
}
