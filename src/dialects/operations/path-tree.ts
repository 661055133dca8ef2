import type { Operation } from './operation.ts';
import { operations } from './table.ts';

/** A node in the tree of all patterns, one for each segment. */
interface PathNode {
  readonly literals: Map<string, PathNode>;
  id?: PathNode;
  /** For `{name}`. */
  name?: PathNode;
  /** For a `{model}` that more segments follow. */
  model?: PathNode;
  /** For a `{model}` that takes all segments that are left. */
  rest?: PathNode;
  /** For `{model}:verb`, by the verb. */
  readonly verbs: Map<string, PathNode>;
  /** By method. Vendors with equal paths have an operation each; the first one is the default. */
  readonly byMethod: Map<string, readonly Operation[]>;
}

/** A pattern that a path fits. */
export interface PathMatch {
  /** By method. */
  readonly operations: ReadonlyMap<string, readonly Operation[]>;
  /** Where the model begins, as an index of segments, and its text, which may hold slashes. */
  readonly model?: { readonly at: number; readonly text: string };
  /** The first segment that `{id}` took. */
  readonly id?: string;
}

const root = buildPathTree();

/**
 * The patterns that the segments from `from` to the end of the path fit, the most literal first.
 * @param segments - of a path, percent-encoded as the client wrote them
 */
export function matchesFrom(segments: readonly string[], from: number): Iterable<PathMatch> {
  return matchesAt(root, segments, from, {});
}

function* matchesAt(
  node: PathNode,
  segments: readonly string[],
  at: number,
  found: Pick<PathMatch, 'model' | 'id'>,
): Generator<PathMatch> {
  const segment = segments[at];
  if (segment === undefined) {
    if (node.byMethod.size > 0) yield { operations: node.byMethod, ...found };
    return;
  }
  const literal = node.literals.get(segment);
  if (literal !== undefined) yield* matchesAt(literal, segments, at + 1, found);
  if (segment === '') return;
  if (node.model !== undefined)
    yield* matchesAt(node.model, segments, at + 1, { ...found, model: { at, text: segment } });
  if (node.id !== undefined) yield* matchesAt(node.id, segments, at + 1, { id: segment, ...found });
  if (node.name !== undefined) yield* matchesAt(node.name, segments, at + 1, found);
  yield* matchesOfModel(node, segments, at, found);
}

/** A model takes all that is left; its last colon may begin a verb. */
function* matchesOfModel(
  { rest, verbs }: PathNode,
  segments: readonly string[],
  at: number,
  found: Pick<PathMatch, 'id'>,
): Generator<PathMatch> {
  if (rest === undefined && verbs.size === 0) return;
  const left = segments.slice(at).join('/');
  const colon = left.lastIndexOf(':');
  const verb = colon > 0 ? verbs.get(left.slice(colon + 1)) : undefined;
  if (verb !== undefined)
    yield { operations: verb.byMethod, ...found, model: { at, text: left.slice(0, colon) } };
  else if (rest !== undefined) yield { operations: rest.byMethod, ...found, model: { at, text: left } };
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
  const segments = pattern.slice(1).split('/');
  for (const [at, segment] of segments.entries()) node = childFor(node, segment, at === segments.length - 1);
  node.byMethod.set(operation.method, [...(node.byMethod.get(operation.method) ?? []), operation]);
}

function newNode(): PathNode {
  return { literals: new Map(), verbs: new Map(), byMethod: new Map() };
}

function childFor(node: PathNode, segment: string, isLast: boolean): PathNode {
  if (segment === '{id}') return (node.id ??= newNode());
  if (segment === '{name}') return (node.name ??= newNode());
  if (segment === '{model}') return isLast ? (node.rest ??= newNode()) : (node.model ??= newNode());
  return segment.startsWith('{model}:')
    ? childNamed(node.verbs, segment.slice('{model}:'.length))
    : childNamed(node.literals, segment);
}

function childNamed(children: Map<string, PathNode>, name: string): PathNode {
  const next = children.get(name) ?? newNode();
  children.set(name, next);
  return next;
}
