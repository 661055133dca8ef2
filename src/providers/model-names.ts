import { compileRe2 } from './re2.ts';

/**
 * Names of models as the configuration writes them: a name, `prefix*`, `~regex`, or `*` for all. A regular
 * expression is searched for, not anchored, as in the configuration this one is compatible with, and is in RE2's
 * syntax, as there. RE2 takes time that is linear in the name: clients choose names, and with a backtracking
 * engine one name could hold up the whole gateway.
 */
export function modelMatcher(pattern: string): (model: string) => boolean {
  if (pattern === '*') return () => true;
  if (pattern.startsWith('~')) {
    const regex = compileRe2(pattern.slice(1));
    return (model) => regex.matcher(model).find();
  }
  if (pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return (model) => model.startsWith(prefix);
  }
  return (model) => model === pattern;
}

/** Whether any of several patterns matches; everything does where there are none. */
export function anyModelMatcher(patterns: readonly string[] | undefined): (model: string) => boolean {
  if (patterns === undefined) return () => true;
  const matchers = patterns.map(modelMatcher);
  return (model) => matchers.some((matches) => matches(model));
}

/**
 * `modelMapping`: an exact name first, then `prefix*` and `~regex` in the order written, then `*`. An empty
 * target keeps the model's name; `$1` in the target of a regular expression is its first group.
 */
export function modelMapper(mapping: Readonly<Record<string, string>>): (model: string) => string {
  const entries = Object.entries(mapping);
  const exact = new Map(entries.filter(([name]) => !isPattern(name)));
  const rules = entries
    .filter(([pattern]) => isPattern(pattern) && pattern !== '*')
    .concat(entries.filter(([pattern]) => pattern === '*'))
    .map(([pattern, target]) => ({ matches: modelMatcher(pattern), mapped: targetOf(pattern, target) }));
  return (model) => {
    const named = exact.get(model);
    if (named !== undefined) return named || model;
    return rules.find(({ matches }) => matches(model))?.mapped(model) ?? model;
  };
}

/** What a pattern makes of a model that it matches. */
function targetOf(pattern: string, target: string): (model: string) => string {
  if (target === '') return (model) => model;
  if (!pattern.startsWith('~')) return () => target;
  const regex = compileRe2(pattern.slice(1));
  // The configuration this one is compatible with writes a group as `$1` or as `${1}`.
  const replacement = target.replaceAll(/\$\{(\d+)\}/gu, '$$$1');
  return (model) => regex.matcher(model).replaceFirst(replacement);
}

function isPattern(name: string): boolean {
  return name.startsWith('~') || name.endsWith('*');
}
