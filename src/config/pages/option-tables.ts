import { describeOption, fieldsOf, itemsOf } from '../schema/introspect.ts';
import type { Schema } from '../schema/introspect.ts';
import { configSchema } from '../schema/schema.ts';
import { groupOf } from './option-groups.ts';
import type { OptionGroup } from './option-groups.ts';

/** The options of one map that are of one group. */
interface Section {
  readonly path: string;
  readonly fields: readonly (readonly [name: string, field: Schema])[];
}

/**
 * A table for each map that has options of a group, in the order in which one leads to the other.
 * @param heading - of the table of a map by its path, such as `providers[].failover`
 */
export function optionTables(group: OptionGroup, heading: (path: string) => string): readonly string[] {
  return sectionsOf(configSchema, '', 'everyday', group).map((section) =>
    [
      `## ${heading(section.path)}`,
      '',
      '| option | type | default | meaning |',
      '| --- | --- | --- | --- |',
      ...section.fields.map(([name, field]) => row(section.path, name, field)),
      '',
    ].join('\n'),
  );
}

/**
 * @param reachedBy - the group of the option that leads to this map; where a map's own options are of no group of
 * their own (`seldom`), they are of that one
 */
function sectionsOf(
  schema: Schema,
  path: string,
  reachedBy: OptionGroup,
  wanted: OptionGroup,
): readonly Section[] {
  const items = itemsOf(schema);
  if (items !== undefined) return sectionsOf(items, `${path}[]`, reachedBy, wanted);
  const all = Object.entries(fieldsOf(schema) ?? {});
  const groupIn = (name: string): OptionGroup => (reachedBy === 'everyday' ? groupOf(path, name) : reachedBy);
  const fields = all.filter(([name]) => groupIn(name) === wanted);
  const inner = all
    // The single provider has the options of each of several, and its verdict rules are those of all.
    .filter(([name]) => name !== 'provider' && !(path !== '' && name === 'verdicts'))
    .flatMap(([name, field]) =>
      sectionsOf(field, path === '' ? name : `${path}.${name}`, groupIn(name), wanted),
    );
  return fields.length === 0 ? inner : [{ path, fields }, ...inner];
}

function row(path: string, name: string, field: Schema): string {
  const option = describeOption(field);
  const bounds = option.kind?.bounds;
  const cells = [
    `\`${name}\``,
    `${typeOf(path, name, field)}${bounds === undefined || bounds === '' ? '' : `, ${bounds}`}`,
    option.required ? 'required' : defaultText(option.default),
    option.description ?? '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

function typeOf(path: string, name: string, field: Schema): string {
  const { kind } = describeOption(field);
  if (kind !== undefined) return kind.kind;
  const items = itemsOf(field);
  if (items !== undefined) {
    const each = describeOption(items).kind?.kind;
    return each === undefined || each.includes('map')
      ? `list, [below](#${anchor(name === 'verdicts' ? '' : path, `${name}[]`)})`
      : `list of ${each}s`;
  }
  const target = name === 'provider' ? 'providers[]' : name;
  return `map, [below](#${anchor(path, target)})`;
}

/** As renderers make it of a heading: without punctuation, in lower case. */
function anchor(path: string, name: string): string {
  return `${path}${name}`.toLowerCase().replaceAll(/[^\w-]/g, '');
}

/** A default that is a map says nothing that its own table does not. */
function defaultText(value: unknown): string {
  if (Array.isArray(value)) return '`[]`';
  if (typeof value === 'string') return `\`${value}\``;
  return typeof value === 'number' || typeof value === 'boolean' ? `\`${value}\`` : '';
}
