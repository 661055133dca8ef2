import type { Prints } from './configuration-print.ts';

/** What one node said. */
export interface NodeTold {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly prints: Prints;
}

/** Nodes that are told of; of more, those heard of longest ago are left out. */
const MAX_NODES = 64;

/** What all nodes said, as the store keeps it. */
export function encodeNodes(nodes: ReadonlyMap<string, NodeTold>): string {
  const newest = [...nodes].toSorted(([, a], [, b]) => b.at - a.at).slice(0, MAX_NODES);
  return JSON.stringify(newest);
}

/** What stands in the store; of what no node has written, nothing. */
export function decodeNodes(text: string | undefined): Map<string, NodeTold> {
  const nodes = new Map<string, NodeTold>();
  for (const each of parsed(text)) {
    if (!Array.isArray(each)) continue;
    const [name, told] = each as readonly unknown[];
    if (typeof name !== 'string' || typeof told !== 'object' || told === null) continue;
    if (!('at' in told) || !('prints' in told)) continue;
    const { at, prints } = told;
    if (typeof at === 'number' && isPrints(prints) && nodes.size < MAX_NODES) nodes.set(name, { at, prints });
  }
  return nodes;
}

function parsed(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    // Somebody else's text.
    return [];
  }
}

function isPrints(value: unknown): value is Prints {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((print) => typeof print === 'string')
  );
}
