import { ALL_MODELS, modelText } from '../../admin/contract-words.ts';
import type { DecisionView, Explanation } from '../../admin/contract.ts';
import { printable } from '../../telemetry/request-line.ts';
import { nextLines } from './explain-next.ts';
import { whyLines } from './explain-why.ts';
import type { Labelled } from './explain-why.ts';
import { outageText } from './outage-text.ts';
import { EMPTY_CELL, tableLines } from '../table.ts';
import { ago, timeOfDay, fromNow, timeAndAge } from './relative-time.ts';

/** An explanation for people: the key's state, why, what comes next, and the last decisions. */
export function explainText(explanation: Explanation): string {
  const lines = [
    headline(explanation),
    '',
    ...withLabels([
      ...whyLines(explanation),
      ...labelled('Next', nextLines(explanation)),
      ...labelled(
        'Provider',
        explanation.down.map((outage) => outageText(outage, Date.parse(explanation.at))),
      ),
      ...labelled('Limits', limitLines(explanation)),
      ...labelled('Traffic', trafficLines(explanation)),
    ]),
    ...decisionLines(explanation),
  ];
  return lines.map(printable).join('\n');
}

function headline({ key, holds, next, at }: Explanation): string {
  const marks = [...(key.name === null ? [] : [key.id]), ...(key.hint === null ? [] : [`…${key.hint}`])];
  const who = `${key.name ?? key.id}${marks.length === 0 ? '' : ` (${marks.join(', ')})`} of ${key.provider}`;
  const since = key.since === null ? '' : ` since ${timeAndAge(key.since, Date.parse(at))}`;
  switch (key.state) {
    case 'disabled':
      return `${who} is disabled${since}.`;
    case 'out-of-service':
      return `${who} is out of service${since}.`;
    case 'in-service': {
      const kept = [...holds, ...next.filter(({ how }) => how === 'domain')].map(
        ({ model }) => model ?? ALL_MODELS,
      );
      if (kept.length > 0) return `${who} is in service, but kept from ${listed([...new Set(kept)])}.`;
      return `${who} is in service${since}${key.failures > 0 ? ', but failing' : ''}.`;
    }
  }
}

/** Names shown of a list. */
const MAX_LISTED = 3;

function listed(models: readonly string[]): string {
  if (models.includes(ALL_MODELS)) return 'all models';
  const shown = models.slice(0, MAX_LISTED).join(', ');
  return models.length > MAX_LISTED ? `${shown} and ${models.length - MAX_LISTED} more` : shown;
}

function limitLines({ domain, scarce, at }: Explanation): string[] {
  const now = Date.parse(at);
  const others = (domain?.keys ?? 1) - 1;
  const shared =
    domain === null
      ? []
      : [
          `Its limits are those of ${domain.name}${domain.learned ? ', as the provider says' : ''}: ${
            others === 0 ? 'no other key has' : others === 1 ? '1 other key has' : `${others} other keys have`
          } the same.`,
        ];
  const nearly = scarce.map(
    ({ model, until }) =>
      `Little is left for ${modelText(model)} until ${timeOfDay(until, now)}: other keys are preferred for it.`,
  );
  return [...shared, ...nearly];
}

function trafficLines({ ramp, inFlight, at }: Explanation): string[] {
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

function decisionLines({ decisions, at, seenFrom }: Explanation): string[] {
  if (decisions.length === 0) return [];
  const now = Date.parse(at);
  const rows = decisions.map((decision) => [
    ago(now - Date.parse(decision.at)),
    effectText(decision),
    decision.rule?.id ?? EMPTY_CELL,
    decision.status === null ? EMPTY_CELL : String(decision.status),
    shownBy(decision),
    decision.node === null ? EMPTY_CELL : decision.node === seenFrom.node ? 'this process' : decision.node,
  ]);
  return ['', 'The last decisions on it, newest first:', '', ...tableLines(HEADINGS, rows)];
}

function shownBy({ effect, check, requestId, by }: DecisionView): string {
  if (effect === 'disabled' || effect === 'enabled' || effect === 'lifted') return by ?? 'the operator';
  return check ? 'a health check' : (requestId ?? EMPTY_CELL);
}

/** What was decided, in a word or two. */
function effectText({ effect, model, rule, reason }: DecisionView): string {
  const why = reason === null ? '' : `: ${reason}`;
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
      return `held from ${modelText(model ?? ALL_MODELS)}`;
    case 'check-passed':
      return 'passed a check';
    case 'check-failed':
      return 'failed a check';
    case 'trial-failed':
      return 'failed as last resort';
    case 'pardoned':
      return 'pardoned, not its fault';
    case 'doubted':
      return 'doubted, to be checked';
    case 'reprieved':
      return 'reprieved, to be checked';
    case 'lifted':
      return `lifted by hand${model === null ? '' : `, for ${modelText(model)}`}${why}`;
    case 'disabled':
    case 'enabled':
      return `${effect} by hand${why}`;
    default:
      return effect;
  }
}

/** Wide enough for the longest of them, and a gap. */
const LABEL_WIDTH = 10;

function labelled(label: string, lines: readonly string[]): Labelled[] {
  return lines.map((line) => [label, line]);
}

/** Of lines that follow each other under one label only the first one has it. */
function withLabels(lines: readonly Labelled[]): string[] {
  return lines.map(
    ([label, line], n) => `${(lines[n - 1]?.[0] === label ? '' : label).padEnd(LABEL_WIDTH)}${line}`,
  );
}
