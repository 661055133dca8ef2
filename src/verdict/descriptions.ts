import type { VerdictClass, VerdictScope } from './verdict.ts';

/** Classes in words, for people. */
export const CLASS_DESCRIPTIONS: Readonly<Record<VerdictClass, string>> = {
  ok: 'the answer is good',
  key_dead: 'the credential is refused',
  billing: 'there is nothing left to spend',
  rate_limit: 'a limit was hit',
  overloaded: "the provider's own trouble",
  model_denied: 'the key may not use this model',
  region: 'requests from here are not served',
  client_error: "the caller's mistake",
  content_blocked: 'a filter refused the content',
  unknown: 'nobody can be blamed for sure',
};

/** Rules whose class does not say who is at fault. */
export const RULE_DESCRIPTIONS: Readonly<Record<string, string>> = {
  'fault.no-tunnel': 'the proxy of this key alone is in the way',
};

/** Scopes in words, for people. */
export const SCOPE_DESCRIPTIONS: Readonly<Record<VerdictScope, string>> = {
  key: 'this key',
  quota_domain: 'every key of the same quota domain',
  billing_domain: 'every key of the same account',
  key_model: 'this key for this model',
  provider: 'every key of the provider',
  none: 'this request alone',
};
