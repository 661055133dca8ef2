import type { CircuitStatus } from './circuit-status.ts';
import type { Doubt } from './record.ts';

/** What happened to a key. Events carry their own time and chance, so that reducing one twice gives one answer. */
export type KeyEvent =
  AttemptEnded | Doubted | Proven | Pardoned | OperatorDisabled | OperatorEnabled | OperatorLifted | KeyHint;

/** What an answer says of its key beside the answer itself. It takes no key out, puts none back and tells no story. */
export type KeyHint = HeadroomHint | DomainHint | CircuitHint;

/**
 * What an attempt means for the key that made it:
 * - `succeeds`: it works
 * - `counts`: an ambiguous failure; several in a row take it out
 * - `condemns`: a definite verdict; one is enough
 * - `throttles`, `denies`: out for one model, until a time
 * - `none`: it says nothing about the key
 */
export type Effect =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'counts' }
  | { readonly kind: 'condemns'; readonly cause: 'key_dead' | 'billing' }
  | { readonly kind: 'throttles' }
  | { readonly kind: 'denies' }
  | { readonly kind: 'none' };

/** An attempt is over: a client's request, or a health check. */
export interface AttemptEnded {
  readonly type: 'attempt';
  /** Of the record when the key was chosen. */
  readonly epoch: number;
  readonly startedAt: number;
  readonly at: number;
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** A chat was asked for: a health check can ask the same of the model. Absent: something else was. */
  readonly chat?: boolean;
  readonly effect: Effect;
  /** The rule that judged it. */
  readonly rule: string;
  /** What the provider asked for, already capped. Milliseconds. */
  readonly waitMs?: number;
  /** The limit that was met is that of the key's quota domain. */
  readonly wide?: true;
  /** What it takes out or holds may be owed to the words of the request. */
  readonly unproven?: true;
  /** Of the provider's answer; absent where none began. */
  readonly status?: number;
  /** The client's request; absent for a health check. */
  readonly requestId?: string;
  /** The process that made it. */
  readonly node?: string;
  /** True for a health check, whose failure puts the next one off. */
  readonly check: boolean;
  /** A random number in [0, 1): spreads the checks of keys that failed together. */
  readonly jitter: number;
}

/**
 * A verdict on the key may be owed to the words of the request: what unproven ones did is taken back, and the key is to
 * be checked at once. One that is out of service for what nobody doubts stays out, and is checked at once as well.
 */
export interface Doubted extends Pick<Doubt, 'cause' | 'model' | 'rule'> {
  readonly type: 'doubted';
  readonly at: number;
  /** Of the answer that raised the doubt. */
  readonly status?: number;
  /** The client's request that raised it. */
  readonly requestId?: string;
  readonly node?: string;
}

/** An unproven verdict was right: another key answered the same request. */
export interface Proven {
  readonly type: 'proven';
  readonly at: number;
}

/** What was counted against the key turned out to be somebody else's: the provider's, or a request's. */
export interface Pardoned {
  readonly type: 'pardoned';
  readonly at: number;
  /** Ambiguous failures that took it out before this time stand. */
  readonly since: number;
}

/** The operator took the key out, until further word. */
export interface OperatorDisabled extends Stamped {
  readonly type: 'disabled';
}

/** The operator put the key in service, whatever kept it out, and from whatever model. */
export interface OperatorEnabled extends Stamped {
  readonly type: 'enabled';
}

interface Stamped {
  readonly at: number;
  /** Its place among all that the operator said, as in `OperatorAct`; absent where that is when it was said. */
  readonly stamp?: number;
}

/** The operator takes the word of a provider back that kept the key from a model. */
export interface OperatorLifted {
  readonly type: 'lifted';
  readonly at: number;
  /** As the provider names it; absent: from all it is held from. */
  readonly model?: string;
}

/** An answer told how much is left of the limits of one model. */
export interface HeadroomHint {
  readonly type: 'headroom';
  readonly at: number;
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** Until when there is little; absent where there is enough. */
  readonly scarceUntil?: number;
}

/** An answer told whose limits the key shares. */
export interface DomainHint {
  readonly type: 'domain';
  readonly at: number;
  readonly domain: string;
}

/** It was found how one model stands at the provider, whichever key is used. */
export interface CircuitHint {
  readonly type: 'circuit';
  readonly at: number;
  readonly status: CircuitStatus;
}
