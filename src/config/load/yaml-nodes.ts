import { isMap, isNode, isSeq } from 'yaml';
import type { Node } from 'yaml';

/** All nodes of a document in the order of its text, names of fields among them. */
export function nodesOf(yaml: { readonly contents: unknown }): readonly Node[] {
  const nodes: Node[] = [];
  const walk = (node: unknown): void => {
    if (!isNode(node)) return;
    nodes.push(node);
    if (isSeq(node)) for (const item of node.items) walk(item);
    if (isMap(node))
      for (const { key, value } of node.items) {
        walk(key);
        walk(value);
      }
  };
  walk(yaml.contents);
  return nodes;
}
