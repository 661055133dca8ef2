import type { Faulted } from '../outcome.ts';
import type { Verdict } from '../verdict.ts';

/**
 * Verdicts on exchanges that broke. The network or the provider is at fault rather than the key, but nobody
 * can be sure, so they count. Whether the request may be sent again at all is for the loop to say: it knows
 * the operation, and whether the client has seen output.
 */
export const faultVerdicts: Readonly<Record<Faulted['fault'], Verdict>> = {
  'not-sent': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.not-sent' },
  'maybe-sent': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.maybe-sent' },
  'no-output': { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.no-output' },
  broken: { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'fault.broken' },
};
