import { readConfig } from './plugin/read-config.ts';
import type { ReadConfig } from './plugin/read-config.ts';
import type { Note } from './plugin/reading.ts';
import { isFields } from './plugin/fields.ts';
import type { Path } from './problem.ts';

/*
 * Normalises configurations of the Higress plugin: wrapped for Kubernetes, with rules for routes, and written as the plugin reads
 * it. The schema knows nothing of these.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A configuration as the schema wants it. */
export type NormalizedDocument = Omit<ReadConfig, 'value'> & { readonly value: unknown };

/** A configuration out of its wrapping. */
interface Unwrapped {
  readonly value: unknown;
  /** Its path in the document. */
  readonly at: Path;
  /** What was left out. */
  readonly notes: readonly Note[];
}

/** Where rules for routes stand in a configuration that is not wrapped. */
const RULES = '_rules_';
const NO_RULES =
  'nothing, since it has no effect here: what is for single routes, hosts or services of Higress is not taken over; `routes` chooses by model';

/** A document as the schema wants it; unchanged where it is so already. */
export function normalizePluginConfig(written: unknown): NormalizedDocument {
  const { value, at, notes } = unwrapKubernetes(written);
  const config = fieldsOf(value);
  if (config === undefined) return { value, notes, toWritten: (path) => [...at, ...path] };
  const { [RULES]: rules, ...rest } = config;
  const read = readConfig(rest, at, value !== written);
  const noRules = rules === undefined ? [] : [{ path: [...at, RULES], expected: NO_RULES }];
  return { ...read, notes: [...notes, ...noRules, ...read.notes] };
}

/** What a `WasmPlugin` of Kubernetes holds for everybody, else for its first rule that holds anything. */
function unwrapKubernetes(written: unknown): Unwrapped {
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

function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
