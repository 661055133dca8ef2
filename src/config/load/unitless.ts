import { describeOption, fieldsOf, itemsOf } from '../schema/introspect.ts';
import type { Schema } from '../schema/introspect.ts';
import type { Path } from './problem.ts';

/** A duration without a unit that is shorter than a second. */
export interface UnitlessDuration {
  readonly path: Path;
  /** As it was written: milliseconds. */
  readonly amount: number;
}

/** Shorter ones are probably seconds, as most programs have them. Milliseconds. */
const SUSPICIOUS_BELOW_MS = 1000;

/** All durations of a configuration that are probably seconds. */
export function unitlessDurations(
  value: unknown,
  schema: Schema,
  path: Path = [],
): readonly UnitlessDuration[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    const list: readonly unknown[] = value;
    if (items === undefined) return [];
    return list.flatMap((item, index) => unitlessDurations(item, items, [...path, index]));
  }
  if (typeof value === 'object' && value !== null) {
    const fields = fieldsOf(schema) ?? {};
    return Object.entries(value).flatMap(([name, each]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return field === undefined ? [] : unitlessDurations(each, field, [...path, name]);
    });
  }
  if (describeOption(schema).kind?.unit !== 'ms') return [];
  const amount = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof amount === 'number' && amount > 0 && amount < SUSPICIOUS_BELOW_MS ? [{ path, amount }] : [];
}
