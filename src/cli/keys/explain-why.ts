import { failuresText, modelText } from '../../admin/contract-words.ts';
import type { DecisionView, Explanation } from '../../admin/contract.ts';
import { timeOfDay, timeAndAge } from './relative-time.ts';

type Rule = NonNullable<Explanation['rule']>;

/** A line, and its label. */
export type Labelled = readonly [label: string, line: string];

/** Holds shown one by one. */
const MAX_HOLDS = 5;

/** Troubles of its domain shown. */
const MAX_TROUBLES = 3;

/** Why a key is as it is, and on what evidence. */
export function whyLines(explanation: Explanation): Labelled[] {
  const { key, policy, holds, rule } = explanation;
  const hidden = holds.length - MAX_HOLDS;
  return [
    ...stateLines(explanation),
    ...doubtLines(explanation),
    ...holds.slice(0, MAX_HOLDS).flatMap((hold) => holdLines(hold, explanation)),
    ...domainLines(explanation),
    ...(hidden > 0 ? [why(`It is kept from ${hidden} more models alike; --json has them all.`)] : []),
    ...(policy.failover
      ? []
      : [why(`Failover is off at ${key.provider}: nothing is remembered but the operator's word.`)]),
    ...(policy.byStatus && rule !== null
      ? [why('What counts is what failoverOnStatus says of the status, whatever the rule.')]
      : []),
  ];
}

function why(line: string): Labelled {
  return ['Why', line];
}

function stateLines(explanation: Explanation): Labelled[] {
  const { key, evidence, holds, doubt, next, rule } = explanation;
  switch (key.state) {
    case 'disabled':
      return [why(`${actText('disabled', evidence)}.`), why('Only the operator puts it back.')];
    case 'out-of-service':
      return [why(outText(explanation)), ...evidenceLines(evidence, rule, explanation)];
    case 'in-service':
      if (key.failures > 0)
        return [why(failingText(explanation)), ...evidenceLines(evidence, rule, explanation)];
      if (doubt !== null || holds.length > 0 || next.some(({ how }) => how === 'domain')) return [];
      return [why(evidence === null ? 'Nothing speaks against it.' : backText(evidence))];
  }
}

/** An act of the operator: who, and why, as far as it was said. */
function actText(act: 'disabled' | 'enabled', evidence: DecisionView | null): string {
  const who = evidence?.by ?? 'The operator';
  const reason = evidence?.reason ?? null;
  return `${who} ${act} it by hand${reason === null ? '' : `: ${reason}`}`;
}

/** A verdict that is not confirmed. */
function doubtLines(explanation: Explanation): Labelled[] {
  const { doubt, unproven } = explanation;
  if (doubt === null) {
    const line =
      'Only the words of one request say so: where another key meets the like before one answers it, that is taken back.';
    return unproven ? [why(line)] : [];
  }
  const line = `A request was refused as if the key ${ACCUSED[doubt.cause]}, and so it was with other keys: the request's words are doubted, and not the keys. It stays in service, and a check decides.`;
  return [why(line), ...evidenceLines(doubt.evidence, doubt.rule, explanation)];
}

const ACCUSED: Readonly<Record<NonNullable<Explanation['doubt']>['cause'], string>> = {
  failures: 'failed',
  key_dead: 'were dead',
  billing: 'had no credit',
  throttled: 'were throttled',
  denied: 'were denied the model',
};

function failingText({ key: { failures }, policy: { failureThreshold } }: Explanation): string {
  return `It ${failuresText(failures)}, for a reason that may not be its own: ${failureThreshold} in a row take it out.`;
}

function outText({ cause, policy: { failureThreshold } }: Explanation): string {
  switch (cause) {
    case 'key_dead':
      return 'The provider refuses the credential: it is invalid, revoked or blocked. One such answer is enough.';
    case 'billing':
      return 'Its account has nothing left to spend. One such answer is enough.';
    case 'failures':
      return `It ${failuresText(failureThreshold)}, which is what takes a key out here (failureThreshold).`;
    case null:
      return '';
  }
}

function holdLines(hold: Explanation['holds'][number], explanation: Explanation): Labelled[] {
  const model = modelText(hold.model);
  const times = hold.strikes === 1 ? '' : `, ${hold.strikes} times in a row`;
  const what =
    hold.cause === 'throttled'
      ? `It was throttled for ${model}${times}.`
      : `It was refused ${model}${times}, and may still be good for other models.`;
  return [why(what), ...evidenceLines(hold.evidence, hold.rule, explanation)];
}

/** Troubles found with other keys of its domain. */
function domainLines({ domain, key, at }: Explanation): Labelled[] {
  if (domain === null || key.state === 'disabled') return [];
  const now = Date.parse(at);
  const others = domain.troubles.filter((trouble) => trouble.key.id !== key.id).slice(0, MAX_TROUBLES);
  return others.map(({ model, cause, until, key: { id, name }, rule }) => {
    const shower = name === null ? id : `${name} (${id})`;
    const shares = `It shares the limits of ${domain.name} with ${shower}, which`;
    return why(
      cause === 'billing'
        ? `${shares} is out of credit (${rule.id}): none of them is used until it has some again.`
        : `${shares} was throttled for ${modelText(model)} (${rule.id}): none of them is used for that until ${timeOfDay(until, now)}.`,
    );
  });
}

/** The evidence, and the rule. */
function evidenceLines(
  evidence: DecisionView | null,
  rule: Rule | null,
  { at, seenFrom: { node } }: Explanation,
): Labelled[] {
  return [
    [
      'Evidence',
      evidence === null ? 'The decision itself is no longer kept.' : seenText(evidence, Date.parse(at), node),
    ],
    ...(rule === null ? [] : [['Rule', ruleText(rule)] as const]),
    ...(rule === null || rule.source === null ? [] : [['Rule', rule.source] as const]),
  ];
}

function seenText(decision: DecisionView, now: number, here: string): string {
  const { check, requestId, at, node } = decision;
  const who = check ? 'A health check' : requestId === null ? 'A request' : `Request ${requestId}`;
  const where = node === null || node === here ? '' : ` (judged at ${node})`;
  return `${who} got ${answerText(decision)} at ${timeAndAge(at, now)}${where}.`;
}

/** Of evidence against a key: a good status had an error inside. */
function answerText({ status }: DecisionView): string {
  if (status === null) return 'no answer';
  return status < 300 ? `status ${status} with an error inside` : `status ${status}`;
}

function ruleText({ id, class: meant, meaning }: Rule): string {
  return meant === null ? `${id}, which is not known here any more` : `${id} (${meant}: ${meaning ?? ''})`;
}

/** How it came to be in service. */
function backText(evidence: DecisionView): string {
  const { effect, check, rule } = evidence;
  switch (effect) {
    case 'enabled':
      return `${actText('enabled', evidence)}.`;
    case 'reprieved':
      return 'What a request said against it was said of other keys as well, and was taken back.';
    case 'pardoned':
      return 'What failed with it was not its fault, and was taken back.';
    default:
      if (rule === null) return 'Its cooldown is over.';
      return check ? 'It passed its health checks.' : 'It answered a request, tried as a last resort.';
  }
}
