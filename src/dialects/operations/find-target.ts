import { familyOf } from './operation.ts';
import type { Family, Operation } from './operation.ts';
import { matchesFrom } from './path-tree.ts';
import type { PathMatch } from './path-tree.ts';
import { clientFamily, isId, readUrl, segmentsBehindVersion, VERSION } from './request-line.ts';
import type { RequestHeaders } from './request-line.ts';
import { hunyuanOperation } from './vendors/hunyuan.ts';

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
  /** What is asked for at Tencent Cloud, whose API has one path: the client's `X-TC-Action`. */
  readonly action?: string;
  /** The first id in the path, as the client wrote it: the key that created the resource has to serve the call. */
  readonly pathId?: string;
  /**
   * What else in the path may be an id, percent-decoded: before the suffix, and where the path belongs to no operation anywhere,
   * the query included.
   */
  readonly mentionedIds?: readonly string[];
}

/**
 * Finds the operation of a request. What precedes the operation's suffix is a prefix (`/proxy/v1/chat/completions`); the
 * longest suffix wins. Ids and models stay percent-encoded as they are. A path with dot segments, encoded or not, has no
 * operation, and neither has one within a resource of a kind that no operation is for: `/v1/vector_stores/vs_1/files/file_1`
 * is not that file.
 * @param url the request target: a path, with or without a query
 * @param headers distinguish vendors with the same path
 * @param isOffered - whether an operation is served here: the path of another is that of a shorter one behind a prefix, if any
 */
export function findTarget(
  method: string,
  url: string,
  headers: RequestHeaders = {},
  isOffered: (operation: Operation) => boolean = () => true,
): Target | 'no-operation' | 'wrong-method' {
  const read = readUrl(url);
  if (read === undefined) return 'no-operation';
  const { segments, query } = read;
  let isKnown = false;
  for (let from = 0; from < segments.length; from++) {
    for (const match of matchesFrom(segments, from)) {
      if (isWithinResource(segments, from)) break;
      isKnown = true;
      const operation = operationIn(match, method, segments[from - 1], headers);
      if (operation !== undefined && isOffered(operation))
        return targetOf(operation, match, segments, from, query);
    }
  }
  const action = headers['x-tc-action'];
  if (method === 'POST' && typeof action === 'string' && action !== '')
    return { operation: hunyuanOperation(action), path: '/', prefix: joined(segments), query, action };
  return isKnown ? 'wrong-method' : 'no-operation';
}

/** Collections of OpenAI whose resources contain others by the names of operations (package `openai`, folder `resources`). */
const IN_COLLECTION = /(?:^|\/)(?:assistants|chatkit|containers|evals|skills|threads|vector_stores)\/./iu;

/** A proxy's prefix may be named like a collection, as in `/assistants/v1/chat/completions`: a resource follows the version. */
function isWithinResource(segments: readonly string[], from: number): boolean {
  if (VERSION.test(segments[from - 1] ?? '')) return false;
  const before = segmentsBehindVersion(segments.slice(0, from)).join('/');
  return IN_COLLECTION.test(before.includes('%') ? decodeURIComponent(before) : before);
}

function operationIn(
  { operations }: PathMatch,
  method: string,
  version: string | undefined,
  headers: RequestHeaders,
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
  const within = operation.stateful ? idsBefore(segments, from) : NONE;
  return {
    operation,
    path: `/${segments.slice(from).join('/')}`,
    prefix: joined(segments.slice(0, from)),
    query,
    ...(model !== undefined && {
      pathModel: decodeURIComponent(model.text),
      modelSpan: spanOf(model, segments, from),
    }),
    ...(id !== undefined && { pathId: id }),
    ...(deployment !== undefined && { deployment }),
    ...(within.length > 0 && { mentionedIds: within }),
  };
}

/** Of segments a path, with one slash wherever the client wrote several: servers may merge them. */
function joined(segments: readonly string[]): string {
  return segments
    .filter((segment) => segment !== '')
    .map((segment) => `/${segment}`)
    .join('');
}

/** What may be ids between a version and the operation, whose resource may be within another where the path goes on as it is. */
function idsBefore(segments: readonly string[], from: number): readonly string[] {
  const before = segments.slice(0, from);
  const within = segmentsBehindVersion(before);
  return within.length === 0 || within.length === from
    ? NONE
    : within.filter((segment) => segment !== '' && isId(segment)).map(decodeURIComponent);
}

const NONE: readonly string[] = [];

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
  const deployment = segments[from - 1];
  if (segments[from - 2] !== 'deployments' || segments[from - 3] !== 'openai') return undefined;
  return deployment === undefined ? undefined : decodeURIComponent(deployment);
}

function operationFor(family: Family, candidates: readonly Operation[]): Operation | undefined {
  return candidates.find(({ dialect }) => familyOf(dialect) === family) ?? candidates[0];
}

/** The methods of the operations on this path, for an `Allow` header: `GET, DELETE`. Empty where there are none. */
export function allowedMethods(url: string): string {
  const allowed = ['GET', 'POST', 'DELETE'].filter((method) => typeof findTarget(method, url) === 'object');
  return allowed.join(', ');
}
