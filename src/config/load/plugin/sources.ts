import type { Note } from './reading.ts';
import type { Path } from '../problem.ts';
import { fieldsOf, isFields, listOf, textOf } from './fields.ts';
import type { Fields } from './fields.ts';
import { ingressRoutes } from './ingress.ts';
import type { IngressRoute } from './ingress.ts';
import { readConfig } from './read-config.ts';
import type { ReadConfig } from './read-config.ts';
import { RULES, inlineRules, matchRules } from './rules.ts';
import type { Rule, RuleList } from './rules.ts';
import { isPluginConfig } from './words.ts';

/** One configuration of the plugin, or of this gateway, in a document of its own or within a resource. */
export interface DocumentConfig {
  /** What holds for all requests, and the options of this gateway beside it. */
  readonly config: ReadConfig;
  readonly at: Path;
  /** Its providers serve what no rule is for; otherwise they are there for its rules alone. */
  readonly isForAll: boolean;
  readonly rules: readonly Rule[];
  readonly notes: readonly Note[];
}

/** What a file holds. */
export interface Sources {
  readonly configs: readonly DocumentConfig[];
  readonly ingresses: readonly IngressRoute[];
  readonly notes: readonly Note[];
}

/** What stands at the top of a resource; what else stands there are options that somebody has put beside it. */
const RESOURCE_WORDS: readonly string[] = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/** Sorts the documents of a file, and the items of lists of Kubernetes, by what they are. */
export function readSources(documents: readonly (readonly [document: unknown, at: Path])[]): Sources {
  const configs: DocumentConfig[] = [];
  const ingresses: IngressRoute[] = [];
  const notes: Note[] = [];
  const leftOut = (path: Path, what: string): void => {
    notes.push({ path, expected: `nothing: ${what}, which is not read here` });
  };
  const sort = (document: unknown, at: Path): void => {
    const fields = fieldsOf(document);
    if (fields === undefined) return leftOut(at, 'this is no map of options');
    const kind = resourceKind(fields);
    if (kind === undefined) {
      configs.push(readSource(fields, at, isPluginConfig(without(fields, [RULES]))));
    } else if (kind.endsWith('List')) {
      for (const [index, item] of listOf(fields['items']).entries()) sort(item, [...at, 'items', index]);
    } else if (kind === 'Ingress') {
      const found = ingressRoutes(fields, at);
      ingresses.push(...found.routes);
      notes.push(...found.notes);
    } else if (kind === 'WasmPlugin' && isAiProxy(fields)) {
      configs.push(readWasmPlugin(fields, at));
      const beside = without(fields, RESOURCE_WORDS);
      if (Object.keys(beside).length > 0) configs.push(readSource(beside, at, isPluginConfig(beside)));
    } else {
      const name = textOf(fieldsOf(fields['metadata'])?.['name']);
      leftOut(at, `this is a ${kind}${name === '' ? '' : ` called ${name}`}`);
    }
  };
  for (const [document, at] of documents) sort(document, at);
  return { configs, ingresses, notes: [...notes, ...configs.flatMap((source) => source.notes)] };
}

/** The kind of a Kubernetes resource, whose head may be missing; undefined for a configuration that stands by itself. */
export function resourceKind(document: Fields): string | undefined {
  const kind = textOf(document['kind']);
  if (kind === '') return isAiProxy(document) ? 'WasmPlugin' : undefined;
  const isResource =
    kind === 'WasmPlugin' || ['apiVersion', 'metadata', 'items'].some((name) => name in document);
  return isResource ? kind : undefined;
}

/** A configuration of other plugins has no providers, or one that is a name or the service that it is reached by. */
function isAiProxy(resource: Fields): boolean {
  const { defaultConfig, pluginConfig, matchRules: rules } = fieldsOf(resource['spec']) ?? {};
  const configs = [defaultConfig, pluginConfig, ...listOf(rules).map((rule) => fieldsOf(rule)?.['config'])];
  return configs.some((config) => {
    const { provider, providers, activeProviderId } = fieldsOf(config) ?? {};
    if (providers !== undefined || activeProviderId !== undefined) return true;
    return isFields(provider) && ('type' in provider || !('serviceName' in provider));
  });
}

/** `pluginConfig` is Istio's, and goes before all else. */
function readWasmPlugin(resource: Fields, at: Path): DocumentConfig {
  const spec = fieldsOf(resource['spec']) ?? {};
  const specAt = [...at, 'spec'];
  const whole = fieldsOf(spec['pluginConfig']);
  if (whole !== undefined) return readSource(whole, [...specAt, 'pluginConfig'], true);
  const source = readSource(fieldsOf(spec['defaultConfig']) ?? {}, [...specAt, 'defaultConfig'], true);
  const { rules, notes } = matchRules(spec, specAt, (rule, ruleAt) => readConfig(rule, ruleAt, true));
  return {
    ...source,
    isForAll: spec['defaultConfigDisable'] !== true,
    rules: rules.length > 0 ? rules : source.rules,
    notes: [...notes, ...source.notes],
  };
}

/** @param isPlugins - all of it is the plugin's, its rules too */
function readSource(config: Fields, at: Path, isPlugins: boolean): DocumentConfig {
  const { rules, notes }: RuleList = inlineRules(config, at, (rule, ruleAt) =>
    readConfig(rule, ruleAt, isPlugins),
  );
  const read = readConfig(without(config, [RULES]), at, isPlugins);
  return { config: read, at, isForAll: true, rules, notes: [...read.notes, ...notes] };
}

function without(map: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}
