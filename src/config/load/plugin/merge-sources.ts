import type { Note } from '../plugin-format.ts';
import type { Path } from '../problem.ts';
import { fieldsOf, listOf } from './fields.ts';
import type { Fields } from './fields.ts';
import { generateRoutes } from './generate-routes.ts';
import type { GeneratedRoute, ProviderRule } from './ingress-routes.ts';
import { ProviderList } from './provider-list.ts';
import { RULES } from './rules.ts';
import { readSources, resourceKind } from './sources.ts';
import type { ConfigSource } from './sources.ts';

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
  if (sole === undefined) return { value: undefined, origin: (path) => path, notes: [] };
  const [document, at] = sole;
  if (others.length === 0 && isPlain(document))
    return { value: document, origin: (path) => [...at, ...path], notes: [] };
  return merge(documents);
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
  const added = configs.map((source) => ({ ...source, ...list.add(source.config, source.at) }));
  const main = added.find(({ active, isForAll }) => active.kind !== 'none' && isForAll);
  const rules = added.flatMap(({ rules: own, scope }): ProviderRule[] =>
    own.map((rule) => ({ ...rule, active: list.add(rule.config, rule.configAt, scope).active })),
  );
  const generated = generateRoutes(rules, ingresses, main?.active ?? { kind: 'none' });
  const options = mergeOptions(configs);
  const routes = mergeRoutes(options, generated.routes);
  const root = configs[0]?.at ?? [];
  return {
    value: {
      ...options.fields,
      ...(list.providers.length > 0 && { providers: list.providers }),
      ...(generated.active.kind !== 'none' && { activeProviderId: generated.active.id }),
      ...(routes.routes !== undefined && { routes: routes.routes }),
    },
    origin: ([field, index, ...rest]) => {
      const items = field === 'providers' ? list.paths : field === 'routes' ? routes.paths : [];
      const item = items[Number(index)];
      if (item !== undefined) return [...item, ...rest];
      const at = field === 'activeProviderId' ? main?.at : options.paths.get(String(field));
      return [...(at ?? root), ...[field, index, ...rest].filter((part) => part !== undefined)];
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
function secondDefault({ at }: ConfigSource): Note {
  return {
    path: at,
    expected: 'nothing for all requests, since an earlier document has a provider for them',
  };
}

interface MergedOptions {
  readonly fields: Fields;
  /** Of the configurations that they stand in. */
  readonly paths: ReadonlyMap<string, Path>;
  readonly notes: readonly Note[];
}

/** The options beside providers; of two configurations that say one the first counts. */
function mergeOptions(configs: readonly ConfigSource[]): MergedOptions {
  const fields: Record<string, unknown> = {};
  const paths = new Map<string, Path>();
  const notes: Note[] = [];
  for (const { config, at } of configs) {
    const {
      provider: _provider,
      providers: _providers,
      activeProviderId: _id,
      [RULES]: _rules,
      ...rest
    } = config;
    for (const [name, value] of Object.entries(rest)) {
      if (paths.has(name))
        notes.push({ path: [...at, name], expected: 'nothing, since an earlier document says it' });
      else {
        fields[name] = value;
        paths.set(name, at);
      }
    }
  }
  return { fields, paths, notes };
}

/** Routes that were written go before those that were made of rules. What is no list is left for the schema to find. */
function mergeRoutes(
  { fields, paths }: MergedOptions,
  generated: readonly GeneratedRoute[],
): { readonly routes: unknown; readonly paths: readonly Path[] } {
  const written = fields['routes'];
  if (written !== undefined && !Array.isArray(written)) return { routes: written, paths: [] };
  if (written === undefined && generated.length === 0) return { routes: undefined, paths: [] };
  const own: readonly unknown[] = written ?? [];
  const at = paths.get('routes') ?? [];
  return {
    routes: [...own, ...generated.map((route) => route.fields)],
    paths: [...own.map((_, index) => [...at, 'routes', index]), ...generated.map((route) => route.at)],
  };
}
