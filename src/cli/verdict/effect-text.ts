import type { effectOf } from '../../verdict/effect.ts';
import type { Retry } from '../../verdict/verdict.ts';

/** What may be tried next, for people. */
export const RETRY_TEXT: Readonly<Record<Retry, string>> = {
  'other-key': 'another key is tried',
  'other-domain': 'a key of another quota domain is tried',
  'other-provider': 'another provider is tried',
  none: 'nothing else is tried',
};

/** What the failover settings of a provider make of a verdict. */
export interface KeyPolicySummary {
  readonly failureThreshold: number;
  /** False without failover: nothing is remembered. */
  readonly remembers: boolean;
  /** True where `failoverOnStatus` decides what counts. */
  readonly byStatus: boolean;
}

/** What would happen to the key. */
export function effectText(
  effect: ReturnType<typeof effectOf>,
  wait: string | undefined,
  policy: KeyPolicySummary,
): string {
  if (!policy.remembers) return 'nothing: without failover nothing is remembered';
  if (policy.byStatus) return 'what failoverOnStatus says of the status, whatever the verdict';
  switch (effect.kind) {
    case 'succeeds':
      return 'its failures so far are forgotten';
    case 'counts':
      return `one more failure in a row; at ${policy.failureThreshold} it is out of service`;
    case 'condemns':
      return 'out of service at once, until health checks pass or its cooldown is over';
    case 'throttles':
      return `held from this model for ${wait ?? 'a few seconds, longer each time in a row'}`;
    case 'denies':
      return 'held from this model for some minutes, in service for others';
    case 'none':
      return 'nothing';
  }
}
