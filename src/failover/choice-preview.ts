import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import { choiceRequest, choose, chooseLastResort, obstacleTo, rampShare } from './choose.ts';
import type { ChoiceRequest, Obstacle, Strategy } from './choose.ts';
import type { RouteTarget } from '../routing/route.ts';
import { unavailabilityOf } from './unavailability.ts';

/** How one key stands in a choice. */
export interface KeyPreview {
  readonly pooled: PooledKey;
  /** Undefined where it may be chosen. */
  readonly obstacle: Obstacle | undefined;
  /** The part of the choices made for trial that took it; undefined where the pool is too large to tell. */
  readonly chance: number | undefined;
  /** The part of its traffic it gets since it has come back; 1 where that is long ago. */
  readonly share: number;
  /** Little is left of its limits for the model, as far as this process has seen. */
  readonly scarce: boolean;
  /** When its trouble ends or is tested. Milliseconds since the epoch; undefined where it has none that ends by itself. */
  readonly dueAt: number | undefined;
  /** It may be tried all the same where no key of the provider can be used. */
  readonly lastResort: boolean;
}

/** What a choice among the keys of one provider would come to now. */
export interface ChoicePreview {
  readonly strategy: Strategy;
  /** `keyless`: the provider has no keys, and is called with the client's own credential. */
  readonly outcome: 'key' | 'last-resort' | 'none' | 'keyless';
  /** For `none`: when the first key is due back, where one is. Milliseconds since the epoch. */
  readonly returnsAt: number | undefined;
  /** Choices made for trial. */
  readonly draws: number;
  /** All keys of the provider by how they stand. */
  readonly counts: Readonly<Record<Obstacle | 'usable', number>>;
  /** Some of them: those taken most often first, those that cannot be chosen last, else as configured. */
  readonly keys: readonly KeyPreview[];
}

const UNTRIED: ReadonlySet<string> = new Set();
/** Enough to tell chances to a hundredth, and shared out evenly among up to ten keys. */
const MAX_DRAWS = 2_520;
/** Keys looked at by all draws together, where each of them has to look at every key. */
const MAX_KEY_VISITS = 1_000_000;
/** With more keys in service none has a chance worth a number, and one draw tells what there is to tell. */
const MAX_KEYS_WITH_CHANCE = 10_000;

/**
 * Says what the choice would be for a request that has tried nothing yet and prefers no key, by asking it: for what
 * keeps each key back the very questions that it asks, for chances the choice itself, many times over.
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
  // Takes back what has come back by itself, so that records count as they stand.
  const inService = pool.inService(now).length;
  const { usable, others, counts } = partition(pool, request, limit);
  const hasChances = counts.usable === 0 || inService <= MAX_KEYS_WITH_CHANCE;
  const draws =
    counts.usable > 0 && hasChances ? Math.min(MAX_DRAWS, Math.ceil(MAX_KEY_VISITS / inService)) : 1;
  const { taken: picked, outcome, returnsAt } = draw(pool, request, draws);

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
  const trouble = unavailabilityOf(pooled, request);
  return {
    pooled,
    obstacle,
    chance,
    share: rampShare(pooled, request),
    scarce: pooled.headroom.isScarce(request.model, request.now),
    dueAt: trouble === undefined || trouble.dueAt === Infinity ? undefined : trouble.dueAt,
    lastResort: trouble?.ambiguous === true && obstacle !== 'other-models',
  };
}

/** The first few keys that may be chosen, the first few that may not, and how many there are of each kind. */
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

/** Makes the choice so often. The first of each one's random numbers are spread evenly, to tell more by fewer. */
function draw(
  pool: Pool,
  request: ChoiceRequest,
  draws: number,
): Pick<ChoicePreview, 'outcome' | 'returnsAt'> & { taken: ReadonlyMap<PooledKey, number> } {
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
  return { outcome, returnsAt, taken: picked };
}

function startingWith(first: number, random: () => number): () => number {
  let next: number | undefined = first;
  return () => {
    const number = next ?? random();
    next = undefined;
    return number;
  };
}
