import type { BodyFacts } from '../scan/body-facts.ts';
import { operations } from './table.ts';
import { familyOf } from './operation.ts';
import type { Family, Operation } from './operation.ts';

export type { Dialect, Operation } from './operation.ts';

/** A request line, understood. */
export interface Target {
  readonly operation: Operation;
  /** From the operation's own suffix on, as the client wrote it: what follows a provider's base URL. */
  readonly path: string;
  /** What the client wrote before that; absent where no client wrote it. */
  readonly prefix?: string;
  /** Empty, or from the `?` on; a credential in `key=` is taken out. */
  readonly query: string;
  /** The model that the path names, percent-decoded. */
  readonly pathModel?: string;
  /** The first id in the path, as the client wrote it: what made it or keeps it is where this call belongs. */
  readonly pathId?: string;
}

/** One step in the tree of all patterns. */
interface PathNode {
  readonly literals: Map<string, PathNode>;
  id?: PathNode;
  /** What `{model}` leads to: it takes all segments that are left. */
  rest?: PathNode;
  /** What `{model}:verb` leads to. */
  readonly verbs: Map<string, PathNode>;
  /** By method: of vendors whose paths are the same, each has its own operation, the first of all in front. */
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
 * Names the operation of a request. Whatever stands before the operation's suffix is a prefix and is
 * dropped (`/proxy/v1/chat/completions`); of several readings the longest suffix wins. Ids and models stay
 * percent-encoded as they came, and a path that could climb out of its place, encoded or not, is nobody's.
 * @param url the request target: a path, with or without a query
 * @param headers tell whose operation it is, where vendors have the same path
 */
export function findTarget(
  method: string,
  url: string,
  headers: Headers = {},
): Target | 'no-operation' | 'wrong-method' {
  const mark = url.indexOf('?');
  const segments = splitPath(mark < 0 ? url : url.slice(0, mark));
  if (segments === undefined) return 'no-operation';
  let known = false;
  for (let from = 0; from < segments.length; from++) {
    const match = matchFrom(segments, from);
    if (match === undefined) continue;
    known = true;
    const candidates = match.node.byMethod.get(method);
    if (candidates === undefined) continue;
    const operation =
      candidates.length === 1
        ? candidates[0]
        : operationFor(clientFamily(segments[from - 1], headers), candidates);
    if (operation === undefined) continue;
    return {
      operation,
      path: `/${segments.slice(from).join('/')}`,
      prefix: segments.slice(0, from).join('/'),
      query: mark < 0 ? '' : withoutCredential(url.slice(mark + 1)),
      ...(match.model !== undefined && { pathModel: decodeURIComponent(match.model) }),
      ...(match.id !== undefined && { pathId: match.id }),
    };
  }
  return known ? 'wrong-method' : 'no-operation';
}

/** Whose client asks, as far as the version before the path and the headers tell; OpenAI's have no mark. */
function clientFamily(version: string | undefined, headers: Headers): Family {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  if (version === 'v1beta' || version === 'v1alpha' || headers['x-goog-api-key'] !== undefined)
    return 'gemini';
  return 'openai';
}

function operationFor(family: Family, candidates: readonly Operation[]): Operation | undefined {
  return candidates.find(({ dialect }) => familyOf(dialect) === family) ?? candidates[0];
}

/** The methods some operation on this path takes, for an `Allow` header: `GET, DELETE`. Empty where none does. */
export function allowedMethods(url: string): string {
  const allowed = ['GET', 'POST', 'DELETE'].filter((method) => typeof findTarget(method, url) === 'object');
  return allowed.join(', ');
}

function buildPathTree(): PathNode {
  const tree = newNode();
  for (const operation of operations) {
    let node = tree;
    for (const segment of operation.pattern.slice(1).split('/')) node = childFor(node, segment);
    node.byMethod.set(operation.method, [...(node.byMethod.get(operation.method) ?? []), operation]);
  }
  return tree;
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

function childNamed(steps: Map<string, PathNode>, name: string): PathNode {
  const next = steps.get(name) ?? newNode();
  steps.set(name, next);
  return next;
}

/** Walks the tree along the segments from `from` to the very end of the path. */
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

/** A model takes what is left; of its colons the last one may begin a verb. */
function matchModel({ rest, verbs }: PathNode, left: string): Match | undefined {
  const colon = left.lastIndexOf(':');
  const verb = colon > 0 ? verbs.get(left.slice(colon + 1)) : undefined;
  if (verb !== undefined) return { node: verb, model: left.slice(0, colon) };
  return rest === undefined ? undefined : { node: rest, model: left };
}

/** The segments of a path without its trailing slash; undefined where one of them is malformed or climbs. */
function splitPath(path: string): string[] | undefined {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.every(isSafeSegment) ? segments : undefined;
}

/**
 * Whether a segment means the same to every server that may read it. A slash in it may be encoded (a model
 * `org/name`), but some servers decode before they resolve dots, so dots are looked for behind the encoding.
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

/** The client's own credential is for the gateway and never travels on; everything else stays as written. */
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

/**
 * Whether this call makes something that lasts at the provider, or is paid for by the piece, so that it must not
 * be sent again where it may have arrived.
 * @param says - the body's `store` and `background`: what works in the background is kept whatever `store` says
 */
export function createsResource(
  { creates, honorsStore }: Operation,
  { store, background }: Pick<BodyFacts, 'store' | 'background'>,
): boolean {
  return honorsStore ? background || (store ?? creates) : creates;
}
