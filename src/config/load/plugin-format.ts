import { normalizeValue } from './plugin-values.ts';
import type { Path } from './problem.ts';

/*
 * Normalises configurations of the Higress plugin: wrapped for Kubernetes, with option names of its older versions, and
 * with single values where lists are meant. The schema knows nothing of these.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A configuration as the schema wants it. */
export interface NormalizedDocument {
  readonly value: unknown;
  /** Its path in the document. */
  readonly at: Path;
  /** What was left out. */
  readonly notes: readonly Note[];
}

/** What of a document has no effect, by its path, and why. */
export interface Note {
  readonly path: Path;
  readonly expected: string;
}

/** Older and other names of options, and the schema's. */
const ALIASES: Readonly<Record<string, string>> = {
  apiToken: 'apiTokens',
  claudeVersion: 'apiVersion',
  subPath: 'basePath',
  version: 'apiVersion',
  vertexGeminiSafetySetting: 'geminiSafetySetting',
};

/** Where rules for routes stand in a configuration that is not wrapped. */
const RULES = '_rules_';
const NO_RULES =
  'nothing, since it has no effect here: what is for single routes, hosts or services of Higress is not taken over; `routes` chooses by model';

/** A document as the schema wants it; unchanged where it is so already. */
export function normalizePluginConfig(written: unknown): NormalizedDocument {
  const { value, at, notes } = unwrapKubernetes(written);
  const config = fieldsOf(value);
  if (config === undefined) return { value, at, notes };
  const { [RULES]: rules, activeProviderId, provider, providers, ...rest } = config;
  const isNamed = activeProviderId !== undefined && activeProviderId !== '';
  return {
    value: {
      ...rest,
      ...(isNamed && { activeProviderId }),
      ...(provider !== undefined && { provider: normalizeProvider(provider) }),
      ...(providers !== undefined && { providers: normalizeProviders(providers) }),
    },
    at,
    notes: rules === undefined ? notes : [...notes, { path: [...at, RULES], expected: NO_RULES }],
  };
}

/** What a `WasmPlugin` of Kubernetes holds for everybody, else for its first rule that holds anything. */
function unwrapKubernetes(written: unknown): NormalizedDocument {
  const resource = fieldsOf(written);
  if (resource?.['kind'] !== 'WasmPlugin') return { value: written, at: [], notes: [] };
  const spec = fieldsOf(resource['spec']) ?? {};
  const rules = listOf(spec['matchRules']).map((rule) => fieldsOf(fieldsOf(rule)?.['config']));
  const forAll = fieldsOf(spec['defaultConfig']);
  if (forAll !== undefined) {
    const notes = rules.some((rule) => rule !== undefined)
      ? [{ path: ['spec', 'matchRules'], expected: NO_RULES }]
      : [];
    return { value: withActive(forAll, rules), at: ['spec', 'defaultConfig'], notes };
  }
  const [first = -1, ...others] = rules.flatMap((rule, index) => (rule === undefined ? [] : [index]));
  return {
    value: rules[first] ?? {},
    at: first < 0 ? ['spec'] : ['spec', 'matchRules', first, 'config'],
    notes: others.map((index) => ({ path: ['spec', 'matchRules', index], expected: NO_RULES })),
  };
}

/** Where the general configuration names no active provider and all rules name the same one, that one. */
function withActive(config: Fields, rules: readonly (Fields | undefined)[]): Fields {
  const named = rules.map((rule) => rule?.['activeProviderId']).filter((id) => typeof id === 'string');
  const [only, ...others] = new Set(named.filter((id) => id !== ''));
  return config['activeProviderId'] !== undefined || only === undefined || others.length > 0
    ? config
    : { ...config, activeProviderId: only };
}

/** The plugin wants no id; the only provider is called after its type. */
function normalizeProviders(providers: unknown): unknown {
  if (!Array.isArray(providers)) return providers;
  const named = providers.map(normalizeProvider);
  const [only] = named;
  const fields = named.length === 1 ? fieldsOf(only) : undefined;
  return typeof fields?.['type'] === 'string' && fields['id'] === undefined
    ? [{ id: fields['type'], ...fields }]
    : named;
}

function normalizeProvider(written: unknown): unknown {
  const provider = fieldsOf(written);
  if (provider === undefined) return written;
  const fields = Object.entries(provider).flatMap(([name, value]): [string, unknown][] => {
    const alias = ALIASES[name];
    // Of two words for one thing the newer one counts.
    if (alias !== undefined && alias in provider) return [];
    const own = alias ?? name;
    const formed = normalizeValue(own, value, provider);
    return formed === undefined ? [] : [[own, formed]];
  });
  return Object.fromEntries(fields);
}

function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
