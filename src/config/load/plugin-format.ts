import { normalizeValue } from './plugin-values.ts';
import type { Path } from './problem.ts';

/**
 * The Higress plugin's configuration as it is found in the wild: wrapped for Kubernetes, with words of its older
 * versions, and with single values where lists are meant. It is put into the words of the schema, which knows
 * nothing of this.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A configuration in the words of the schema: the same where it was in them. */
export interface NormalizedDocument {
  readonly value: unknown;
  /** Where in the document it stands. */
  readonly at: Path;
  /** What was passed over, by its place in the document. */
  readonly notes: readonly Note[];
}

/** What of a document has no effect, and why. */
export interface Note {
  readonly path: Path;
  readonly expected: string;
}

/** Older and other words for options, by what they are called here. */
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

/** Puts what a file holds into the words of the schema. */
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

/** Rules name the active provider where the configuration for everybody does not: taken where all name one. */
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
