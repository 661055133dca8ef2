import { cachePositionOf, cacheRetentionOf } from '../../../catalog/prompt-cache.ts';
import { describeOption, isText, keywordsOf, valuesOf } from '../../schema/introspect.ts';
import type { Schema } from '../../schema/introspect.ts';
import { MAX_ID_LENGTH } from '../../schema/patterns.ts';
import type { Bounds, Kind } from '../../schema/scalars.ts';
import type { Place, Reading } from './reading.ts';
import { isBlank, isBlankList, isFields } from './fields.ts';

/*
 * Values of the plugin's words. Where a configuration is the plugin's they are read as gjson reads them there: kinds convert to
 * each other as far as they mean something, 0 is the default, and what means nothing is the default too, with a note. What would
 * fail there with every request (a URL that is none) is left for the schema to refuse.
 */

/** Options of a few words of which the plugin takes any other as the default. */
const WITH_DEFAULT: ReadonlySet<string> = new Set(['minimaxApiType', 'mode', 'reasoningContentMode']);

/**
 * The value of an option as the schema is to see it; undefined where it is as good as absent.
 * @param name of the option, or of the list that the value stands in
 */
export function readScalar(
  name: string,
  schema: Schema,
  value: unknown,
  place: Place,
  reading: Reading,
): unknown {
  const { kind } = describeOption(schema);
  const values = valuesOf(schema);
  if (kind?.range !== undefined) return readNumber(name, value, kind, kind.range, place, reading);
  if (kind?.kind === 'boolean') return reading.isPlugins ? readFlag(value, place, reading) : value;
  if (name === 'id' || name === 'activeProviderId')
    return readId(name, asText(value, reading), place, reading);
  if (kind?.kind === 'text') return asText(value, reading);
  if (name === 'promptCacheRetention') return readRetention(value, place, reading);
  if (values !== undefined) return readAnyMap(name, values, value, place, reading);
  if (!reading.isPlugins) return lowerCase(name, value);
  if (kind?.kind.startsWith('secret') === true) return readSecret(name, value, reading);
  return readKeyword(name, lowerCase(name, value), keywordsOf(schema) ?? [], place, reading);
}

function readNumber(
  name: string,
  value: unknown,
  kind: Kind,
  { min = 0, max }: Bounds,
  place: Place,
  reading: Reading,
): unknown {
  const given = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
  // Where a number may be below zero, 0 is one like others.
  if (given === 0 && min >= 0) return undefined;
  if (!reading.isPlugins || hasUnit(value, kind)) return value;
  if (typeof given !== 'number' || Number.isNaN(given)) {
    reading.note(place, 'a number; as it is the default holds');
    return undefined;
  }
  const whole = Math.trunc(given);
  if (whole >= min && whole <= max) return whole === 0 && min >= 0 ? undefined : whole;
  if (whole > max) {
    reading.note(place, `at most ${max}, which holds as it is`);
    return max;
  }
  // A threshold below zero is reached by the first failure.
  if (name === 'failureThreshold') return 1;
  reading.note(place, `a number from ${min}; as it is the default holds`);
  return undefined;
}

/** Whether a value is a duration as only Sparekey reads it, such as `5s`. */
export function hasUnit(value: unknown, kind: Kind | undefined): boolean {
  return kind?.unit === 'ms' && typeof value === 'string' && /^\d+(?:\.\d+)?\s*[a-z]+$/i.test(value.trim());
}

/** To the plugin all that is not `true` is false, but what YAML 1.1 calls true is made that before it sees it. */
function readFlag(value: unknown, place: Place, reading: Reading): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (['1', 't', 'true'].includes(word)) return true;
  if (['0', 'f', 'false'].includes(word)) return false;
  const isOn = ['on', 'y', 'yes'].includes(word);
  reading.note(place, `true or false; as it is it means ${isOn}`);
  return isOn;
}

/** A number is as good as the text where nothing of it is lost. */
function asText(value: unknown, { isPlugins }: Reading): unknown {
  return Number.isSafeInteger(value) || (isPlugins && typeof value === 'boolean') ? String(value) : value;
}

/** Any text is an id to the plugin. Here it stands before a slash in the names of models. */
function readId(name: string, value: unknown, place: Place, reading: Reading): unknown {
  if (!reading.isPlugins || typeof value !== 'string') return value;
  const id = value
    .trim()
    .replaceAll(/[\s/\p{Cc}]+/gu, '-')
    .slice(0, MAX_ID_LENGTH);
  if (id !== value && name === 'id')
    reading.note(
      place,
      `an id of at most ${MAX_ID_LENGTH} characters, without spaces or "/"; it is called ${id} here`,
    );
  return id;
}

/** A service account as a map is as good as its JSON. */
function readSecret(name: string, value: unknown, reading: Reading): unknown {
  if (name === 'vertexAuthKey' && isFields(value)) return JSON.stringify(value);
  return typeof value === 'number' ? asText(value, reading) : value;
}

function lowerCase(name: string, value: unknown): unknown {
  return name === 'reasoningContentMode' && typeof value === 'string' ? value.toLowerCase() : value;
}

/** To the plugin any other means that nothing is cached. */
function readRetention(value: unknown, place: Place, reading: Reading): unknown {
  if (!reading.isPlugins || cacheRetentionOf(value) !== undefined) return value;
  reading.note(place, 'in_memory or 24h; as it is nothing is marked for the cache');
  return undefined;
}

function readKeyword(
  name: string,
  value: unknown,
  keywords: readonly unknown[],
  place: Place,
  reading: Reading,
): unknown {
  if (keywords.includes(value) || !WITH_DEFAULT.has(name)) return value;
  reading.note(place, `one of ${keywords.join(', ')}; as it is the default holds`);
  return undefined;
}

/** A map with names of any kind: of models, of operations, of categories. */
function readAnyMap(name: string, values: Schema, value: unknown, place: Place, reading: Reading): unknown {
  if (!isFields(value)) {
    if (!reading.isPlugins) return value;
    if (!isBlankList(value)) reading.note(place, 'a map; as it is it means nothing');
    return undefined;
  }
  const { kind } = describeOption(values);
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const at = reading.enter(place, key);
    if (name === 'capabilities' && reading.isPlugins && isBlank(each)) {
      reading.note(at, 'a path; as it is the operation keeps its own');
      return [];
    }
    if (
      name === 'bedrockPromptCachePointPositions' &&
      reading.isPlugins &&
      cachePositionOf(key) === undefined
    ) {
      reading.note(at, 'systemPrompt, lastUserMessage or lastMessage; as it is it means nothing');
      return [];
    }
    if (isText(values)) return [[key, each === null && reading.isPlugins ? '' : asText(each, reading)]];
    const isFlag = kind?.kind === 'boolean' && reading.isPlugins;
    return [[key, isFlag ? readFlag(each, at, reading) : each]];
  });
  // An empty one says nothing there, unless it is one of switches, which are then all off.
  const isBlankMap = entries.length === 0 && kind?.kind !== 'boolean';
  return reading.isPlugins && isBlankMap ? undefined : Object.fromEntries(entries);
}
