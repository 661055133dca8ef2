import * as fc from '../../support/property.ts';
import type { Effect } from '../../../src/keys/record/event.ts';
import { ANY_MODEL } from '../../../src/keys/record/record.ts';
import { MAX_WAIT_MS } from '../../../src/keys/record/holds.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import { counts, denies, none, outOfCredit, revoked, succeeds, throttles } from '../tools.ts';

/** One thing that happens to a key or to the world around it. */
export type Step =
  | { readonly do: 'start'; readonly node: number; readonly model: string; readonly check: boolean }
  | {
      readonly do: 'end';
      /** Which of the attempts under way, counted modulo their number. */
      readonly which: number;
      readonly effect: Effect;
      readonly waitMs: number | undefined;
      readonly jitter: number;
      /** Only the words of a client's request say so. */
      readonly unproven: boolean;
    }
  /** A second key met the like, or another one answered. */
  | { readonly do: 'doubt' | 'prove'; readonly node: number }
  | { readonly do: 'disable' | 'enable'; readonly node: number }
  /** The operator ends the holds on a model, or all. */
  | { readonly do: 'lift'; readonly node: number; readonly model: string | undefined }
  /** What failed no longer ago than this was somebody else's fault. */
  | { readonly do: 'pardon'; readonly node: number; readonly agoMs: number }
  /** An answer tells that little is left for a model, until so much later, or that enough is. */
  | {
      readonly do: 'tell';
      readonly node: number;
      readonly model: string;
      readonly scarceMs: number | undefined;
    }
  /** An answer tells whose limits the key shares. */
  | { readonly do: 'name'; readonly node: number; readonly domain: string }
  | { readonly do: 'wait'; readonly ms: number };

export const MODELS = ['m', 'n', ANY_MODEL] as const;
/** How many nodes a schedule has. */
export const NODES = 3;

const node = fc.nat({ max: NODES - 1 });
const often: readonly Effect[] = [counts, counts, counts, succeeds, succeeds];
const effect = fc.constantFrom(...often, revoked, outOfCredit, throttles, denies, none);

/** What providers ask for: nothing, something, nothing sensible. */
const waitMs = fc.constantFrom(undefined, undefined, 0, 1, 999.5, 3_000, 3_600_000, MAX_WAIT_MS * 7, -5);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      node,
      model: fc.constantFrom(...MODELS),
      check: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat({ max: 7 }),
      effect,
      waitMs,
      jitter: fc.constantFrom(0, 0.5, 0.999),
      unproven: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('disable' as const, 'enable' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('doubt' as const, 'prove' as const), node }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lift' as const),
      node,
      model: fc.constantFrom(undefined, ...MODELS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pardon' as const),
      node,
      agoMs: fc.constantFrom(0, 40, 5_000, 90_000_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      node,
      model: fc.constantFrom(...MODELS),
      scarceMs: fc.constantFrom(undefined, undefined, -5, 0, 100, 60_000, MAX_WAIT_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('name' as const), node, domain: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 40, 100, 2_000, 5_000, 60_000, 700_000, 90_000_000),
    }),
  },
);

/** Up to 120 steps: long enough for a key to leave and re-enter service several times. */
export const schedule: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 120, size: 'max' });

export const policy: fc.Arbitrary<KeyPolicy> = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  checkIntervalMs: fc.constantFrom(1, 50, 5_000),
  checkMaxIntervalMs: fc.constantFrom(50, 5_000, 300_000),
  cooldownMs: fc.constantFrom(0, 0, 100, 60_000),
});
