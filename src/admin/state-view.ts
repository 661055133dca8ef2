import type { OutageView } from './outage-view.ts';
import { timeOrNull } from './time-text.ts';

/** What a process knows of the store, and does by it. */
export interface StateStatus {
  readonly kind: string;
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;
  /** Since when it does not answer this process; undefined while it does. Milliseconds since the epoch. */
  readonly awaySince: number | undefined;
  /** Keys of which this process knows more than it could write. */
  readonly unwritten: number;
  /** Ids of the providers whose keys this process tests, as the holder of their leases. */
  readonly probing: readonly string[];
  /** Of those, for which the checks of a day that cost something are used up, until then. Milliseconds since the epoch. */
  readonly checksSpent: readonly (readonly [provider: string, until: number])[];
  /** By provider: see `Provider.emptyAnswers`. */
  readonly emptyAnswers: readonly (readonly [provider: string, count: number])[];
}

/** The store as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface StateView {
  readonly store: {
    readonly kind: string;
    readonly description: string;
    readonly awaySince: string | null;
    readonly unwrittenKeys: number;
  };
  readonly probing: readonly string[];
  /** By provider: when there are health checks again, where this process does them and those of the day are used up. */
  readonly checksSpentUntil: Readonly<Record<string, string | null>>;
  /** Good answers in which a model said nothing, by provider, where there were some. */
  readonly emptyAnswers: Readonly<Record<string, number>>;
  /** What providers are down for, as far as this process knows. */
  readonly down: readonly OutageView[];
}

/** Makes the view of the state. */
export function viewState(status: StateStatus, down: readonly OutageView[]): StateView {
  const { kind, description, awaySince, unwritten, probing, checksSpent, emptyAnswers } = status;
  return {
    store: {
      kind,
      description,
      awaySince: timeOrNull(awaySince),
      unwrittenKeys: unwritten,
    },
    probing,
    checksSpentUntil: Object.fromEntries(checksSpent.map(([id, until]) => [id, timeOrNull(until)])),
    emptyAnswers: Object.fromEntries(emptyAnswers.filter(([, count]) => count > 0)),
    down,
  };
}
