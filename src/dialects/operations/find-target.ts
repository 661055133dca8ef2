import { familyOf } from './operation.ts';
import type { Family, Operation } from './operation.ts';
import { operations } from './table.ts';

/** What a request line asks for. */
export interface Target {
  readonly operation: Operation;
  /** The operation's suffix of the path, as the client wrote it or by the operation's own pattern: what follows a provider's base URL. */
  readonly path: string;
  /** The path before the suffix; absent in the gateway's own requests. */
  readonly prefix?: string;
  /** Empty, or from the `?` on, without a credential in `key=`. */
  readonly query: string;
  /** The model in the path, percent-decoded. */
  readonly pathModel?: string;
  /** The first id in the path, as the client wrote it: the key that created the resource has to serve the call. */
  readonly pathId?: string;
}

/** A node in the tree of all patterns, one for each segment. */
interface PathNode {
  readonly literals: Map<string, PathNode>;
  id?: PathNode;
  /** For `{model}`, which takes all segments that are left. */
  rest?: PathNode;
  /** For `{model}:verb`, by the verb. */
  readonly verbs: Map<string, PathNode>;
  /** By method. Vendors with equal paths have an operation each; the first one is the default. */
  readonly byMethod: Map<string, readonly Operation[]>;
}

interface Match {
  readonly node: PathNode;
  /** The segments that `{model}` took. */
  readonly model?: string;
  /** The first segment that `{id}` took. */
  readonly id?: string;
}

const root = buildPathTree();

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
  let isKnown = false;
  for (let from = 0; from < segments.length; from++) {
    const match = matchFrom(segments, from);
    if (match === undefined) continue;
    isKnown = true;
    const candidates = match.node.byMethod.get(method);
    if (candidates === undefined) continue;
    const operation =
      candidates.length === 1
        ? candidates[0]
        : operationFor(clientFamily(segments[from - 1], headers), candidates);
    if (operation === undefined) continue;
    const suffix = `/${segments.slice(from).join('/')}`;
    return {
      operation,
      path: suffix === operation.otherPattern ? operation.pattern : suffix,
      prefix: segments.slice(0, from).join('/'),
      query: mark < 0 ? '' : withoutCredential(url.slice(mark + 1)),
      ...(match.model !== undefined && { pathModel: decodeURIComponent(match.model) }),
      ...(match.id !== undefined && { pathId: match.id }),
    };
  }
  return isKnown ? 'wrong-method' : 'no-operation';
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

function buildPathTree(): PathNode {
  const tree = newNode();
  for (const operation of operations) {
    addPattern(tree, operation.pattern, operation);
    if (operation.otherPattern !== undefined) addPattern(tree, operation.otherPattern, operation);
  }
  return tree;
}

function addPattern(tree: PathNode, pattern: string, operation: Operation): void {
  let node = tree;
  for (const segment of pattern.slice(1).split('/')) node = childFor(node, segment);
  node.byMethod.set(operation.method, [...(node.byMethod.get(operation.method) ?? []), operation]);
}

function newNode(): PathNode {
  return { literals: new Map(), verbs: new Map(), byMethod: new Map() };
}

function childFor(node: PathNode, segment: string): PathNode {
  if (segment === '{id}') return (node.id ??= newNode());
  if (segment === '{model}') return (node.rest ??= newNode());
  return segment.startsWith('{model}:')
    ? childNamed(node.verbs, segment.slice('{model}:'.length))
    : childNamed(node.literals, segment);
}

function childNamed(children: Map<string, PathNode>, name: string): PathNode {
  const next = children.get(name) ?? newNode();
  children.set(name, next);
  return next;
}

/** Walks the tree along the segments from `from` to the end of the path. */
function matchFrom(segments: readonly string[], from: number): Match | undefined {
  let node = root;
  let id: string | undefined;
  for (let at = from; at < segments.length; at++) {
    const segment = segments[at] ?? '';
    const next = node.literals.get(segment) ?? (segment === '' ? undefined : node.id);
    if (next !== undefined) {
      if (next === node.id) id ??= segment;
      node = next;
    } else if (node.rest !== undefined && segment !== '') {
      return matchModel(node, segments.slice(at).join('/'));
    } else {
      return undefined;
    }
  }
  if (node.byMethod.size === 0) return undefined;
  return id === undefined ? { node } : { node, id };
}

/** A model takes all that is left; its last colon may begin a verb. */
function matchModel({ rest, verbs }: PathNode, left: string): Match | undefined {
  const colon = left.lastIndexOf(':');
  const verb = colon > 0 ? verbs.get(left.slice(colon + 1)) : undefined;
  if (verb !== undefined) return { node: verb, model: left.slice(0, colon) };
  return rest === undefined ? undefined : { node: rest, model: left };
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
