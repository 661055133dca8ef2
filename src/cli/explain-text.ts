import { printable } from '../telemetry/request-line.ts';
import { nextLines } from './explain-next.ts';
import { whyLines } from './explain-why.ts';
import type { ShownDecision, ShownExplanation } from './shown-explanation.ts';
import { NOTHING, modelText, tableLines } from './table.ts';
import { ago, clock, fromNow, when } from './time-words.ts';

/** A key's story for people: how it stands, why, what comes next, and the decisions it rests on. */
export function explainText(told: ShownExplanation): string {
  const lines = [
    headline(told),
    '',
    ...section('Why', whyLines(told)),
    ...section('Next', nextLines(told)),
    ...section('Limits', limitLines(told)),
    ...section('Traffic', trafficLines(told)),
    '',
    ...decisionLines(told),
    ...(told.seenFrom.note === null ? [] : ['', told.seenFrom.note]),
  ];
  return lines.map(printable).join('\n');
}

function headline({ key, holds, next, at, policy }: ShownExplanation): string {
  const now = Date.parse(at);
  const who = key.name === null ? `Key ${key.id}` : `${key.name} (${key.id})`;
  const hint = key.hint === null ? '' : `, …${key.hint},`;
  const since = key.since === null ? '' : ` since ${when(key.since, now)}`;
  const subject = `${who}${hint} of ${key.provider}`;
  switch (key.state) {
    case 'disabled':
      return `${subject} is disabled${since}.`;
    case 'out-of-service':
      return `${subject} is out of service${since}.`;
    case 'in-service': {
      const kept = [...holds, ...next.filter(({ how }) => how === 'domain')].map(({ model }) => model ?? '*');
      const models = [...new Set(kept)];
      if (models.length > 0) return `${subject} is in service, but kept from ${listed(models)}.`;
      if (key.failures === 0) return `${subject} is in service${since}.`;
      const times = key.failures === 1 ? 'failed once' : `failed ${key.failures} times in a row`;
      return `${subject} is in service, but ${times}; ${policy.failureThreshold} in a row take it out.`;
    }
  }
}

/** Names shown of a list. */
const MAX_LISTED = 3;

function listed(models: readonly string[]): string {
  if (models.includes('*')) return 'all models';
  const shown = models.slice(0, MAX_LISTED).join(', ');
  return models.length > MAX_LISTED ? `${shown} and ${models.length - MAX_LISTED} more` : shown;
}

function limitLines({ domain, scarce, key, at }: ShownExplanation): string[] {
  const now = Date.parse(at);
  const others = (domain?.keys ?? 1) - 1;
  const shared =
    domain === null
      ? []
      : [
          `It shares the limits of ${domain.name}${domain.learned ? ' (as the provider says)' : ''} with ${
            others === 1 ? '1 other key' : `${others} other keys`
          }.`,
        ];
  const troubles = (domain?.troubles ?? [])
    .filter((trouble) => trouble.key.id !== key.id)
    .map(({ model, cause, until, key: by, rule }) => {
      const shower = by.name === null ? by.id : `${by.name} (${by.id})`;
      return cause === 'billing'
        ? `${shower} of them is out of credit (${rule.id}), and so are all until it is not; it is checked ${fromNow(Date.parse(until) - now)}.`
        : `${shower} of them was throttled for ${modelText(model)} (${rule.id}), which holds all until ${clock(until, now)}.`;
    });
  const nearly = (scarce ?? []).map(
    ({ model, until }) =>
      `Little is left for ${modelText(model)} until ${clock(until, now)}: other keys are preferred for it.`,
  );
  return [...shared, ...troubles, ...nearly];
}

function trafficLines({ ramp, inFlight, at }: ShownExplanation): string[] {
  const now = Date.parse(at);
  return [
    ...(ramp === null
      ? []
      : [
          `It has just come back, and gets ${Math.round(ramp.share * 100)} % of its usual traffic: all of it ${fromNow(Date.parse(ramp.fullAt) - now)}.`,
        ]),
    ...(inFlight === null || inFlight === 0
      ? []
      : [`${inFlight} ${inFlight === 1 ? 'request is' : 'requests are'} under way with it.`]),
  ];
}

const HEADINGS = ['WHEN', 'WHAT', 'RULE', 'STATUS', 'SHOWN BY', 'JUDGED AT'];

function decisionLines({ decisions, at, seenFrom }: ShownExplanation): string[] {
  if (decisions.length === 0) return ['Nothing was ever decided on it.'];
  const now = Date.parse(at);
  const rows = decisions.map((decision) => [
    ago(now - Date.parse(decision.at)),
    effectText(decision),
    decision.rule?.id ?? NOTHING,
    decision.status === null ? NOTHING : String(decision.status),
    decision.check ? 'a health check' : (decision.requestId ?? NOTHING),
    decision.node === null ? NOTHING : decision.node === seenFrom.node ? 'this process' : decision.node,
  ]);
  return ['The last decisions on it, newest first:', '', ...tableLines(HEADINGS, rows)];
}

/** What was decided, in a word or two. */
function effectText({ effect, model, rule }: ShownDecision): string {
  switch (effect) {
    case 'counted':
      return 'counted a failure';
    case 'cleared':
      return 'cleared by a success';
    case 'taken-out':
      return 'taken out';
    case 'returned':
      return rule === null ? 'back, cooldown over' : 'back in service';
    case 'held':
      return `held from ${modelText(model ?? '*')}`;
    case 'check-passed':
      return 'passed a check';
    case 'check-failed':
      return 'failed a check';
    case 'trial-failed':
      return 'failed as last resort';
    case 'pardoned':
      return 'pardoned, not its fault';
    case 'disabled':
    case 'enabled':
      return `${effect} by hand`;
    default:
      return effect;
  }
}

/** Wide enough for the longest of them, and a gap. */
const LABEL_WIDTH = 9;

function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, n) => `${(n === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`);
}
