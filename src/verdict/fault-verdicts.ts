import type { Faulted } from './outcome.ts';
import type { Verdict } from './verdict.ts';

/**
 * Verdicts on exchanges that broke. The network or the provider is at fault rather than the key, but nobody
 * can be sure, so they count. Whether the request may be sent again at all is for the loop to say: it knows
 * the operation, and whether the client has seen output.
 *
 * Where there was no exchange: a key that no request can be made with is as good as dead, and is checked again like
 * any other. A request that could not be made for another reason may be the client's doing, or a defect: it touches no
 * key, and another provider may make it. What broke late has used up the time of an answer: the next provider is tried
 * before the next key. An answer that was too large for us would be as large from anybody, and touches no key.
 */
export const faultVerdicts: Readonly<Record<Faulted['fault'], Verdict>> = {
  'key-unusable': { class: 'key_dead', scope: 'key', retry: 'other-key', rule: 'fault.key-unusable' },
  unbuilt: { class: 'client_error', scope: 'none', retry: 'other-provider', rule: 'fault.unbuilt' },
  'not-sent': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.not-sent' },
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
