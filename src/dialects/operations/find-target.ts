import { familyOf } from './operation.ts';
import type { Family, Operation } from './operation.ts';
import { matchesFrom } from './path-tree.ts';
import type { PathMatch } from './path-tree.ts';

/** What a request line asks for. */
export interface Target {
  readonly operation: Operation;
  /** The operation's suffix of the path, as the client wrote it: what follows a provider's base URL. */
  readonly path: string;
  /** The path before the suffix; absent in the gateway's own requests. */
  readonly prefix?: string;
  /** Empty, or from the `?` on, without a credential in `key=`. */
  readonly query: string;
  /** The model in the path, percent-decoded. */
  readonly pathModel?: string;
  /** Where that stands in `path`, as offsets. Absent where the path was made here. */
  readonly modelSpan?: { readonly start: number; readonly end: number };
  /** The deployment in an Azure path before the suffix, percent-decoded: the model where nothing else names one. */
  readonly deployment?: string;
  /** The first id in the path, as the client wrote it: the key that created the resource has to serve the call. */
  readonly pathId?: string;
}

/** Headers by their names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Finds the operation of a request. What precedes the operation's suffix is a prefix (`/proxy/v1/chat/completions`); the
 * longest suffix wins. Ids and models stay percent-encoded as they are. A path with dot segments, encoded or not, has no
 * operation.
 * @param url the request target: a path, with or without a query
 * @param headers distinguish vendors with the same path
 */
export function findTarget(
  method: string,
  url: string,
  headers: Headers = {},
): Target | 'no-operation' | 'wrong-method' {
  const mark = url.indexOf('?');
  const segments = splitPath(mark < 0 ? url : url.slice(0, mark));
  if (segments === undefined) return 'no-operation';
  const query = mark < 0 ? '' : withoutCredential(url.slice(mark + 1));
  let isKnown = false;
  for (let from = 0; from < segments.length; from++) {
    for (const match of matchesFrom(segments, from)) {
      isKnown = true;
      const operation = operationIn(match, method, segments[from - 1], headers);
      if (operation !== undefined) return targetOf(operation, match, segments, from, query);
    }
  }
  return isKnown ? 'wrong-method' : 'no-operation';
}

function operationIn(
  { operations }: PathMatch,
  method: string,
  version: string | undefined,
  headers: Headers,
): Operation | undefined {
  const candidates = operations.get(method);
  if (candidates === undefined || candidates.length === 1) return candidates?.[0];
  return operationFor(clientFamily(version, headers), candidates);
}

function targetOf(
  operation: Operation,
  { model, id }: PathMatch,
  segments: readonly string[],
  from: number,
  query: string,
): Target {
  const deployment = deploymentBefore(segments, from);
  return {
    operation,
    path: `/${segments.slice(from).join('/')}`,
    prefix: segments.slice(0, from).join('/'),
    query,
    ...(model !== undefined && {
      pathModel: decodeURIComponent(model.text),
      modelSpan: spanOf(model, segments, from),
    }),
    ...(id !== undefined && { pathId: id }),
    ...(deployment !== undefined && { deployment }),
  };
}

function spanOf(
  { at, text }: NonNullable<PathMatch['model']>,
  segments: readonly string[],
  from: number,
): NonNullable<Target['modelSpan']> {
  const start = segments.slice(from, at).reduce((length, { length: more }) => length + more + 1, 1);
  return { start, end: start + text.length };
}

/** learn.microsoft.com/azure/ai-foundry/openai/reference: `/openai/deployments/{deployment}` and the operation. */
function deploymentBefore(segments: readonly string[], from: number): string | undefined {
  const [root, collection, deployment] = segments.slice(Math.max(0, from - 3), from);
  return root === 'openai' && collection === 'deployments' && deployment !== undefined
    ? decodeURIComponent(deployment)
    : undefined;
}

/** The client's API by the version before the path and the headers; `openai` where neither tells. */
function clientFamily(version: string | undefined, headers: Headers): Family {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  if (version === 'v1beta' || version === 'v1alpha' || headers['x-goog-api-key'] !== undefined)
    return 'gemini';
  return 'openai';
}

function operationFor(family: Family, candidates: readonly Operation[]): Operation | undefined {
  return candidates.find(({ dialect }) => familyOf(dialect) === family) ?? candidates[0];
}

/** The methods of the operations on this path, for an `Allow` header: `GET, DELETE`. Empty where there are none. */
export function allowedMethods(url: string): string {
  const allowed = ['GET', 'POST', 'DELETE'].filter((method) => typeof findTarget(method, url) === 'object');
  return allowed.join(', ');
}

/** The segments of a path without its trailing slash; undefined where one of them is malformed or unsafe. */
function splitPath(path: string): string[] | undefined {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.every(isSafeSegment) ? segments : undefined;
}

/**
 * Whether a segment means the same to every server. It may hold encoded slashes (a model `org/name`), but some servers decode
 * before they resolve dots, so dots are looked for in the decoded segment.
 */
function isSafeSegment(segment: string): boolean {
  let decoded = segment;
  if (segment.includes('%')) {
    try {
      decoded = decodeURIComponent(segment);
    } catch {
      return false;
    }
  }
  if (decoded.includes('..') || decoded.includes('\\') || hasControl(decoded)) return false;
  return decoded !== '.' && !decoded.startsWith('./') && !decoded.endsWith('/.') && !decoded.includes('/./');
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** The client's credential is for the gateway, and not sent on; everything else stays as it is. */
function withoutCredential(query: string): string {
  const kept = query.split('&').filter((pair) => !isCredential(pair));
  return kept.length === 0 || (kept.length === 1 && kept[0] === '') ? '' : `?${kept.join('&')}`;
}

function isCredential(pair: string): boolean {
  const equals = pair.indexOf('=');
  const name = equals < 0 ? pair : pair.slice(0, equals);
  if (!name.includes('%')) return name === 'key';
  try {
    return decodeURIComponent(name) === 'key';
  } catch {
    return false;
  }
}
