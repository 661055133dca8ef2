/**
 * The Higress plugin's configuration as it is found in the wild: wrapped for Kubernetes, with words of its older
 * versions, and with single values where lists are meant. It is put into the words of the schema, which knows
 * nothing of this.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Older and other words for options, by what they are called here. */
const ALIASES: Readonly<Record<string, string>> = {
  apiToken: 'apiTokens',
  claudeVersion: 'apiVersion',
  subPath: 'basePath',
  version: 'apiVersion',
  vertexGeminiSafetySetting: 'geminiSafetySetting',
};

/** Options that are lists, and which the plugin takes as single values as well. */
const LISTS: ReadonlySet<string> = new Set(['apiTokens', 'contextCleanupCommands', 'qwenFileIds']);

/** A configuration in the words of the schema: the same where it was in them. */
export function inOwnWords(written: unknown): unknown {
  const config = fieldsOf(unwrapped(written));
  if (config === undefined) return written;
  const { provider, providers } = config;
  return {
    ...config,
    ...(fieldsOf(provider) !== undefined && { provider: providerInOwnWords(provider) }),
    ...(Array.isArray(providers) && { providers: providers.map(providerInOwnWords) }),
  };
}

/** What a `WasmPlugin` of Kubernetes holds for everybody, else for its first rule. */
function unwrapped(written: unknown): unknown {
  const resource = fieldsOf(written);
  if (resource?.['kind'] !== 'WasmPlugin') return written;
  const spec = fieldsOf(resource['spec']);
  const rules: unknown = spec?.['matchRules'];
  const first: unknown = Array.isArray(rules) ? rules.at(0) : undefined;
  return spec?.['defaultConfig'] ?? fieldsOf(first)?.['config'] ?? written;
}

function providerInOwnWords(written: unknown): unknown {
  const provider = fieldsOf(written);
  if (provider === undefined) return written;
  const named = Object.entries(provider).map(([name, value]): [string, unknown] => {
    const alias = ALIASES[name];
    return [alias !== undefined && !(alias in provider) ? alias : name, value];
  });
  return Object.fromEntries(named.map(([name, value]) => [name, valueInOwnForm(name, value, provider)]));
}

function valueInOwnForm(name: string, value: unknown, provider: Fields): unknown {
  if (LISTS.has(name)) {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    // An example of its documentation leaves one empty token where other credentials stand beside.
    return list.length === 1 && list[0] === '' && 'hunyuanAuthId' in provider ? [] : list;
  }
  // Its documentation writes the one file as a list of one.
  if (name === 'context' && Array.isArray(value) && value.length === 1) return value[0];
  return value;
}

function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
