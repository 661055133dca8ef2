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

const NONE: readonly PathMatch[] = [];

/**
 * The patterns that the segments from `from` to the end of the path fit, the most literal first.
 * @param segments - of a path, percent-encoded as the client wrote them
 */
export function matchesFrom(segments: readonly string[], from: number): readonly PathMatch[] {
  // Every pattern begins with a word, and most segments of most paths are no beginning of any.
  const first = root.literals.get(segments[from] ?? '');
  if (first === undefined) return NONE;
  const matches: PathMatch[] = [];
  addMatches(matches, first, segments, from + 1, {});
  return matches;
}

function addMatches(
  matches: PathMatch[],
  node: PathNode,
  segments: readonly string[],
  at: number,
  found: Pick<PathMatch, 'model' | 'id'>,
): void {
  const segment = segments[at];
  if (segment === undefined) {
    if (node.byMethod.size > 0) matches.push({ operations: node.byMethod, ...found });
    return;
  }
  const literal = node.literals.get(segment);
  if (literal !== undefined) addMatches(matches, literal, segments, at + 1, found);
  if (segment === '') return;
  if (node.model !== undefined)
    addMatches(matches, node.model, segments, at + 1, { ...found, model: { at, text: segment } });
  if (node.id !== undefined) addMatches(matches, node.id, segments, at + 1, { id: segment, ...found });
  if (node.name !== undefined) addMatches(matches, node.name, segments, at + 1, found);
  const atEnd = matchOfModel(node, segments, at, found);
  if (atEnd !== undefined) matches.push(atEnd);
}

/** A model takes all that is left; its last colon may begin a verb. */
function matchOfModel(
  { rest, verbs }: PathNode,
  segments: readonly string[],
  at: number,
  found: Pick<PathMatch, 'id'>,
): PathMatch | undefined {
  if (rest === undefined && verbs.size === 0) return undefined;
  const left = segments.slice(at).join('/');
  const colon = left.lastIndexOf(':');
  const verb = colon > 0 ? verbs.get(left.slice(colon + 1)) : undefined;
  if (verb !== undefined)
    return { operations: verb.byMethod, ...found, model: { at, text: left.slice(0, colon) } };
  return rest === undefined ? undefined : { operations: rest.byMethod, ...found, model: { at, text: left } };
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
