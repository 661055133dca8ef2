import { withModel, withModelAtEnd } from '../../dialects/operations/model-in-path.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Target } from '../../dialects/operations/find-target.ts';

/** What paths at one API of a provider are made of. */
export interface PathOptions {
  /**
   * What stands before an operation's own suffix; empty, or with a leading slash and no trailing one. Where it
   * depends on the operation, `{model}` is filled in.
   */
  readonly basePath: string | ((operation: Operation) => string);
  /** Whole paths, for operations that are not at their own suffix behind `basePath`. `{model}` and an id are filled in. */
  readonly paths?: (operation: Operation) => string | undefined;
  /** Added to every query: `name=value`. */
  readonly query?: string;
}

/** Path and query of a request. @param model - the provider's name for it */
export function requestPath(
  { basePath, paths, query }: PathOptions,
  target: Target,
  model: string | undefined,
): string {
  const own = paths?.(target.operation);
  const base = typeof basePath === 'string' ? basePath : withModel(basePath(target.operation), model ?? '');
  const { operation, path: written } = target;
  const suffix = written === operation.otherPattern ? operation.pattern : suffixOf(target, model);
  const path = own === undefined ? base + suffix : fillPlaceholders(own, target, model);
  const joined = joinQuery(queryOf(target, model), query);
  const mark = path.indexOf('?');
  if (mark < 0) return path + joined;
  // What a whole path says itself goes before what is added to all.
  const others = without(joined, path.slice(mark));
  return [path, ...others].join('&');
}

/** The client's query, but for the model where it names one. */
function queryOf({ operation, query }: Target, model: string | undefined): string {
  if (operation.modelIn !== 'query' || model === undefined) return query;
  const parameters = new URLSearchParams(query);
  parameters.set('model', model);
  return `?${parameters.toString()}`;
}

/** The configured query replaces what a client says of the same. */
function joinQuery(query: string, configured: string | undefined): string {
  if (configured === undefined) return query;
  return `?${[...without(query, configured), configured].join('&')}`;
}

/** The pairs of a query but for those that another has too, in whatever case: Azure makes no difference. */
function without(query: string, other: string): string[] {
  const names = new Set([...new URLSearchParams(other).keys()].map((name) => name.toLowerCase()));
  return query
    .slice(1)
    .split('&')
    .filter(
      (pair) =>
        pair !== '' && ![...new URLSearchParams(pair).keys()].some((name) => names.has(name.toLowerCase())),
    );
}

/** The operation's path as the client wrote it, but for the model where the path names it. */
export function suffixOf(
  { operation, path, pathModel, modelSpan }: Target,
  model: string | undefined,
): string {
  if (pathModel === undefined || model === undefined || model === pathModel) return path;
  const isLast = operation.pattern.endsWith('{model}');
  const pattern =
    modelSpan === undefined
      ? operation.pattern
      : `${path.slice(0, modelSpan.start)}{model}${path.slice(modelSpan.end)}`;
  return isLast ? withModelAtEnd(pattern, model) : withModel(pattern, model);
}

/** `{model}`, and the one id that a path may have, whatever that is called. */
function fillPlaceholders(path: string, { pathId }: Target, model: string | undefined): string {
  return withModel(path, model ?? '').replace(/\{\w+_id\}/, () => pathId ?? '');
}
