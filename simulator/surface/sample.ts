import { isObject, numberOf, objectOf, stringOf, type JsonObject } from './json.ts';

/** Deeper schemas are not followed: what stands there is null. */
const MOST_LEVELS = 32;

/**
 * A value that a simple JSON schema allows: every property, one item of each list, the first of several choices,
 * the least number. Texts are the user's, so that the value shows which request it answers. Gemini's own words for types
 * (`STRING`) are understood too. `pattern`, `format` and conditions are not heeded.
 */
export function sampleOf(schema: unknown, text: string): unknown {
  return sample(schema, { text, root: schema, level: 0 });
}

interface Position {
  readonly text: string;
  readonly root: unknown;
  readonly level: number;
}

function sample(schema: unknown, position: Position): unknown {
  if (!isObject(schema) || position.level > MOST_LEVELS) return null;
  const inner = { ...position, level: position.level + 1 };
  if (schema['const'] !== undefined) return schema['const'];
  const choice = firstOf(schema['enum']);
  if (choice !== undefined) return choice;
  const reference = stringOf(schema['$ref']);
  if (reference !== undefined) return sample(resolveReference(reference, position.root), inner);
  const variant = firstOf(schema['anyOf']) ?? firstOf(schema['oneOf']);
  if (variant !== undefined) return sample(variant, inner);
  return sampleOfType(typeOf(schema), schema, inner);
}

function sampleOfType(type: string, schema: JsonObject, position: Position): unknown {
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(objectOf(schema['properties'])).map(([name, each]) => [name, sample(each, position)]),
      );
    case 'array': {
      const count = Math.max(1, numberOf(schema['minItems']) ?? 1);
      return Array.from({ length: Math.min(count, MOST_LEVELS) }, () => sample(schema['items'], position));
    }
    case 'integer':
    case 'number':
      return Math.ceil(numberOf(schema['minimum']) ?? (numberOf(schema['exclusiveMinimum']) ?? 0) + 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return position.text.slice(0, numberOf(schema['maxLength']));
  }
}

/** A list of types means the first that is not null. */
function typeOf(schema: JsonObject): string {
  const { type } = schema;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const first = types.find((each) => each !== 'null') ?? types[0];
  if (typeof first === 'string') return first.toLowerCase();
  return isObject(schema['properties']) ? 'object' : schema['items'] === undefined ? 'string' : 'array';
}

function resolveReference(reference: string, root: unknown): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce((at, step) => (isObject(at) ? at[step] : undefined), root);
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
