import type { Faulted } from './outcome.ts';
import type { Verdict } from './verdict.ts';

/**
 * Verdicts on exchanges that broke. Mostly the network or the provider is at fault rather than the key, but that is not
 * certain, so they are counted. Whether the request may be sent again is not decided here but by `failover/next-step`.
 *
 * - `key-unusable`: the key is out of service, and checked again like any other.
 * - `unbuilt`: the client's doing or a defect of ours; no key is affected, and another provider may manage.
 * - `no-tunnel`: a proxy that only this key goes by is in the way; the provider is not at fault.
 * - `broken-unseen`: it has used up the time of a whole response, so the next provider comes before the next key.
 * - `too-large`: it would be as large from any provider; no key is affected.
 */
export const faultVerdicts: Readonly<Record<Faulted['fault'], Verdict>> = {
  'key-unusable': { class: 'key_dead', scope: 'key', retry: 'other-key', rule: 'fault.key-unusable' },
  unbuilt: { class: 'client_error', scope: 'none', retry: 'other-provider', rule: 'fault.unbuilt' },
  'not-sent': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.not-sent' },
  'no-tunnel': { class: 'overloaded', scope: 'key', retry: 'other-key', rule: 'fault.no-tunnel' },
  'maybe-sent': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.maybe-sent' },
  'no-output': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.no-output' },
  'broken-unseen': {
    class: 'overloaded',
    scope: 'provider',
    retry: 'other-provider',
    rule: 'fault.broken-unseen',
  },
  broken: { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.broken' },
  'too-large': { class: 'client_error', scope: 'none', retry: 'none', rule: 'fault.too-large' },
};
