import { wallTimeOrNull } from '../clock/wall-time.ts';
import type { SeenFrom } from './contract.ts';
import type { CircuitsOf } from './outage-view.ts';

/** The process that answers, and what it can know. */
export interface Viewpoint {
  /** This process, as decisions name it. */
  readonly node: string;
  /** It answers applications itself; otherwise its workers do. */
  readonly serves: boolean;
  /** No other process shares its store. */
  readonly alone: boolean;
  /** Since when the store does not answer it; undefined while it does. Milliseconds since the epoch. */
  readonly awaySince: number | undefined;
  /** What it knows of providers that are down. */
  readonly circuitsOf: CircuitsOf;
}

const SERVES =
  'Records, what is left of limits and who shares them are shared by all processes. What is in flight is as this one has seen it.';
const LOOKS_AFTER =
  'Records, what is left of limits and who shares them are shared by all processes. What is in flight the workers know and this process does not.';

/** Makes the view of a viewpoint. */
export function viewSeenFrom({ node, serves, alone, awaySince }: Omit<Viewpoint, 'circuitsOf'>): SeenFrom {
  const note = !serves ? LOOKS_AFTER : alone ? null : SERVES;
  return { node, serves, storeAwaySince: wallTimeOrNull(awaySince), note };
}
