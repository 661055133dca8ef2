import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import { choiceRequest, choose, chooseLastResort, obstacleTo, rampShare } from './choose.ts';
import type { ChoiceRequest, Obstacle, Strategy } from './choose.ts';
import type { RouteTarget } from '../routing/route.ts';
import { unavailabilityOf } from './unavailability.ts';

/** One key in a choice. */
export interface KeyPreview {
  readonly pooled: PooledKey;
  /** Undefined where it is usable. */
  readonly obstacle: Obstacle | undefined;
  /** The share of the simulated choices that picked it; undefined where the pool is too large. */
  readonly chance: number | undefined;
  /** The share of its traffic in its slow start; 1 after it. */
  readonly share: number;
  /** Its headroom for the model is scarce, as far as this process knows. */
  readonly scarce: boolean;
  /** When its unavailability ends or is tested. Milliseconds since the epoch; undefined where neither is scheduled. */
  readonly dueAt: number | undefined;
  /** It may be tried as a last resort. */
  readonly lastResort: boolean;
}

/** The outcome of a choice among one provider's keys now. */
export interface ChoicePreview {
  readonly strategy: Strategy;
  /** `keyless`: the provider has no keys; the client's own credential is used. */
  readonly outcome: 'key' | 'last-resort' | 'none' | 'keyless';
  /** For `none`: when the first key is due back, where one is. Milliseconds since the epoch. */
  readonly returnsAt: number | undefined;
  /** Simulated choices. */
  readonly draws: number;
  /** All keys of the provider, by obstacle. */
  readonly counts: Readonly<Record<Obstacle | 'usable', number>>;
  /** Some of them: the most often picked first, unusable ones last, else as configured. */
  readonly keys: readonly KeyPreview[];
}

const UNTRIED: ReadonlySet<string> = new Set();
/** Enough for chances to a hundredth; divisible by every number of keys up to ten. */
const MAX_DRAWS = 2_520;
/** Keys visited by all draws together, where each draw has to visit every key. */
const MAX_KEY_VISITS = 1_000_000;
/** With more keys in service chances are not computed, and one draw is made. */
const MAX_KEYS_WITH_CHANCE = 10_000;

/**
 * Previews the choice for a request that has tried no key and prefers none, by running it: `obstacleTo` for each key,
 * and `choose` many times for the chances.
 * @param limit - keys shown; all are counted
 * @param now - milliseconds since the epoch
 * @param random - in [0, 1)
 */
export function previewChoice(
  { provider, model }: RouteTarget,
  limit: number,
  now: number,
  random: () => number,
): ChoicePreview {
  const { pool } = provider;
  const request = choiceRequest(provider, model, { tried: UNTRIED, preference: undefined, now, random });
  // First: ends cooldowns that are over.
  const inService = pool.inService(now).length;
  const { usable, others, counts } = partition(pool, request, limit);
  const hasChances = counts.usable === 0 || inService <= MAX_KEYS_WITH_CHANCE;
  const draws =
    counts.usable > 0 && hasChances ? Math.min(MAX_DRAWS, Math.ceil(MAX_KEY_VISITS / inService)) : 1;
  const { picked, outcome, returnsAt } = draw(pool, request, draws);

  const mostPicked = [...picked].toSorted(([, a], [, b]) => b - a).map(([pooled]) => pooled);
  const front = [...new Set([...mostPicked, ...usable])];
  const back = others.filter((pooled) => !picked.has(pooled));
  const inFront = Math.max(limit - back.length, Math.ceil(limit / 2));
  const shown = [...front.slice(0, inFront), ...back.slice(0, limit - Math.min(inFront, front.length))];
  const chance = (pooled: PooledKey): number | undefined =>
    hasChances ? (picked.get(pooled) ?? 0) / draws : undefined;
  return {
    strategy: request.strategy,
    outcome: pool.size === 0 ? 'keyless' : outcome,
    returnsAt,
    draws,
    counts,
    keys: shown.map((pooled) => previewKey(pooled, request, chance(pooled))),
  };
}

function previewKey(pooled: PooledKey, request: ChoiceRequest, chance: number | undefined): KeyPreview {
  const obstacle = obstacleTo(pooled, request);
  const unavailability = unavailabilityOf(pooled, request);
  return {
    pooled,
    obstacle,
    chance,
    share: rampShare(pooled, request),
    scarce: pooled.headroom.isScarce(request.model, request.now),
    dueAt:
      unavailability === undefined || unavailability.dueAt === Infinity ? undefined : unavailability.dueAt,
    lastResort: unavailability?.ambiguous === true && obstacle !== 'other-models',
  };
}

/** The first usable keys, the first unusable ones, and how many there are of each kind. */
function partition(
  pool: Pool,
  request: ChoiceRequest,
  limit: number,
): { usable: readonly PooledKey[]; others: readonly PooledKey[]; counts: ChoicePreview['counts'] } {
  const counts: Record<Obstacle | 'usable', number> = {
    usable: 0,
    tried: 0,
    'other-models': 0,
    'out-of-service': 0,
    disabled: 0,
    held: 0,
    'domain-held': 0,
  };
  const usable: PooledKey[] = [];
  const others: PooledKey[] = [];
  for (const pooled of pool.all()) {
    const obstacle = obstacleTo(pooled, request);
    counts[obstacle ?? 'usable']++;
    const list = obstacle === undefined ? usable : others;
    if (list.length < limit) list.push(pooled);
  }
  return { usable, others, counts };
}

/** Runs the choice. The first random numbers of the draws are spread evenly (stratified), so that fewer draws are enough. */
function draw(
  pool: Pool,
  request: ChoiceRequest,
  draws: number,
): Pick<ChoicePreview, 'outcome' | 'returnsAt'> & { picked: ReadonlyMap<PooledKey, number> } {
  const picked = new Map<PooledKey, number>();
  let outcome: ChoicePreview['outcome'] = 'none';
  let returnsAt: number | undefined;
  for (let n = 0; n < draws; n++) {
    const numbers = startingWith((n + 0.5) / draws, request.random);
    const usual = choose(pool, { ...request, random: numbers });
    const choice = usual.kind === 'key' ? usual : chooseLastResort(pool, request);
    if (choice.kind === 'none') returnsAt = choice.returnsAt;
    else if (choice.pooled !== undefined) {
      outcome = choice.lastResort ? 'last-resort' : 'key';
      picked.set(choice.pooled, (picked.get(choice.pooled) ?? 0) + 1);
    }
  }
  return { outcome, returnsAt, picked };
}

function startingWith(first: number, random: () => number): () => number {
  let next: number | undefined = first;
  return () => {
    const number = next ?? random();
    next = undefined;
    return number;
  };
}
