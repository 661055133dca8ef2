import { LONG_WAIT_CAP_MS } from '../waits/waits.ts';
import type { Consequence } from './rule.ts';

/*
 * The usual consequences of each kind of error. A rule that differs in one point spreads one of these.
 */

/** The credential itself is refused. */
export const keyDead: Consequence = { class: 'key_dead', scope: 'key', retry: 'other-key' };

/** The account has nothing left to spend: neither have its other keys. */
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

/** A limit of this key's user on this model, not of the account. */
export const throttledModel: Consequence = { ...throttled, scope: 'key_model' };

/** The same, counted by the day. */
export const throttledModelForLong: Consequence = { ...throttledForLong, scope: 'key_model' };

/** This one request is larger than the domain's limit: no wait helps, a domain with a larger limit does. */
export const largerThanLimit: Consequence = {
  class: 'client_error',
  scope: 'quota_domain',
  retry: 'other-domain',
};

/** A failure of the provider, or of the network to it. */
export const overloaded: Consequence = {
  class: 'overloaded',
  scope: 'provider',
  retry: 'other-key',
  wait: 'retry-after',
};

/** The provider has no capacity for any key. */
export const atCapacity: Consequence = { ...overloaded, retry: 'other-provider' };

/** The key is good, but not for this model. */
export const modelDenied: Consequence = { class: 'model_denied', scope: 'key_model', retry: 'other-key' };

/** The provider has no such model for any key: it was retired, or never existed. Another provider may have it. */
export const modelGone: Consequence = { class: 'model_denied', scope: 'none', retry: 'other-provider' };

/** The provider has no such path for any key: the key that was used is not held. */
export const noSuchEndpoint: Consequence = {
  class: 'model_denied',
  scope: 'provider',
  retry: 'other-provider',
};

/** Requests from this address or country are not served. */
export const regionBlocked: Consequence = { class: 'region', scope: 'provider', retry: 'other-provider' };

/** Every key would get the same error. */
export const callersMistake: Consequence = { class: 'client_error', scope: 'none', retry: 'none' };

/** Moderation or a guardrail: an answer, not a failure. */
export const blocked: Consequence = { class: 'content_blocked', scope: 'none', retry: 'none' };

/** A refusal without a reason: it is counted against the key, and proves nothing alone. */
export const suspicious: Consequence = { class: 'unknown', scope: 'key', retry: 'other-key' };

/** The usual consequence of a class. */
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
