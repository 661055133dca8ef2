import { parseHostName } from '../base/host-name.ts';
import type { Call } from '../dialects/operations/call.ts';
import { modelMatcher } from '../providers/model-names.ts';
import { headerOf } from './session.ts';

/** What of a request its route is found by. */
export interface RouteQuery {
  /** As the client names it; undefined where the request names none. */
  readonly model: string | undefined;
  /** Its `Host` header. */
  readonly host?: string | undefined;
  /** The path that the client called, without its query. */
  readonly path?: string | undefined;
}

/** What a call's route is found by. */
export function routeQueryOf({ model, headers, target }: Call): RouteQuery {
  return { model, host: headerOf(headers, ['host']), path: (target.prefix ?? '') + target.path };
}

/** What a route asks of a request. */
export interface RouteConditions {
  /** A name, `prefix*`, `~regex`, or `*` for all, requests without a model too. */
  readonly model: string;
  /** Names, `*suffix`, `prefix*` or `*`, in lower case; absent: any host, and none. */
  readonly hosts?: readonly string[];
  /** Beginnings of paths, of whole segments, without a final slash; absent: any path. */
  readonly paths?: readonly string[];
}

/** Whether a route is for some hosts or paths alone. */
export function isConditional({ hosts, paths }: RouteConditions): boolean {
  return hosts !== undefined || paths !== undefined;
}

/** Whether a request fits a route that is for some hosts or paths alone. */
export function conditionMatcher({ model, hosts, paths }: RouteConditions): (query: RouteQuery) => boolean {
  const matchesModel = modelMatcher(model);
  const matchesHost = hosts === undefined ? () => true : hostsMatcher(hosts);
  return (query) =>
    matchesHost(query.host) &&
    paths?.some((path) => isUnder(path, query.path ?? '')) !== false &&
    (query.model === undefined ? model === '*' : matchesModel(query.model));
}

function hostsMatcher(hosts: readonly string[]): (header: string | undefined) => boolean {
  const matchers = hosts.map(hostMatcher);
  return (header) => {
    const host = header === undefined ? undefined : parseHostName(header);
    return matchers.some((matches) => matches(host));
  };
}

function hostMatcher(pattern: string): (host: string | undefined) => boolean {
  if (pattern === '*') return () => true;
  if (pattern.startsWith('*')) {
    const suffix = pattern.slice(1);
    return (host) => host?.endsWith(suffix) === true;
  }
  if (pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return (host) => host?.startsWith(prefix) === true;
  }
  return (host) => host === pattern;
}

function isUnder(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}
