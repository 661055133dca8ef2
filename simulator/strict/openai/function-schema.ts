import { isObject, type JsonObject } from '../../surface/json.ts';
import type { Finding, Path } from '../rule.ts';

/** What a schema is of: it stands in the message. */
export interface SchemaOwner {
  readonly what: 'function' | 'response_format';
  readonly name: string;
  readonly path: Path;
  /** Whether answers are to fit the schema exactly. */
  readonly strict: boolean;
}

/** What OpenAI refuses a schema for; platform.openai.com/docs/guides/structured-outputs#supported-schemas. */
export function schemaFinding(schema: JsonObject, owner: SchemaOwner): Finding | undefined {
  const refuse = (message: string): Finding => ({
    path: owner.path,
    message: `Invalid schema for ${owner.what} '${owner.name}': ${message}`,
    code: owner.what === 'function' ? 'invalid_function_parameters' : 'invalid_json_schema',
  });
  const { type } = schema;
  // A function without parameters may have this in their place.
  if (owner.what === 'function' && !owner.strict && Object.keys(schema).length === 0) return undefined;
  if (type !== 'object' && !(owner.what === 'response_format' && !owner.strict)) {
    const found = typeof type === 'string' ? type : 'None';
    return refuse(`schema must be a JSON Schema of 'type: "object"', got 'type: "${found}"'.`);
  }
  const top = TOP_LEVEL_NEVER.filter((keyword) => schema[keyword] !== undefined);
  if (top.length > 0 && owner.what === 'function')
    return refuse(
      "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
    );
  if (owner.what === 'function' && !owner.strict && schema['properties'] === undefined)
    return refuse('In context=(), object schema missing properties.');
  return placeFinding(schema, [], owner.strict, refuse);
}

const TOP_LEVEL_NEVER = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

/** Not among what a strict schema may have. */
const STRICT_NEVER = [
  'allOf',
  'oneOf',
  'not',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'patternProperties',
];

function placeFinding(
  schema: JsonObject,
  context: readonly string[],
  strict: boolean,
  refuse: (message: string) => Finding,
): Finding | undefined {
  const at = `In context=${tuple(context)}, `;
  const { type, properties, items } = schema;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.includes('array') && items === undefined) return refuse(`${at}array schema missing items.`);
  if (strict) {
    const found = strictFlaw(schema, types.includes('object'));
    if (found !== undefined) return refuse(`${at}${found}`);
  }
  for (const [name, part] of partsOf(properties, items, schema)) {
    const found = placeFinding(part, [...context, ...name], strict, refuse);
    if (found !== undefined) return found;
  }
  return undefined;
}

function strictFlaw(schema: JsonObject, isObjectSchema: boolean): string | undefined {
  const never = STRICT_NEVER.find((keyword) => schema[keyword] !== undefined);
  if (never !== undefined) return `'${never}' is not permitted.`;
  const beside = Object.keys(schema).filter((keyword) => !keyword.startsWith('$'));
  if (schema['$ref'] !== undefined && beside.length > 0)
    return `$ref cannot have keywords {${beside.map((keyword) => `'${keyword}'`).join(', ')}}.`;
  if (!isObjectSchema) return undefined;
  if (schema['additionalProperties'] !== false)
    return "'additionalProperties' is required to be supplied and to be false.";
  const { required } = schema;
  const names = Object.keys(isObject(schema['properties']) ? schema['properties'] : {});
  const listedNames: readonly unknown[] = Array.isArray(required) ? required : [];
  const missing = names.find((name) => !listedNames.includes(name));
  return missing === undefined
    ? undefined
    : `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
}

function* partsOf(
  properties: unknown,
  items: unknown,
  schema: JsonObject,
): Generator<readonly [readonly string[], JsonObject]> {
  for (const [name, part] of Object.entries(isObject(properties) ? properties : {}))
    if (isObject(part)) yield [['properties', name], part];
  if (isObject(items)) yield [['items'], items];
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const options: unknown = schema[keyword];
    for (const [index, part] of (Array.isArray(options) ? options : []).entries())
      if (isObject(part)) yield [[keyword, String(index)], part];
  }
  const definitions = schema['$defs'];
  for (const [name, part] of Object.entries(isObject(definitions) ? definitions : {}))
    if (isObject(part)) yield [['$defs', name], part];
}

function tuple(steps: readonly string[]): string {
  const quoted = steps.map((step) => (/^\d+$/u.test(step) ? step : `'${step}'`));
  return `(${quoted.join(', ')}${quoted.length === 1 ? ',' : ''})`;
}
