import { familyOf } from '../dialects/operations/operation.ts';
import type { Dialect } from '../dialects/operations/operation.ts';
import type { CallOptions, UnsupportedOption } from './codec.ts';

/** Options of a request that the family lacks, by the names that its client's dialect has for them. */
export function droppedOptions(
  options: CallOptions,
  unsupported: readonly UnsupportedOption[],
  dialect: Dialect,
): string[] {
  const names = unsupported.filter((name) => options[name] !== undefined);
  if (familyOf(dialect) === 'gemini') return names;
  return names.map((name) => name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`));
}
