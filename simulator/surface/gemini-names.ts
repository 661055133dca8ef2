import { isObject, type JsonObject } from './json.ts';

/** Members whose values are the client's own, whatever their names are. */
const FREE = new Set(['args', 'response', 'parametersJsonSchema', 'responseJsonSchema', 'labels']);

/** A request with the names of its members in camelCase: Google's API takes `generation_config` for the same. */
export function inCamelCase(request: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(request).map(([written, value]) => {
      const name = written.replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
      if (FREE.has(name)) return [name, value];
      return [name, name === 'properties' ? withNamesKept(value) : valueOf(value)];
    }),
  );
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf);
  return isObject(value) ? inCamelCase(value) : value;
}

/** Of a schema's properties the names are the client's. */
function withNamesKept(properties: unknown): unknown {
  if (!isObject(properties)) return properties;
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)]));
}
