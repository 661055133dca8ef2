import type { Host } from '../machine.ts';
import type { Trend } from './flatness.ts';
import type { KeyTraffic } from './key-traffic.ts';
import type { Settled } from './settled.ts';
import type { Tally } from './tally.ts';

/** What a run came to. */
export interface Result {
  readonly host: Host;
  readonly seed: number;
  readonly store: string;
  readonly minutes: number;
  readonly begun: number;
  /** Good requests by kind and outcome. */
  readonly outcomes: Tally;
  /** All clients by what became of them. */
  readonly results: Tally;
  readonly faults: Tally;
  /** Of all nodes' logs. */
  readonly complaints: Tally;
  readonly wrongAnswers: number;
  readonly traffic: readonly KeyTraffic[];
  readonly settled: Settled;
  readonly courses: readonly Trend[];
  /** Of the store over the second half. */
  readonly records: { readonly last: number; readonly growth: number };
  readonly listenerWarnings: number;
  /** Of the providers. */
  readonly stalls: { readonly count: number; readonly totalMs: number };
}

/** A promise, and what became of it. */
export interface CheckedPromise {
  readonly what: string;
  readonly found: string;
  readonly isKept: boolean;
  readonly examples: readonly string[];
}

/** A dead key is met once by each process that has not heard of it, and again when the store has forgotten. */
const DEAD_KEY_REQUESTS = 20;
const DEAD_KEY_REQUESTS_A_FAULT = 6;
/** What the records may grow by: those of keys are all there by then, and what was made is forgotten after a minute. */
const RECORDS_GROWTH = 200;

/** Holds a run to what is promised. */
export function judge(result: Result): readonly CheckedPromise[] {
  const { results, faults, complaints, settled, courses, records, traffic, listenerWarnings } = result;
  const storeFaults = faults.entries.filter(([name]) => name.startsWith('store')).length;
  const deadBound =
    DEAD_KEY_REQUESTS +
    DEAD_KEY_REQUESTS_A_FAULT * (storeFaults + faults.of('worker: killed') + faults.of('worker: frozen'));
  const dead = traffic.filter(({ secret }) => secret.includes('-dead-'));
  const grown = courses.filter(({ growth, bound }) => growth > bound);
  return [
    none('requests lost where a healthy target existed', results, /lost/),
    noneOf('healthy keys not in use in the end', settled.benched),
    noneOf('revoked keys in use in the end', settled.trusted),
    {
      what: `clients' requests with a revoked key (at most ${deadBound} each)`,
      found: dead.map(({ requests }) => requests).join(', '),
      isKept: dead.every(({ requests }) => requests <= deadBound),
      examples: [],
    },
    none('clients that never close, still there after 100 s', results, /still open/),
    none('workers that were paused, and killed', faults, /paused and killed/),
    none('workers that were not replaced', faults, /not replaced/),
    none('defects, and configurations not taken over', complaints, /defect|still runs|not taken/),
    noneOf('warnings of too many listeners', listenerWarnings === 0 ? [] : [String(listenerWarnings)]),
    noneOf(
      'measures that grew',
      grown.map((course) => row(course).join(' ')),
    ),
    {
      what: `records in the store: growth over the second half (at most ${RECORDS_GROWTH})`,
      found: `${records.growth.toFixed(0)}, to ${records.last}`,
      isKept: records.growth <= RECORDS_GROWTH,
      examples: [],
    },
  ];
}

/** That nothing was counted under such a name. */
function none(what: string, tally: Tally, fits: RegExp): CheckedPromise {
  const names = tally.entries.map(([name]) => name).filter((name) => fits.test(name));
  const count = names.reduce((sum, name) => sum + tally.of(name), 0);
  const examples = names.flatMap((name) => tally.examples(name).map((example) => `${name}: ${example}`));
  return { what, found: String(count), isKept: count === 0, examples };
}

function noneOf(what: string, examples: readonly string[]): CheckedPromise {
  return { what, found: String(examples.length), isKept: examples.length === 0, examples };
}

/** All that there is to say of a run. */
export function report(result: Result, promises: readonly CheckedPromise[]): string {
  const {
    host,
    seed,
    store,
    minutes,
    begun,
    outcomes,
    results,
    faults,
    complaints,
    wrongAnswers,
    traffic,
    settled,
    courses,
    stalls,
  } = result;
  const checks = traffic.reduce((sum, each) => sum + each.checks, 0);
  return `${[
    `${host.processor}, ${host.cores} cores, Linux ${host.kernel}, Node ${host.node}, load before ${host.loadBefore.toFixed(2)}`,
    `2 nodes of 2 workers on ${store}, ${minutes} minutes, seed ${seed}`,
    '',
    ...section(`${begun} requests by kind`, outcomes),
    ...section('What became of all clients', results),
    ...section('Faults', faults),
    `  ${wrongAnswers} wrong answers of the provider that answers anything`,
    `  ${stalls.count} times the providers stood still, ${(stalls.totalMs / 1_000).toFixed(1)} s together`,
    '',
    ...section('What the nodes said', complaints),
    `Health checks: ${checks}. By key, checks and clients' requests:`,
    ...traffic.map(({ secret, ...each }) => `  ${secret.padEnd(45)} ${each.checks} ${each.requests}`),
    '',
    `All nodes agreed ${(settled.tookMs / 1_000).toFixed(1)} s after the last fault.`,
    '',
    'Over the second half: samples, median, growth by the slope, bound',
    ...courses.map((course) => `  ${row(course).join('  ')}`),
    '',
    ...promises.flatMap(({ what, found, isKept, examples }) => [
      `${isKept ? 'kept  ' : 'BROKEN'} ${what}: ${found}`,
      ...(isKept ? [] : examples.map((example) => `         ${example}`)),
    ]),
  ].join('\n')}\n`;
}

function section(title: string, tally: Tally): readonly string[] {
  return [`${title}:`, ...tally.entries.map(([name, count]) => `  ${String(count).padStart(8)} ${name}`), ''];
}

function row({ process, measure, samples, median, growth, bound }: Trend): readonly string[] {
  const isSize = measure === 'heapUsed' || measure === 'rss' || measure === 'external';
  const shown = (value: number): string =>
    isSize ? `${(value / 2 ** 20).toFixed(1)} MiB` : value.toFixed(1);
  return [
    process.padEnd(18),
    measure.padEnd(11),
    String(samples).padStart(4),
    ...[median, growth, bound].map((value) => shown(value).padStart(11)),
  ];
}
