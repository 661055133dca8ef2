import type { CircuitStatus } from './circuit-status.ts';
import { withDecision } from './decision.ts';
import type { Decision } from './decision.ts';

/**
 * The state of one key, shared by all processes and machines. Plain, immutable data: only `reduce` (reducer.ts) applies
 * events to it, and only `KeyBook` (../book/book.ts) writes the result to the store. Beside events, `settle` lets time
 * pass, and the book adjusts what the store says (`reconcile`, `withoutFutureTimes`).
 *
 * All times are milliseconds since the epoch.
 */
export type KeyRecord = InService | OutOfService | Disabled;

interface Common {
  /** Grows whenever the key leaves or re-enters service. Attempts that began in an older epoch change nothing. */
  readonly epoch: number;
  /** When the key entered this state; 0 for a key without any recorded event. */
  readonly since: number;
  /**
   * The quota domain, as learned from response headers; absent where the provider sends none. Kept in and out of
   * service.
   */
  readonly domain?: string;
  /** Circuits of its provider that attempts with this key have changed, for the other processes; kept as well. */
  readonly circuits?: readonly CircuitStatus[];
  /** The operator's last act, if any; kept as well, see reconcile.ts. */
  readonly operator?: OperatorAct;
  /** The last few, newest last, for people: nothing depends on them. */
  readonly decisions?: readonly Decision[];
}

/** That the operator disabled or enabled the key. No node may lose it, whatever its epoch. */
export interface OperatorAct {
  readonly act: 'disabled' | 'enabled';
  /**
   * A hybrid logical timestamp: the clock of the node that got the act, but later than every act known there. It orders
   * acts, and may be ahead of time by as much as another node's clock once was.
   */
  readonly at: number;
}

/** Can be used, except for models with a hold. */
export interface InService extends Common {
  readonly state: 'in-service';
  /** Ambiguous failures in a row, on all nodes. */
  readonly failures: number;
  /** The rule that judged the newest of those failures. */
  readonly lastRule?: string;
  readonly holds: readonly Hold[];
  /** When the operator last ended holds, if ever in this epoch: holds from before are over. */
  readonly liftedAt?: number;
  /** Models whose rate limit is nearly used up. The key can be used, but others are preferred. */
  readonly scarce?: readonly Scarcity[];
  /** A verdict that is in doubt. The key can be used. */
  readonly doubt?: Doubt;
  /** A health check has put it back, and no request has confirmed that yet. */
  readonly comeback?: Comeback;
}

/** The return of a key after a health check passed. */
export interface Comeback {
  /** The chat model with which it had failed, as the provider names it; absent where that was no chat. */
  readonly model?: string;
  /** Relapses in a row: how often it was out again soon after it had come back. */
  readonly relapses: number;
}

/** Cannot be used until it has passed health checks, or its cooldown is over. */
export interface OutOfService extends Common {
  readonly state: 'out-of-service';
  readonly cause: OutCause;
  /** The rule that judged the attempt that took it out. */
  readonly rule: string;
  /** Health checks passed in a row. */
  readonly passes: number;
  /** Health checks failed since it left service, or since the last one passed. */
  readonly failedChecks: number;
  readonly nextCheckAt: number;
  /** When it comes back without a check, where the policy has a cooldown. */
  readonly returnsAt?: number;
  /** The chat model with which it failed when it left, as the provider names it; absent where that was no chat. */
  readonly model?: string;
  /** Relapses in a row, this one included; absent where this is none. */
  readonly relapses?: number;
  /** The verdict is unproven (one client's request caused it): it does not affect the quota domain, and may be taken back. */
  readonly unproven?: { readonly inServiceSince: number };
}

/** Out of service by the operator, until the operator enables it. */
export interface Disabled extends Common {
  readonly state: 'disabled';
}

/** `failures`: ambiguous ones reached the threshold. The others are definite: one response was enough. */
export type OutCause = 'failures' | 'key_dead' | 'billing';

/** A cooldown for one model: the key is not used for it until a time. */
export interface Hold {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  readonly cause: 'throttled' | 'denied';
  readonly rule: string;
  readonly since: number;
  readonly until: number;
  /** Holds in a row for this cause: backoff where the provider named no wait. */
  readonly strikes: number;
  /** It holds every key of the quota domain, whose limit was hit. */
  readonly wide?: true;
  /** A chat caused it: a health check can repeat that. */
  readonly chat?: true;
  /** The verdict is unproven: it holds no quota domain, and may be taken back. */
  readonly unproven?: true;
}

/** A verdict that is not believed until a health check confirms it. */
export interface Doubt {
  /** What the key would be out or held for. */
  readonly cause: OutCause | Hold['cause'];
  /** The model to check, as the provider names it; `ANY_MODEL` where any will do. */
  readonly model: string;
  readonly rule: string;
  readonly since: number;
  readonly nextCheckAt: number;
}

/** A model whose rate limit is nearly used up: the key's, or that of its quota domain. */
export interface Scarcity {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  readonly since: number;
  /** When the limit is reset, or to be looked at again. */
  readonly until: number;
}

/** Kept for one key, and for one quota domain. Further models are not tracked. */
export const MAX_SCARCITIES = 64;

/** Stands for a request without a model: such a hold is for every model. */
export const ANY_MODEL = '*';

/** Longer model names are not stored. Characters. */
export const MAX_MODEL_LENGTH = 256;

/** Longer names are no quota domain. Characters. */
export const MAX_DOMAIN_LENGTH = 256;

/** The record of a key without any recorded event. It is not stored. */
export const FRESH: InService = Object.freeze({
  state: 'in-service',
  epoch: 0,
  since: 0,
  failures: 0,
  holds: Object.freeze([]),
});

/** The record as it counts at `now`: a cooldown that is over puts the key back in service, without a write. */
export function settle(record: KeyRecord, now: number): KeyRecord {
  if (record.state !== 'out-of-service') return record;
  if (record.returnsAt === undefined || now < record.returnsAt) return record;
  const at = record.returnsAt;
  return {
    ...returnToService(record, at),
    ...(record.domain !== undefined && { domain: record.domain }),
    ...(record.circuits !== undefined && { circuits: record.circuits }),
    ...(record.operator !== undefined && { operator: record.operator }),
    decisions: withDecision(record.decisions, { at, effect: 'returned' }),
  };
}

/** In service from `at` on, without failures and holds. The caller adds what is kept. */
export function returnToService({ epoch }: KeyRecord, at: number): InService {
  return { state: 'in-service', epoch: epoch + 1, since: at, failures: 0, holds: [] };
}

/** The hold of an in-service key for `model` at `now`, if any. */
export function holdOn(record: InService, model: string, now: number): Hold | undefined {
  if (record.holds.length === 0) return undefined;
  return record.holds.find((hold) => hold.until > now && (hold.model === model || hold.model === ANY_MODEL));
}
