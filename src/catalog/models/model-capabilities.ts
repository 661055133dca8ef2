import type { CapabilityOverride, ModelCapabilities } from './model-row.ts';
import { modelRows } from './rows/all.ts';

/** A row as it is looked up: for which types of providers, whether it fits a name in small letters, and what it says. */
interface CompiledRow {
  readonly types: readonly string[] | undefined;
  readonly fits: (name: string) => boolean;
  readonly takes: ModelCapabilities;
}

const compiledRows: readonly CompiledRow[] = modelRows.map(({ types, models, takes }) => ({
  types,
  fits: matcherOf(models),
  takes,
}));

/** What was looked up, by type and model: each request asks, some more than once, and the answer takes all of the table. */
const known = new Map<string, ModelCapabilities>();
/** The same under a provider's configuration, for as long as that is loaded. */
const knownUnder = new WeakMap<readonly CapabilityOverride[], Map<string, ModelCapabilities>>();

/** Clients may name any models: of so many the answers are kept, and of no longer names. */
const MOST_KNOWN = 1000;
const MOST_CHARACTERS = 256;

/**
 * All that is known of a model: of rows that fit the later ones count, and the configuration's above them.
 * @param type - of the provider
 * @param model - as the provider calls it
 */
export function modelCapabilities(
  type: string,
  model: string,
  overrides: readonly CapabilityOverride[] = NO_OVERRIDES,
): ModelCapabilities {
  const answers = overrides.length === 0 ? known : answersUnder(overrides);
  const key = `${type}/${model}`;
  const answer = answers.get(key);
  if (answer !== undefined) return answer;
  const found = lookedUp(type, model, overrides);
  if (model.length > MOST_CHARACTERS) return found;
  if (answers.size >= MOST_KNOWN) answers.clear();
  answers.set(key, found);
  return found;
}

const NO_OVERRIDES: readonly CapabilityOverride[] = [];

function answersUnder(overrides: readonly CapabilityOverride[]): Map<string, ModelCapabilities> {
  const answers = knownUnder.get(overrides) ?? new Map<string, ModelCapabilities>();
  knownUnder.set(overrides, answers);
  return answers;
}

function lookedUp(type: string, model: string, overrides: readonly CapabilityOverride[]): ModelCapabilities {
  const name = model.toLowerCase();
  const fitting = [
    ...compiledRows.filter(({ types, fits }) => types?.includes(type) !== false && fits(name)),
    ...overrides.filter(({ models }) => matcherOf(models)(name)),
  ];
  const capabilities: ModelCapabilities = {};
  Object.assign(capabilities, ...fitting.map(({ takes }) => takes));
  return Object.freeze(capabilities);
}

/** Whether a name in small letters fits one of some patterns, in which `*` stands for anything. */
function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const compiled = patterns.map((pattern) => pattern.toLowerCase().split('*'));
  return (name) => compiled.some((pieces) => fits(pieces, name));
}

function fits([first = '', ...between]: readonly string[], name: string): boolean {
  if (between.length === 0) return name === first;
  const last = between.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of between) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
}
