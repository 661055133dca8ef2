import type { ChoiceView, KeyChoiceView, ProviderChoiceView } from '../../admin/contract.ts';
import { printable } from '../../telemetry/request-line.ts';
import { outageText } from './outage-text.ts';
import { EMPTY_CELL, tableLines } from '../table.ts';
import { fromNow } from './relative-time.ts';

/** Which key a request would get, and why not the others, for people: a table for each provider on the way. */
export function choiceText({ at, model, providers, seenFrom }: ChoiceView): string {
  const now = Date.parse(at);
  const request = model === null ? 'A request without a model' : `A request for ${model}`;
  const [first] = providers;
  const stops = providers.map(stopText).join('');
  const lines = [
    first === undefined ? `${request} goes nowhere.` : `${request} goes to${stops}.`,
    ...providers.flatMap((provider) => ['', ...providerLines(provider, model, now)]),
    ...(seenFrom.serves ? [] : ['', 'What is in flight the workers know, and this process does not.']),
  ];
  return lines.map(printable).join('\n');
}

/** One stop on the way, after those before it. */
function stopText(
  { provider, share }: ProviderChoiceView,
  n: number,
  all: readonly ProviderChoiceView[],
): string {
  const before = all[n - 1];
  const link =
    before === undefined
      ? ' '
      : before.share < 1 && share < 1
        ? ' or '
        : ', and where that has no answer to ';
  return `${link}${provider}${share < 1 ? ` (${Math.round(share * 100)} %)` : ''}`;
}

function providerLines(choice: ProviderChoiceView, requestedModel: string | null, now: number): string[] {
  const { provider, model, keys, counts, affinity } = choice;
  const mapped = model === null || model === requestedModel ? '' : `, where it is called ${model}`;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = total - keys.length;
  return [
    `${provider}${mapped}: ${outcomeText(choice, total, now)}`,
    ...(choice.down === null ? [] : [downText(choice.down, now)]),
    ...(affinity === 'session' ? ['A conversation keeps its own key while that can be used.'] : []),
    ...(keys.length === 0
      ? []
      : [
          '',
          ...tableLines(
            HEADINGS,
            keys.map((key) => cells(key, now)),
          ),
        ]),
    ...(left > 0 ? [`… and ${left} more keys: ${countsText(counts)} in all`] : []),
  ];
}

function downText(down: NonNullable<ProviderChoiceView['down']>, now: number): string {
  const why = down.whole ? 'Two of its models are down, and nothing of it has answered since: ' : '';
  return `${why}${outageText(down, now)}`;
}

function outcomeText(choice: ProviderChoiceView, total: number, now: number): string {
  const { outcome, counts, strategy, returnsAt, keys } = choice;
  const usable = counts['usable'] ?? 0;
  switch (outcome) {
    case 'keyless':
      return "it has no keys, and is called with the client's own credential.";
    case 'key': {
      const way =
        strategy === 'random'
          ? 'one is taken at random'
          : 'of two taken at random the less busy one is used, unless little is left of its limits';
      if (total === 1) return 'its one key can be used.';
      if (usable === 1) return `${nameOf(keys[0])} is the only one of ${total} keys that can be used.`;
      return `${usable} of ${total} keys can be used; ${way}.`;
    }
    case 'last-resort':
      return `${noneText(total)}; ${nameOf(keys[0])} is tried as a last resort.`;
    case 'none': {
      const back =
        returnsAt === null
          ? 'and none comes back by itself'
          : `the first is due back ${fromNow(Date.parse(returnsAt) - now)}`;
      return `${noneText(total)}; ${back}.`;
    }
  }
}

function noneText(total: number): string {
  return total === 1 ? 'its one key cannot be used' : `none of ${total} keys can be used`;
}

function nameOf(key: KeyChoiceView | undefined): string {
  return key === undefined ? EMPTY_CELL : (key.name ?? key.id);
}

const HEADINGS = ['CHANCE', 'NAME', 'ID', 'HINT', 'IN FLIGHT', 'WEIGHT', 'WHY'];

function cells(key: KeyChoiceView, now: number): readonly string[] {
  const { id, name, hint, chance, inFlight, weight } = key;
  return [
    chanceText(chance, key),
    name ?? EMPTY_CELL,
    id,
    hint === null ? EMPTY_CELL : `…${hint}`,
    inFlight === null ? '?' : String(inFlight),
    String(weight),
    whyText(key, now),
  ];
}

function chanceText(chance: number | null, { obstacle }: KeyChoiceView): string {
  if (chance === null) return obstacle === null ? '?' : EMPTY_CELL;
  if (chance === 0) return obstacle === null ? '< 1 %' : EMPTY_CELL;
  return `${Math.max(Math.round(chance * 100), 1)} %`;
}

function whyText(key: KeyChoiceView, now: number): string {
  const { obstacle, reason, dueAt, lastResort, share, scarce } = key;
  if (obstacle !== null) {
    const due = dueAt === null ? '' : `, ${DUE[obstacle] ?? 'due'} ${fromNow(Date.parse(dueAt) - now)}`;
    const words = obstacle === 'out-of-service' ? `out of service: ${reason ?? ''}` : (reason ?? obstacle);
    return `${words}${due}${lastResort ? '; last resort' : ''}`;
  }
  const notes = [
    ...(scarce ? ['little is left of its limits'] : []),
    ...(share < 1 ? [`just back, gets ${Math.round(share * 100)} % of its traffic`] : []),
  ];
  return notes.length === 0 ? 'can be used' : notes.join('; ');
}

/** What happens at the time of an obstacle. */
const DUE: Readonly<Record<string, string>> = {
  'out-of-service': 'next try',
  held: 'free again',
  'domain-held': 'over or tested',
};

const COUNTED: Readonly<Record<string, string>> = {
  usable: 'can be used',
  tried: 'tried',
  'other-models': 'for other models only',
  'out-of-service': 'out of service',
  disabled: 'disabled',
  held: 'held from the model',
  'domain-held': 'held with their quota domain',
};

function countsText(counts: ProviderChoiceView['counts']): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([standing, count]) => `${count} ${COUNTED[standing] ?? standing}`)
    .join(', ');
}
