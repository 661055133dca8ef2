import { generalNameRules } from './name-rules.ts';
import {
  blockedAddressRules,
  generalStatusRules,
  htmlRefusalRule,
  htmlRule,
  lastRule,
  noEndpointRules,
} from './status-rules.ts';
import { generalWordRules } from './word-rules.ts';
import { unambiguousRules } from './unambiguous-rules.ts';
import { relayRules } from './relay-rules.ts';
import type { Rule } from '../rule.ts';

/**
 * Rules for any provider, in the order in which they are tried: by the names of an error, by its message, by its status.
 * Alone they judge providers without a table; behind a vendor's table they judge what that does not know.
 */
export const generalRules: readonly Rule[] = [
  ...relayRules,
  ...unambiguousRules,
  ...blockedAddressRules,
  htmlRule,
  htmlRefusalRule,
  ...generalNameRules,
  ...generalWordRules,
  ...noEndpointRules,
  ...generalStatusRules,
  lastRule,
];
