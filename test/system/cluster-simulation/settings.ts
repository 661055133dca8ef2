import type { Dice } from './dice.ts';

/** What one seed makes of a world before anything happens in it. */
export interface Settings {
  readonly nodes: readonly NodeSettings[];
  readonly policy: PolicySettings;
  /** How far the store's clock is ahead. Milliseconds. */
  readonly storeSkewMs: number;
  /** Between two requests of one node, on average. Milliseconds. */
  readonly requestGapMs: number;
}

/** One machine's clock. */
export interface NodeSettings {
  readonly name: string;
  readonly skewMs: number;
  readonly rate: number;
}

/** The words of the configuration; times in milliseconds. */
export interface PolicySettings {
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly healthCheckInterval: number;
  readonly cooldownDuration: number;
}

/** No clock is further than this from the true time, drift included. Milliseconds. */
export const MAX_SKEW_MS = 400;
const MAX_DRIFT = 5e-4;

export const CHECK_TIMEOUT_MS = 1_000;
export const CHECK_MAX_INTERVAL_MS = 3_000;
/** The longest interval of checks there is. Milliseconds. */
export const LONGEST_INTERVAL_MS = 1_000;
export const FIRST_OUTPUT_MS = 3_000;
export const KEYS_EACH = 3;
export const PROVIDERS = ['east', 'west'] as const;

export function drawSettings(dice: Dice): Settings {
  const skewMs = (): number => dice.between(-MAX_SKEW_MS * 0.9, MAX_SKEW_MS * 0.9);
  return {
    nodes: Array.from({ length: dice.whole(2, 4) }, (_, i) => ({
      name: `n${i + 1}`,
      skewMs: skewMs(),
      rate: 1 + dice.between(-MAX_DRIFT, MAX_DRIFT),
    })),
    policy: {
      failureThreshold: dice.whole(1, 3),
      successThreshold: dice.whole(1, 2),
      healthCheckInterval: dice.pick([500, LONGEST_INTERVAL_MS]),
      cooldownDuration: dice.pick([0, 0, 0, 7_000]),
    },
    storeSkewMs: skewMs(),
    requestGapMs: dice.pick([250, 500]),
  };
}
