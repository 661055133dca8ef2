import type { CircuitStatus } from './circuit-status.ts';
import type { Doubt } from './record.ts';

/** What happened to a key. Events carry their time and random numbers, so that reducing one is repeatable. */
export type KeyEvent =
  AttemptEnded | Doubted | Proven | Pardoned | OperatorDisabled | OperatorEnabled | OperatorLifted | KeyHint;

/** Side information from a response. It takes no key out or in, and is no decision. */
export type KeyHint = HeadroomHint | DomainHint | CircuitHint;

/**
 * What an attempt means for its key:
 * - `succeeds`: it works
 * - `counts`: an ambiguous failure; several in a row take it out
 * - `condemns`: a definite verdict; one is enough
 * - `throttles`, `denies`: out for one model, until a time
 * - `none`: nothing
 */
export type Effect =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'counts' }
  | { readonly kind: 'condemns'; readonly cause: 'key_dead' | 'billing' }
  | { readonly kind: 'throttles' }
  | { readonly kind: 'denies' }
  | { readonly kind: 'none' };

/** An attempt ended: for a client's request, or a health check. */
export interface AttemptEnded {
  readonly type: 'attempt';
  /** Of the record when the key was chosen. */
  readonly epoch: number;
  readonly startedAt: number;
  readonly at: number;
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** It was a chat, which a health check can repeat. */
  readonly chat?: boolean;
  readonly effect: Effect;
  /** The rule that judged it. */
  readonly rule: string;
  /** The wait that the provider asked for, capped. Milliseconds. */
  readonly waitMs?: number;
  /** The limit that was hit is that of the key's quota domain. */
  readonly domainWide?: true;
  /** Its verdict is unproven: the client's request may have provoked it. */
  readonly unproven?: true;
  /** Its path belongs to no operation, so that it may have been the path that failed. */
  readonly unknownPath?: true;
  /** Of the response; absent where none began. */
  readonly status?: number;
  /** The client's request; absent for a health check. */
  readonly requestId?: string;
  /** The process that made it. */
  readonly node?: string;
  /** True for a health check, whose failure delays the next one. */
  readonly check: boolean;
  /** A random number in [0, 1): spreads the checks of keys that failed together. */
  readonly jitter: number;
}

/**
 * A verdict on the key may have been provoked by the request: unproven effects are taken back, and the key is checked at
 * once. A key that is out by a proven verdict stays out, and is checked at once as well.
 */
export interface Doubted extends Pick<Doubt, 'cause' | 'model' | 'rule'> {
  readonly type: 'doubted';
  readonly at: number;
  /** Of the response that raised the doubt. */
  readonly status?: number;
  /** The client's request that raised it. */
  readonly requestId?: string;
  readonly node?: string;
}

/** An unproven verdict is confirmed: another key answered the same request. */
export interface Proven {
  readonly type: 'proven';
  readonly at: number;
}

/** Failures counted against the key were the provider's, or a request's. */
export interface Pardoned {
  readonly type: 'pardoned';
  readonly at: number;
  /** Where ambiguous failures took it out before this time, it stays out. */
  readonly since: number;
}

/** The operator disabled the key. */
export interface OperatorDisabled extends Stamped, Said {
  readonly type: 'disabled';
}

/** The operator enabled the key: it is in service without holds. */
export interface OperatorEnabled extends Stamped, Said {
  readonly type: 'enabled';
}

/** Who acted, and why, in the operator's own words. Nothing depends on them. */
export interface Said {
  /** A name that was given, or an address; absent where neither says anything. */
  readonly by?: string;
  readonly reason?: string;
}

interface Stamped {
  readonly at: number;
  /** `at` of its `OperatorAct`; absent where it is the time of the event. */
  readonly stamp?: number;
}

/** The operator ended a hold, or all. */
export interface OperatorLifted extends Said {
  readonly type: 'lifted';
  readonly at: number;
  /** As the provider names it; absent: all. */
  readonly model?: string;
}

/** Rate limit headers show how much is left for one model. */
export interface HeadroomHint {
  readonly type: 'headroom';
  readonly at: number;
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** Until when it is scarce; absent where there is enough. */
  readonly scarceUntil?: number;
}

/** Response headers name the quota domain of the key. */
export interface DomainHint {
  readonly type: 'domain';
  readonly at: number;
  readonly domain: string;
}

/** The circuit of one model at the provider has changed. */
export interface CircuitHint {
  readonly type: 'circuit';
  readonly at: number;
  readonly status: CircuitStatus;
}
