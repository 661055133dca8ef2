import type { CallResult } from './caller.ts';
import type { ReceivedRequest } from './provider.ts';
import type { Scenario } from './scenarios.ts';

/** What came of a scenario, seen from both ends. */
export interface Measured {
  /** In order: one, or those of a sequence. */
  readonly calls: readonly CallResult[];
  /** How often the primary was asked for the scenario's model, health checks with it included. */
  readonly primary: readonly ReceivedRequest[];
  readonly fallback: readonly ReceivedRequest[];
  /** A request for a healthy model, after all others. */
  readonly afterwards: CallResult;
  /** The benchmark's seconds were multiplied with it. */
  readonly scale: number;
  /** How long an outage lasted. */
  readonly downMs: number;
}

/** How a gateway did. */
export interface Judged {
  /**
   * `pass`: the client got what it should, and nothing is to be said against the way. `partial`: it got it, by a way
   * that the fault did not need. `safe`: it did not, but was told so in time. `fail`: it waited for nothing, got half an
   * answer for a whole one, or the provider was asked what it must not be.
   */
  readonly verdict: 'pass' | 'partial' | 'safe' | 'fail';
  /** What speaks against it; empty for a pass. */
  readonly because: string;
  /** It is partial by what the benchmark advises alone, and right by what it says. */
  readonly rightByWords: boolean;
}

/**
 * By FailoverBench's methodology 0.1 (2026): required checks first, then what the client got, then what is advised.
 */
export function judge(scenario: Scenario, measured: Measured): Judged {
  const { verdict, because } = verdictOn(scenario, measured);
  const rightByWords = verdict === 'partial' && scenario.anyWay === true;
  return { verdict, because, rightByWords };
}

function verdictOn(scenario: Scenario, measured: Measured): Omit<Judged, 'rightByWords'> {
  const { calls } = measured;
  const bad = calls.find(({ outcome }) => outcome === 'hang' || outcome === 'wrong');
  if (bad !== undefined) return { verdict: 'fail', because: `${bad.outcome}: ${bad.said}` };
  const missed = (weight: 'required' | 'advisory'): string =>
    scenario.checks
      .filter((check) => check.weight === weight && !check.isMet(measured))
      .map(({ name }) => name)
      .join('; ');

  const missedRequired = missed('required');
  if (missedRequired !== '') return { verdict: 'fail', because: `not so: ${missedRequired}` };
  const error = calls.find(({ outcome }) => outcome === 'error');
  if (scenario.ideal === 'error') {
    return error === undefined
      ? { verdict: 'partial', because: 'answered all the same' }
      : { verdict: 'pass', because: '' };
  }
  if (error !== undefined) return { verdict: 'safe', because: error.said };
  const missedAdvice = missed('advisory');
  return missedAdvice === ''
    ? { verdict: 'pass', because: '' }
    : { verdict: 'partial', because: `not so: ${missedAdvice}` };
}
