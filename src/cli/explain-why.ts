import type { ShownDecision, ShownExplanation } from './shown-explanation.ts';
import { modelText } from './table.ts';
import { when } from './time-words.ts';

type Rule = NonNullable<ShownExplanation['rule']>;

/** Why a key is as it is, on what evidence. */
export function whyLines(told: ShownExplanation): string[] {
  const { key, policy } = told;
  return [
    ...stateLines(told),
    ...told.holds.flatMap((hold) => holdLines(hold, told)),
    ...(policy.failover
      ? []
      : [`Failover is off at ${key.provider}: nothing is remembered but the operator's word.`]),
    ...(policy.byStatus && told.rule !== null
      ? ['What counts is what failoverOnStatus says of the status, whatever the rule.']
      : []),
  ];
}

function stateLines(told: ShownExplanation): string[] {
  const { key, evidence, holds } = told;
  switch (key.state) {
    case 'disabled':
      return ['The operator disabled it, and nothing but the operator puts it back.'];
    case 'out-of-service':
      return [outText(told), ...judgedLines(evidence, told.rule, told)];
    case 'in-service':
      if (key.failures > 0) return judgedLines(evidence, told.rule, told);
      if (holds.length > 0) return [];
      return [evidence === null ? 'Nothing keeps it back.' : backText(evidence)];
  }
}

function outText({ cause, policy: { failureThreshold } }: ShownExplanation): string {
  switch (cause) {
    case 'key_dead':
      return 'The provider refuses the credential: it is invalid, revoked or blocked. One such answer is enough.';
    case 'billing':
      return 'Its account has nothing left to spend. One such answer is enough.';
    case 'failures':
      return `${failureThreshold === 1 ? 'It failed' : `It failed ${failureThreshold} times in a row`}, and nobody else was to blame.`;
    case null:
      return '';
  }
}

function holdLines(hold: ShownExplanation['holds'][number], told: ShownExplanation): string[] {
  const model = modelText(hold.model);
  const times = hold.strikes === 1 ? '' : `, ${hold.strikes} times in a row`;
  const what =
    hold.cause === 'throttled'
      ? `It was throttled for ${model}${times}.`
      : `It was refused ${model}${times}, and may still be good for other models.`;
  return [what, ...judgedLines(hold.evidence, hold.rule, told)];
}

/** What was seen, and what the rule makes of it. */
function judgedLines(
  evidence: ShownDecision | null,
  rule: Rule | null,
  { at, seenFrom: { node } }: ShownExplanation,
): string[] {
  return [
    evidence === null ? 'The decision itself is no longer kept.' : seenText(evidence, Date.parse(at), node),
    ...(rule === null ? [] : [ruleText(rule)]),
    ...(rule === null || rule.source === null ? [] : [`Source: ${rule.source}`]),
  ];
}

function seenText({ check, requestId, status, at, node }: ShownDecision, now: number, here: string): string {
  const who = check ? 'A health check' : requestId === null ? 'A request' : `Request ${requestId}`;
  const what = status === null ? 'got no answer' : `got status ${status}`;
  const where = node === null || node === here ? '' : ` (at ${node})`;
  return `${who} ${what} at ${when(at, now)}${where}.`;
}

function ruleText({ id, class: meant, meaning }: Rule): string {
  if (meant === null) return `Rule ${id}, which is not known here any more.`;
  return `Rule ${id}: ${meant}, ${meaning ?? 'a class of its own'}.`;
}

/** How it came to be in service. */
function backText({ effect, check, rule }: ShownDecision): string {
  switch (effect) {
    case 'enabled':
      return 'The operator enabled it.';
    case 'pardoned':
      return 'What failed with it was not its fault, and was taken back.';
    default:
      if (rule === null) return 'Its cooldown is over.';
      return check ? 'It passed its health checks.' : 'It answered a request, tried as a last resort.';
  }
}
