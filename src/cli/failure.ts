import type { Loaded, LoadResult } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problem.ts';
import type { ConfigProblem } from '../config/load/problem.ts';

/** A command failed for a reason that its message explains to the user in full. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/**
 * What was loaded, where it can be used.
 * @param source - names the configuration in the message
 * @throws CommandFailure with all that is wrong with it
 */
export function usable(result: LoadResult, source: string): Loaded {
  if (result.ok) return result;
  throw configFailure(result.problems, source, result.warnings);
}

/** All that is wrong with a configuration, a line each, and behind it what is probably wrong. */
export function configFailure(
  problems: readonly ConfigProblem[],
  source: string,
  warnings: readonly ConfigProblem[] = [],
): CommandFailure {
  const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
  const lines = [
    ...problems.map((problem) => formatProblem(problem, source)),
    ...warnings.map((warning) => `warning: ${formatProblem(warning, source)}`),
  ];
  return new CommandFailure([`The configuration cannot be used: ${count}.`, ...lines].join('\n'));
}
