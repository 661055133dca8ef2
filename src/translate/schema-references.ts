import { asObject, itemsOf, objectsOf } from '../base/json.ts';
import type { Json } from '../base/json.ts';

/** What is read by calling itself has to have an end. */
const MAX_DEPTH = 100;

/**
 * Whether every reference in a schema finds something in it, and none, where recursion is not taken, leads back to itself. What
 * stands at the end of each is looked at once, for the references in it.
 */
export function refersWell(root: Json, recursion: boolean): boolean {
  const found = new Map<string, ReadonlySet<string>>();
  const open = [...referencesIn(root, 0)];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    if (found.has(reference)) continue;
    const target = reference === '#' ? root : targetOf(reference, root);
    if (target === undefined) return false;
    const inner = new Set(referencesIn(target, 0));
    found.set(reference, inner);
    open.push(...inner);
  }
  return recursion || isFreeOfCircles(found);
}

/**
 * What refers to nothing is taken away, then what refers to nothing else, until nothing is left but circles. What was found last
 * comes first: it refers to the least.
 */
function isFreeOfCircles(references: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const left = new Map(references);
  for (let before = left.size + 1; left.size > 0 && left.size < before;) {
    before = left.size;
    for (const [name, inner] of [...left].toReversed())
      if (![...inner].some((each) => left.has(each))) left.delete(name);
  }
  return left.size === 0;
}

function referencesIn(schema: unknown, depth: number): string[] {
  const object = asObject(schema);
  if (object === undefined || depth > MAX_DEPTH) return [];
  const { $ref } = object;
  const inner = schemasIn(object).flatMap((each) => referencesIn(each, depth + 1));
  return typeof $ref === 'string' ? [$ref, ...inner] : inner;
}

/** The schemas that a schema holds. */
export function schemasIn({ properties, $defs, definitions, items, ...lists }: Json): unknown[] {
  const named = [properties, $defs, definitions].flatMap((each) => Object.values(asObject(each) ?? {}));
  const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'].flatMap((name) => objectsOf(lists[name]));
  return [...named, ...listed, ...(items === undefined ? [] : [items])];
}

/** What a reference such as `#/$defs/a` finds within a schema. */
export function targetOf(reference: string, root: Json): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  const names = reference.slice(2).split('/');
  let at: unknown = root;
  for (const name of names) {
    const step = name.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? itemsOf(at)[Number(step)] : asObject(at)?.[step];
  }
  return asObject(at);
}
