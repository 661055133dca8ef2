import type { Call } from '../../dialects/operations/call.ts';
import type { Provider } from '../../providers/provider.ts';
import { wallClock } from './attempt-plan.ts';
import type { AttemptTools } from './attempt-plan.ts';
import { isGood, judge } from '../../verdict/judge.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import { searchRequestText } from './request-text.ts';
import { OK } from '../../verdict/verdict.ts';
import type { Verdict } from '../../verdict/verdict.ts';

/**
 * The verdict on what an attempt observed. Of a good answer nobody asks anything: it costs no look at the clock, and none
 * at what the client said.
 */
export function judgeAttempt(
  outcome: Answered | Faulted,
  call: Call,
  { type, config }: Provider,
  tools: Pick<AttemptTools, 'now' | 'wallNow'>,
): Verdict {
  if (isGood(outcome)) return OK;
  return judge(outcome, {
    providerType: type,
    now: wallClock(tools)(),
    operation: call.target.operation.name,
    ownRules: config.verdicts,
    isClientText: searchRequestText(call),
  });
}
