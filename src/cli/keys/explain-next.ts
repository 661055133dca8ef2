import { ALL_MODELS, modelText } from '../../admin/contract-words.ts';
import type { Explanation, NextView } from '../../admin/contract.ts';
import { timeOfDay, fromNow } from './relative-time.ts';

/** How a key comes back, soonest first, a line for each way. */
export function nextLines(explanation: Explanation): string[] {
  const now = Date.parse(explanation.at);
  return [
    ...explanation.next.map(
      (way) => `${timeText(way, now)}: ${stepText(way, explanation)}${limitText(way, now)}.`,
    ),
    ...(explanation.cause !== null && explanation.next.some(isCheck) ? progressLines(explanation) : []),
  ];
}

function isCheck({ how }: NextView): boolean {
  return how === 'free-check' || how === 'paid-check';
}

function timeText({ how, at }: NextView, now: number): string {
  if (at !== null) return fromNow(Date.parse(at) - now);
  return how === 'operator' ? 'not by itself' : 'any time';
}

function stepText({ how, model, here }: NextView, { key, cause, holds, domain }: Explanation): string {
  const by = here === true ? 'this process' : 'the process that holds the lease';
  switch (how) {
    case 'free-check':
      return `${by} checks it for free, by asking for the list of models`;
    case 'paid-check': {
      if (cause === null && holds.some((hold) => hold.model === model))
        return `${by} asks ${model ?? ''} for a short answer, which costs a little; a good one ends the hold`;
      const answer = cause === 'billing' ? 'and only one that is paid for will do' : 'which costs a little';
      return `${by} checks it by asking ${model ?? ''} for a short answer, ${answer}`;
    }
    case 'cooldown':
      return 'it comes back by itself, its cooldown over';
    case 'hold':
      return `it may be used for ${modelText(model ?? ALL_MODELS)} again`;
    case 'domain':
      if (domain?.troubles.some((trouble) => trouble.cause === 'billing' && trouble.model === model) === true)
        return 'the key that is out of credit is checked; when it is back this one may be used again';
      return `its quota domain may be used for ${modelText(model ?? ALL_MODELS)} again`;
    case 'trial':
      return `a request${model === null ? '' : ` for ${modelText(model)}`} may try it, where no other key of ${key.provider} can be used`;
    case 'operator':
      return `\`sparekey keys enable ${key.id}\` puts it back`;
  }
}

function limitText({ notBefore }: NextView, now: number): string {
  if (notBefore === null) return '';
  return `; the budget for checks that cost something is spent until ${timeOfDay(notBefore, now)}`;
}

function progressLines({ key, policy: { successThreshold } }: Explanation): string[] {
  const left = successThreshold - key.passes;
  return [
    ...(key.failures > 0
      ? [`It has failed ${checks(key.failures)} in a row; each one puts the next one off.`]
      : []),
    ...(key.passes > 0 ? [`It has passed ${checks(key.passes)}; ${left} more in a row put it back.`] : []),
    ...(key.passes === 0 && successThreshold > 1
      ? [`It takes ${successThreshold} passed checks in a row to put it back.`]
      : []),
  ];
}

function checks(count: number): string {
  return count === 1 ? '1 check' : `${count} checks`;
}
