import assert from 'node:assert/strict';
import { providerTypes, typesWithOption } from '../../../src/catalog/provider-types.ts';
import { parseConfig } from '../../../src/config/load/load.ts';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { describeOption, fieldsOf, itemsOf } from '../../../src/config/schema/introspect.ts';
import type { Schema } from '../../../src/config/schema/introspect.ts';
import { configSchema } from '../../../src/config/schema/schema.ts';
import { openAdapter } from '../../../src/providers/open-adapter.ts';

/** Every option of the schema with every kind of wrong value: a message or a configuration comes of it, and never an exception. */

/** What must not be in a message, wherever a secret may stand. */
export const SECRET = 'sk-do-not-show-0123456789';

/** Values as YAML, in the midst of JSON. */
export const WRONG: readonly string[] = [
  'null',
  '0',
  '-1',
  '1.5',
  '1e308',
  '-12345678901234567890',
  '.nan',
  '-.inf',
  'true',
  '""',
  '" "',
  `"${SECRET}"`,
  `"${SECRET} and more"`,
  `"${'x'.repeat(3000)}"`,
  '"5s"',
  '"0x1f"',
  '"::"',
  '"http://["',
  '"%zz"',
  '"\\ud800"',
  '"\\u0000"',
  '"{"',
  '"~("',
  '"../x"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  `["${SECRET}", "", 5, {a: "${SECRET}"}]`,
  `{a: {b: {c: "${SECRET}"}}}`,
  `{"${SECRET}": 1, __proto__: 2, constructor: [3]}`,
  `{client_email: a, private_key: "${SECRET}", token_uri: b}`,
  `"{\\"client_email\\":\\"a\\",\\"private_key\\":\\"${SECRET}\\",\\"token_uri\\":\\"http://b\\"}"`,
  '&a [*a]',
  '*nowhere',
  '!!binary aGk=',
  '2001-01-01',
  '!!set {a, b}',
];

/** An option, and the configurations to try it in: JSON with `"@"` where its value belongs. */
export interface Trial {
  readonly path: string;
  readonly texts: readonly string[];
  /** A secret may stand there. */
  readonly isSecret: boolean;
  /** It is for some types only. */
  readonly isVendors: boolean;
}

type Part = string | number;

/** Every option there is, by its path; items of lists are looked into. */
export function trials(): readonly Trial[] {
  return optionsIn(configSchema, []).map(({ path, schema }) => {
    const [first, second] = path;
    const inProvider = first === 'provider' || first === 'providers';
    const option = first === 'provider' ? second : undefined;
    const isSecret =
      path.includes('apiTokens') ||
      (describeOption(schema).kind?.kind ?? '').startsWith('secret') ||
      path.at(-1) === 'provider' ||
      path.at(-1) === 'providers';
    const owners = typeof option === 'string' ? typesWithOption(option) : [];
    const types = owners.length > 0 ? owners : ['openai'];
    const bases = inProvider ? types.flatMap(basesOf) : [{ type: 'openai', apiTokens: ['k'] }];
    return {
      path: path.join('.'),
      isSecret,
      isVendors: owners.length > 0,
      texts: bases.map((base) => JSON.stringify(withValue(wholeOf(base, first), path, '@'))),
    };
  });
}

/** With its token alone, and with all options of its type as they could be; our own, and as the plugin's. */
function basesOf(type: string): readonly object[] {
  const { options = [] } = providerTypes.get(type) ?? {};
  const others = Object.fromEntries(options.map((option) => [option, 'word']));
  return [
    { type, apiTokens: ['k'] },
    { type, ...others },
    { type, attempts: 2, ...others },
  ];
}

function wholeOf(provider: object, first: Part | undefined): object {
  if (first === 'providers') return { providers: [{ id: 'a', ...provider }] };
  return { provider };
}

function optionsIn(
  schema: Schema,
  path: readonly Part[],
): readonly { path: readonly Part[]; schema: Schema }[] {
  const items = itemsOf(schema);
  const itself = path.length === 0 ? [] : [{ path, schema }];
  // One provider of a list is as the single one.
  const skipped = path[0] === 'providers' && path.length > 2;
  if (skipped || path.length > 6) return [];
  if (items !== undefined) return [...itself, ...optionsIn(items, [...path, 0])];
  const fields = Object.entries(fieldsOf(schema) ?? {});
  return [...itself, ...fields.flatMap(([name, option]) => optionsIn(option, [...path, name]))];
}

function withValue(container: unknown, [first, ...rest]: readonly Part[], value: unknown): unknown {
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const list: readonly unknown[] = Array.isArray(container) ? container : [];
    return list.length === 0
      ? [withValue(undefined, rest, value)]
      : list.with(first, withValue(list[first], rest, value));
  }
  const map = typeof container === 'object' && container !== null ? { ...container } : {};
  return { ...map, [first]: withValue((map as Record<string, unknown>)[first], rest, value) };
}

/** Reads a configuration; what comes of it is for people, and holds no secret. */
export function tryText(text: string, isSecret: boolean): void {
  const result = parseConfig(text, { env: {} });
  const said = result.ok ? result.warnings : result.problems;
  if (result.ok) {
    assert.ok(describeConfig(result.config).length > 0);
    for (const provider of result.config.providers) openAdapter(provider);
  } else assert.ok(said.length > 0, 'refused without a problem');
  for (const { path, value = '', expected } of said) {
    assert.doesNotMatch(expected, /^$|^Invalid|^Too |undefined|\[object/);
    if (isSecret)
      assert.ok(
        ![path, value, expected].some((part) => part.includes(SECRET)),
        `${path}: ${value}: ${expected}`,
      );
  }
}
