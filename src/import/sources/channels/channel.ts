import { flagOf, isMap, jsonOf, listOf, mapOf, numberOf, textMapOf, textOf, textsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import type { PlannedKey } from '../../plan.ts';

/** A channel as its row says it. */
export interface Channel {
  /** `channel 3 "Main"` */
  readonly place: string;
  readonly name: string;
  /** By `channel-types.ts`. */
  readonly type: number;
  readonly keys: readonly PlannedKey[];
  readonly baseUrl: string | undefined;
  readonly models: readonly string[];
  readonly groups: readonly string[];
  readonly mapping: Readonly<Record<string, string>>;
  /** The higher, the sooner. */
  readonly priority: number;
  readonly weight: number;
  /** Words of the type: a region, the id of an account, the version of an API. */
  readonly words: Readonly<Record<string, string>>;
  readonly other: string | undefined;
  readonly testModel: string | undefined;
  /** Seconds since 1970. */
  readonly createdTime: number;
  /** Its row, for what is not carried. */
  readonly row: LooseMap;
}

/** Numbers of states, in channels and in the keys of one alike. */
const DISABLED: Readonly<Record<number, string>> = {
  2: 'it was disabled by hand',
  3: 'it was disabled after failures',
};

/** A row of `channels`. What a version of the table does not have counts as not set. */
export function readChannel(row: LooseMap): Channel {
  const id = textOf(row['id']) ?? '?';
  const name = textOf(row['name']) ?? `channel-${id}`;
  const place = `channel ${id} "${name}"`;
  const config = jsonOf(row['config']);
  return {
    place,
    name,
    type: numberOf(row['type']) ?? 0,
    keys: keysOf(row, place),
    baseUrl: textOf(row['base_url'])?.replace(/\/+$/, ''),
    models: textsOf(row['models']),
    groups: textsOf(row['group']),
    mapping: textMapOf(row['model_mapping']),
    priority: numberOf(row['priority']) ?? 0,
    weight: numberOf(row['weight']) ?? 0,
    words: textMapOf(config),
    other: textOf(row['other']),
    testModel: textOf(row['test_model']),
    createdTime: numberOf(row['created_time']) ?? 0,
    row,
  };
}

/** One key, or as many as the lines or the JSON list of a channel with several have. */
function keysOf(row: LooseMap, place: string): readonly PlannedKey[] {
  const written = textOf(row['key']) ?? '';
  const status = numberOf(row['status']) ?? 1;
  const info = mapOf(jsonOf(row['channel_info']));
  const states = mapOf(info['multi_key_status_list']);
  return splitKeys(written).map((key, index) => {
    const own = flagOf(info['is_multi_key']) === true ? numberOf(states[index]) : undefined;
    const disabled = stateOf(status) ?? (own === undefined ? undefined : stateOf(own));
    return { key, from: place, ...(disabled !== undefined && { disabled }) };
  });
}

function stateOf(status: number): string | undefined {
  return status === 1 ? undefined : (DISABLED[status] ?? 'it was not enabled');
}

function splitKeys(written: string): readonly string[] {
  if (written === '') return [];
  const json = jsonOf(written);
  // Service accounts: one, or a list of them.
  if (isMap(json)) return [JSON.stringify(json)];
  if (Array.isArray(json)) return listOf(json).map((key) => textOf(key) ?? JSON.stringify(key));
  return written
    .split('\n')
    .map((key) => key.trim())
    .filter((key) => key !== '');
}
