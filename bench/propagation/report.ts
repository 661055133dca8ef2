import type { Host } from '../machine.ts';
import { percentile } from '../statistics.ts';
import { GATEWAYS, WORKERS } from './testbed.ts';
import type { StoreKind } from './testbed.ts';
import type { Trial } from './trial.ts';

/** By when a key is to be out everywhere, and by when we should like it to be. Milliseconds, of 99 in 100 trials. */
const GOAL_MS = 100;
const WISH_MS = 20;

/** All trials with one store. */
export interface Measured {
  readonly store: StoreKind;
  readonly trials: readonly Trial[];
  /** For how long the measuring process had to wait for its turn. */
  readonly heldUp: Figures;
}

/** Milliseconds, or how many. */
export interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @returns the report for people, and the same for programs */
export function summarise(host: Host, measured: readonly Measured[]): { text: string; json: object } {
  const stores = measured.map(({ store, trials, heldUp }) => {
    const out = figures(trials, ({ outMs }) => outMs);
    return {
      store,
      out,
      lastTry: figures(trials, ({ lastTryMs }) => lastTryMs),
      refused: figures(trials, ({ refused }) => refused),
      heldUp,
      goalReached: out.p99 <= GOAL_MS,
      wishReached: out.p99 <= WISH_MS,
    };
  });
  const rows = stores.flatMap(({ store, out, lastTry, refused, heldUp }) => [
    row(store, 'out on all processes (ms)', out),
    row('', 'last try with the key (ms)', lastTry),
    row('', 'requests it refused', refused),
    row('', 'this process held up (ms)', heldUp),
  ]);
  const verdicts = stores.map(({ store, goalReached, wishReached }) => {
    const wish = `${WISH_MS} ms ${wishReached ? 'reached' : 'missed'}`;
    return `${store}: p99 within ${GOAL_MS} ms ${goalReached ? 'reached' : 'missed'}, within ${wish}`;
  });
  const text = `
${host.processor}, ${host.cores} cores, Linux ${host.kernel}, Node ${host.node}, load before ${host.loadBefore.toFixed(2)}
${GATEWAYS} gateways of ${WORKERS} workers; ${measured[0]?.trials.length ?? 0} keys revoked with each store, timed from the first refusal

${row('store', '', { p50: 'p50', p99: 'p99', max: 'max' })}
${rows.join('\n')}

${verdicts.join('\n')}
`;
  return { text, json: { host, goalMs: GOAL_MS, wishMs: WISH_MS, stores, measured } };
}

function figures(trials: readonly Trial[], read: (trial: Trial) => number): Figures {
  const values = trials.map(read);
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99), max: Math.max(...values) };
}

function row(
  store: string,
  figure: string,
  { p50, p99, max }: Readonly<Record<keyof Figures, number | string>>,
): string {
  const cells = [p50, p99, max].map((cell) => String(cell).padStart(6));
  return `${store.padEnd(8)}${figure.padEnd(28)}${cells.join('')}`;
}
