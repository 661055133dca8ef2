import type { Path } from '../problem.ts';
import { fieldsOf, listOf } from './fields.ts';
import type { Fields } from './fields.ts';
import { generateRoutes } from './generate-routes.ts';
import type { GeneratedRoute, ProviderRule } from './ingress-routes.ts';
import { ProviderList } from './provider-list.ts';
import { readConfig } from './read-config.ts';
import type { Note } from './reading.ts';
import { RULES, RULE_OPTIONS } from './rules.ts';
import { readSources, resourceKind } from './sources.ts';
import type { DocumentConfig } from './sources.ts';

/** All of a file as one configuration. */
export interface MergedSources {
  readonly value: unknown;
  /** Where in the file that stands which has this path in the value. */
  readonly origin: (path: Path) => Path;
  readonly notes: readonly Note[];
}

/**
 * Makes one configuration of all that a file holds. One that stands by itself and has no rules stays as it is.
 * @param written - a document, or a list of several; empty ones count for nothing
 */
export function mergeSources(written: unknown): MergedSources {
  const documents = documentsOf(written);
  const [sole, ...others] = documents;
  if (sole === undefined) return { value: null, origin: (path) => path, notes: [] };
  const [document, at] = sole;
  if (others.length > 0 || !isPlain(document)) return merge(documents);
  const config = fieldsOf(document);
  if (config === undefined) return { value: document, origin: (path) => [...at, ...path], notes: [] };
  const { value, notes, toWritten } = readConfig(config, at, false);
  return { value, notes, origin: toWritten };
}

type Placed = readonly [document: unknown, at: Path];

function documentsOf(written: unknown): readonly Placed[] {
  const items = listOf(written);
  if (!Array.isArray(written) || items.some((each) => each !== null && fieldsOf(each) === undefined))
    return [[written, []]];
  return items.flatMap((each, index) => (each === null ? [] : [[each, [index]] as const]));
}

function isPlain(document: unknown): boolean {
  const fields = fieldsOf(document);
  return fields === undefined || (resourceKind(fields) === undefined && !(RULES in fields));
}

function merge(documents: readonly Placed[]): MergedSources {
  const { configs, ingresses, notes } = readSources(documents);
  const list = new ProviderList();
  const added = configs.map((source) => ({ ...source, ...list.add(source.config) }));
  const main = added.find(({ active, isForAll }) => active.kind !== 'none' && isForAll);
  const rules = added.flatMap(({ rules: own, scope }): ProviderRule[] =>
    own.map((rule) => ({ ...rule, active: list.add(rule.config, scope).active })),
  );
  const generated = generateRoutes(rules, ingresses, main?.active ?? { kind: 'none' });
  const options = mergeOptions(configs);
  const routes = mergeRoutes(options, generated.routes);
  const [first] = configs;
  return {
    value: {
      ...options.fields,
      ...(list.providers.length > 0 && { providers: list.providers }),
      ...(generated.active.kind !== 'none' && { activeProviderId: generated.active.id }),
      ...(routes.routes !== undefined && { routes: routes.routes }),
    },
    origin: (path) => {
      const [field, index, ...rest] = path;
      const item = field === 'providers' ? list.origins[Number(index)] : undefined;
      if (item !== undefined) return item(rest);
      const routeAt = field === 'routes' ? routes.paths[Number(index)] : undefined;
      if (routeAt !== undefined) return [...routeAt, ...rest];
      const source = field === 'activeProviderId' ? main : options.sources.get(String(field));
      return (source ?? first)?.config.toWritten(path) ?? [];
    },
    notes: [
      ...notes,
      ...options.notes,
      ...list.notes,
      ...generated.notes,
      ...added
        .filter((source) => source.isForAll && source.active.kind !== 'none' && source !== main)
        .map(secondDefault),
    ],
  };
}

/** Of two configurations for all requests the first counts. */
function secondDefault({ at }: DocumentConfig): Note {
  return {
    path: at,
    expected: 'nothing for all requests, since an earlier document has a provider for them',
  };
}

interface MergedOptions {
  readonly fields: Fields;
  /** The configurations that they stand in. */
  readonly sources: ReadonlyMap<string, DocumentConfig>;
  readonly notes: readonly Note[];
}

/** The options beside providers; of two configurations that say one the first counts. */
function mergeOptions(configs: readonly DocumentConfig[]): MergedOptions {
  const fields: Record<string, unknown> = {};
  const sources = new Map<string, DocumentConfig>();
  const notes: Note[] = [];
  for (const source of configs)
    for (const [name, value] of Object.entries(source.config.value)) {
      if (RULE_OPTIONS.includes(name)) continue;
      if (sources.has(name))
        notes.push({
          path: source.config.toWritten([name]),
          expected: 'nothing, since an earlier document says it',
        });
      else {
        fields[name] = value;
        sources.set(name, source);
      }
    }
  return { fields, sources, notes };
}

/** Routes that were written go before those that were made of rules. What is no list is left for the schema to find. */
function mergeRoutes(
  { fields, sources }: MergedOptions,
  generated: readonly GeneratedRoute[],
): { readonly routes: unknown; readonly paths: readonly Path[] } {
  const written = fields['routes'];
  if (written !== undefined && !Array.isArray(written)) return { routes: written, paths: [] };
  if (written === undefined && generated.length === 0) return { routes: undefined, paths: [] };
  const own: readonly unknown[] = written ?? [];
  const source = sources.get('routes');
  return {
    routes: [...own, ...generated.map((route) => route.fields)],
    paths: [
      ...own.map((_, index) => source?.config.toWritten(['routes', index]) ?? []),
      ...generated.map((route) => route.at),
    ],
  };
}
