import type { CapabilityOverride, ModelCapabilities } from './model-row.ts';
import { modelRows } from './rows/all.ts';

/**
 * All that is known of a model: of rows that fit the later ones count, and the configuration's above them.
 * @param type - of the provider
 * @param model - as the provider calls it
 */
export function modelCapabilities(
  type: string,
  model: string,
  overrides: readonly CapabilityOverride[] = [],
): ModelCapabilities {
  const name = model.toLowerCase();
  const rows = modelRows.filter(({ types }) => types?.includes(type) !== false);
  const fitting = [...rows, ...overrides].filter(({ models }) => models.some((each) => fits(each, name)));
  const known: ModelCapabilities = {};
  Object.assign(known, ...fitting.map(({ takes }) => takes));
  return known;
}

function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
}
