import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { camelCase } from '../fields.ts';
import type { schemaOf } from '../fields.ts';

/** Fields whose values are schemas by names, single schemas, and lists of schemas. */
const MAPS: ReadonlySet<string> = new Set(['properties']);
const ONES: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'prefixItems']);
/** Fields of OpenAPI's schemas that JSON Schema does not have. */
const OWN: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'example', 'format']);

/**
 * A schema of Google's, which is OpenAPI's of version 3.0, as JSON Schema: there types are in capitals, `nullable` is a
 * field, some bounds are texts, and names may be in `snake_case`.
 */
export function toJsonSchema(schema: Json): ReturnType<typeof schemaOf> {
  const entries = Object.entries(schema).flatMap(([written, value]): [string, unknown][] => {
    const name = camelCase(written);
    if (OWN.has(name)) return [];
    if (name === 'type')
      return value === 'TYPE_UNSPECIFIED' ? [] : [[name, typeOf(value, schema['nullable'])]];
    if (MAPS.has(name)) return [[name, mapped(value)]];
    if (ONES.has(name)) return [[name, one(value)]];
    if (LISTS.has(name)) return [[name, itemsOf(value).map(one)]];
    return [[name, /^(?:min|max)/.test(name) && typeof value === 'string' ? Number(value) : value]];
  });
  return Object.fromEntries(entries);
}

function one(value: unknown): unknown {
  const schema = asObject(value);
  return schema === undefined ? value : toJsonSchema(schema);
}

function mapped(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).map(([name, schema]) => [name, one(schema)]),
  );
}

function typeOf(value: unknown, nullable: unknown): unknown {
  const type = typeof value === 'string' ? value.toLowerCase() : value;
  return nullable === true ? [type, 'null'] : type;
}
