import type { Fingerprints } from './configuration-fingerprint.ts';

/** What one node reports. */
export interface NodeReport {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly prints: Fingerprints;
}

/** Of more nodes, those that reported longest ago are dropped. */
const MAX_NODES = 64;

/** The reports of all nodes, as the store keeps them. */
export function encodeReports(nodes: ReadonlyMap<string, NodeReport>): string {
  const newest = [...nodes].toSorted(([, a], [, b]) => b.at - a.at).slice(0, MAX_NODES);
  return JSON.stringify(newest);
}

/** The reports in the store; anything that no node has written is ignored. */
export function decodeReports(text: string | undefined): Map<string, NodeReport> {
  const nodes = new Map<string, NodeReport>();
  for (const each of parseArray(text)) {
    if (!Array.isArray(each)) continue;
    const [name, report] = each as readonly unknown[];
    if (typeof name !== 'string' || typeof report !== 'object' || report === null) continue;
    if (!('at' in report) || !('prints' in report)) continue;
    const { at, prints } = report;
    if (typeof at === 'number' && isFingerprints(prints) && nodes.size < MAX_NODES)
      nodes.set(name, { at, prints });
  }
  return nodes;
}

function parseArray(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    // Not written by a node.
    return [];
  }
}

function isFingerprints(value: unknown): value is Fingerprints {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((print) => typeof print === 'string')
  );
}
