import { normalizeValue } from './plugin-values.ts';
import { fieldsOf } from './plugin/fields.ts';
import type { Path } from './problem.ts';

/*
 * Normalises configurations of the Higress plugin: with option names of its older versions, and with single values where
 * lists are meant. The schema knows nothing of these. What they are wrapped in is for `plugin/merge-sources`.
 */

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

/** A configuration as the schema wants it; unchanged where it is so already. */
export function normalizePluginConfig(written: unknown): unknown {
  const config = fieldsOf(written);
  if (config === undefined) return written;
  const { activeProviderId, provider, providers, ...rest } = config;
  const isNamed = activeProviderId !== undefined && activeProviderId !== '';
  return {
    ...rest,
    ...(isNamed && { activeProviderId }),
    ...(provider !== undefined && { provider: normalizeProvider(provider) }),
    ...(providers !== undefined && { providers: normalizeProviders(providers) }),
  };
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
