import { LONG_WAIT_CAP_MS } from '../waits/waits.ts';
import type { Consequence } from './rule.ts';

/*
 * What most rules of a kind conclude, said once. A rule that differs in one point spreads these and says so.
 */

/** The credential itself is refused. */
export const keyDead: Consequence = { class: 'key_dead', scope: 'key', retry: 'other-key' };

/** The account has nothing left to spend; its other keys share the fate. */
export const outOfCredit: Consequence = {
  class: 'billing',
  scope: 'billing_domain',
  retry: 'other-domain',
  wait: 'retry-after',
  waitCapMs: LONG_WAIT_CAP_MS,
};

/** This key may spend no more, or not on this model; the account's other keys may. */
export const outOfAllowance: Consequence = { ...outOfCredit, scope: 'key_model', retry: 'other-key' };

/** Too much in too little time, for one model in one quota domain. */
export const throttled: Consequence = {
  class: 'rate_limit',
  scope: 'quota_domain',
  retry: 'other-domain',
  wait: 'limits',
};

/** A limit that is counted by the day, or by a plan's window of hours, a week or a month: it ends by itself. */
export const throttledForLong: Consequence = { ...throttled, waitCapMs: LONG_WAIT_CAP_MS };

/** A limit of this key's user on this model, beside those that its account has as a whole. */
export const throttledModel: Consequence = { ...throttled, scope: 'key_model' };

/** The same, counted by the day. */
export const throttledModelForLong: Consequence = { ...throttledForLong, scope: 'key_model' };

/** This one request is larger than the domain's limit: no wait helps, a domain with a larger limit does. */
export const largerThanLimit: Consequence = {
  class: 'client_error',
  scope: 'quota_domain',
  retry: 'other-domain',
};

/** The provider's own trouble, or that of the way to it. */
export const overloaded: Consequence = {
  class: 'overloaded',
  scope: 'provider',
  retry: 'other-key',
  wait: 'retry-after',
};

/** The provider has no room for anybody. */
export const atCapacity: Consequence = { ...overloaded, retry: 'other-provider' };

/** The key is good, but not for this model. */
export const modelDenied: Consequence = { class: 'model_denied', scope: 'key_model', retry: 'other-key' };

/** There is no such model for anybody: it was retired, or is not there. Another provider may have it. */
export const modelGone: Consequence = { class: 'model_denied', scope: 'none', retry: 'other-provider' };

/** The provider has no such place for anybody: no key is marked by who happened to ask. */
export const noSuchEndpoint: Consequence = {
  class: 'model_denied',
  scope: 'provider',
  retry: 'other-provider',
};

/** Where this machine stands, nobody is served. */
export const regionBlocked: Consequence = { class: 'region', scope: 'provider', retry: 'other-provider' };

/** Every key would get the same answer. */
export const callersMistake: Consequence = { class: 'client_error', scope: 'none', retry: 'none' };

/** Moderation or a guardrail: an answer, not a failure. */
export const blocked: Consequence = { class: 'content_blocked', scope: 'none', retry: 'none' };

/** A refusal without a reason: no proof against the key, but it counts. */
export const suspicious: Consequence = { class: 'unknown', scope: 'key', retry: 'other-key' };

/** What is usual for a class. */
export function consequenceOf(verdictClass: Consequence['class']): Consequence {
  switch (verdictClass) {
    case 'key_dead':
      return keyDead;
    case 'billing':
      return outOfCredit;
    case 'rate_limit':
      return throttled;
    case 'overloaded':
      return overloaded;
    case 'model_denied':
      return modelDenied;
    case 'region':
      return regionBlocked;
    case 'client_error':
      return callersMistake;
    case 'content_blocked':
      return blocked;
    case 'unknown':
      return suspicious;
  }
}
