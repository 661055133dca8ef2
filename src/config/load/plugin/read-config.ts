import { configSchema } from '../../schema/schema.ts';
import type { Path } from '../problem.ts';
import { readField, readProvider } from './providers.ts';
import { isBlank, isFields } from './fields.ts';
import type { Fields } from './fields.ts';
import { Reading } from './reading.ts';
import type { Note, Place } from './reading.ts';
import { PLUGIN_WORDS, isPluginConfig } from './words.ts';

/** A configuration as the schema wants it. */
export interface ReadConfig {
  readonly value: Fields;
  /** What was left out, or is taken for something else. */
  readonly notes: readonly Note[];
  /** Where in the document something of it stands. */
  readonly toWritten: (path: Path) => Path;
}

/**
 * Reads a configuration, as the plugin would where it is the plugin's.
 * @param at its path in the document
 * @param isWrapped it is wrapped for Kubernetes, and so is the plugin's whatever it says
 */
export function readConfig(config: Fields, at: Path, isWrapped: boolean): ReadConfig {
  const reading = new Reading(at, isWrapped || isPluginConfig(config));
  const root: Place = { path: [], written: at };
  // The plugin's older way to write, which its newer one does not count beside.
  const isSole = reading.isPlugins && isFields(config['provider']);
  const isBeside = reading.isPlugins && Array.isArray(config['providers']);
  const entries = Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
    const place = reading.enter(root, name);
    if (name === 'activeProviderId' && isBlank(value)) return [];
    if (isSole && (name === 'providers' || name === 'activeProviderId')) {
      reading.note(place, 'nothing, since provider goes before it');
      return [];
    }
    if (name === 'provider' && isBeside && !isSole) {
      if (!isBlank(value)) reading.note(place, 'a map; as it is providers go before it');
      return [];
    }
    if (name === 'provider' && !isBlank(value))
      return [[name, isFields(value) ? readProvider(value, place, reading) : value]];
    if (name === 'providers')
      return [[name, Array.isArray(value) ? readProviders(value, place, reading) : value]];
    return readField(name, value, configSchema, PLUGIN_WORDS, place, reading);
  });
  return {
    value: Object.fromEntries(entries),
    notes: reading.notes,
    toWritten: (path) => reading.toWritten(path),
  };
}

/** The plugin wants no id; the only provider is called after its type. */
function readProviders(providers: readonly unknown[], place: Place, reading: Reading): unknown[] {
  const read = providers.map((provider, index) =>
    isFields(provider) ? readProvider(provider, reading.enter(place, index), reading) : provider,
  );
  const [only] = read;
  return read.length === 1 && isFields(only) && typeof only['type'] === 'string' && only['id'] === undefined
    ? [{ id: only['type'], ...only }]
    : read;
}
