import type { CircuitStatus } from './circuit-status.ts';
import { withDecision } from './decision.ts';
import type { Decision } from './decision.ts';

/**
 * What is known of one key, shared by every worker and machine. A record is plain, immutable data; the only
 * thing that makes a new one is `reduce` in reducer.ts.
 *
 * All times are milliseconds since the epoch.
 */
export type KeyRecord = InService | OutOfService | Disabled;

interface Common {
  /** Grows whenever the key leaves or re-enters service. What began in an older epoch changes nothing. */
  readonly epoch: number;
  /** When the key entered this state; 0 for a key of which nothing was ever recorded. */
  readonly since: number;
  /**
   * Whose limits the key shares, as its provider says with its answers: absent where it does not say, and where no
   * other key is known to share them. Once known it stays with the key, in and out of service.
   */
  readonly domain?: string;
  /** What this key met of its provider's own trouble, for all processes; absent where there is none. It stays, too. */
  readonly circuits?: readonly CircuitStatus[];
  /** What the operator last said of its service; absent where that was nothing. It stays, too: see reconcile.ts. */
  readonly operator?: OperatorAct;
  /** The last few, newest last; absent where there is none. They tell the key's story, and nothing follows from them. */
  readonly decisions?: readonly Decision[];
}

/** That the operator took the key out of service or put it in: what no node may lose, whatever its epoch. */
export interface OperatorAct {
  readonly act: 'disabled' | 'enabled';
  /**
   * When it was said, by the clock of the node it was said to, but later than every act that this node knew of. It
   * orders acts, and dates nothing: it may lie ahead for as long as another node's clock once did.
   */
  readonly at: number;
}

/** May be chosen, but for the models it is held from. */
export interface InService extends Common {
  readonly state: 'in-service';
  /** Ambiguous failures in a row, over all nodes. */
  readonly failures: number;
  /** The rule that judged the newest of those failures. */
  readonly lastRule?: string;
  readonly holds: readonly Hold[];
  /** When the operator last ended holds; absent where that was never, since it is in service. What was met before is over. */
  readonly liftedAt?: number;
  /** Absent where there is enough of everything. It keeps the key from nothing; others are preferred. */
  readonly scarce?: readonly Scarcity[];
  /** What was held against it for the words of a request that other keys met as well. It keeps the key from nothing. */
  readonly doubt?: Doubt;
  /** A health check has put it back, and no request of what it had failed with has confirmed that yet; else absent. */
  readonly comeback?: Comeback;
}

/** How a key came back on the word of a health check. */
export interface Comeback {
  /** The chat model that it had failed with, as the provider names it; absent where that was no chat. */
  readonly model?: string;
  /** How often in a row it had left again soon after it had come back. */
  readonly relapses: number;
}

/** May not be chosen until it has proved itself, or its cooldown is over. */
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
  /** When it comes back by itself, where the policy has a cooldown. */
  readonly returnsAt?: number;
  /** The chat model that it failed with when it left, as the provider names it; absent where that was no chat. */
  readonly model?: string;
  /** How often in a row a health check had put it back and it left again soon after; absent: this is no such time. */
  readonly relapses?: number;
  /** Only the words of one client's request took it out so far: it holds no domain, and may be taken back. */
  readonly unproven?: { readonly inServiceSince: number };
}

/** Out of service by the operator's word alone, until the operator's word. */
export interface Disabled extends Common {
  readonly state: 'disabled';
}

/** `failures`: ambiguous ones reached the threshold. The others are definite: one answer was enough. */
export type OutCause = 'failures' | 'key_dead' | 'billing';

/** One model the key may not be used for until a time. */
export interface Hold {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  readonly cause: 'throttled' | 'denied';
  readonly rule: string;
  readonly since: number;
  readonly until: number;
  /** How often in a row it was held for this cause: what makes a wait grow where the provider named none. */
  readonly strikes: number;
  /** It holds every key of the domain: the limit it met is the domain's. */
  readonly wide?: true;
  /** A chat met it: a health check can find out whether it still stands. */
  readonly chat?: true;
  /** Only the words of one client's request say so: it holds no domain, and may be taken back. */
  readonly unproven?: true;
}

/** A verdict on a key that is not believed before a check of our own has shown the same. */
export interface Doubt {
  /** What it would be out or held for. */
  readonly cause: OutCause | Hold['cause'];
  /** What the check asks for, as the provider names it; `ANY_MODEL` where any will do. */
  readonly model: string;
  readonly rule: string;
  readonly since: number;
  readonly nextCheckAt: number;
}

/** One model of which little is left of a limit: the key's own, or one that it shares with its domain. */
export interface Scarcity {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  readonly since: number;
  /** When the limit is whole again, or to be looked at again. */
  readonly until: number;
}

/** Scarcities kept for one key, and for one domain. A provider that names more models is asked without this knowledge. */
export const MAX_SCARCITIES = 64;

/** The model of a hold that came from a request without a model: it holds the key from everything. */
export const ANY_MODEL = '*';

/** A longer model name is nobody's model, and would only fill the store. Characters. */
export const MAX_MODEL_LENGTH = 256;

/** A longer name is no domain's. Characters. */
export const MAX_DOMAIN_LENGTH = 256;

/** The record of a key of which nothing was ever recorded. It is not stored. */
export const FRESH: InService = Object.freeze({
  state: 'in-service',
  epoch: 0,
  since: 0,
  failures: 0,
  holds: Object.freeze([]),
});

/**
 * The record as it counts at `now`: a cooldown that has run out puts the key back in service without
 * anybody's help, and without a write.
 */
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

/** In service from `at` on, with nothing counted or said against it. What stays with the key is for the caller to add. */
export function returnToService({ epoch }: KeyRecord, at: number): InService {
  return { state: 'in-service', epoch: epoch + 1, since: at, failures: 0, holds: [] };
}

/** The hold that keeps an in-service key from `model` at `now`, if one does. */
export function holdOn(record: InService, model: string, now: number): Hold | undefined {
  if (record.holds.length === 0) return undefined;
  return record.holds.find((hold) => hold.until > now && (hold.model === model || hold.model === ANY_MODEL));
}
