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
 * For providers that speak OpenAI's shape, and for those nothing is known of, in the order they are tried: what an
 * error calls itself, what its message says, what HTTP itself says. A caller's mistake touches no key.
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
