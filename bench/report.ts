import type { Cores, Machine } from './machine.ts';
import type { Streaming, Throughput } from './measure.ts';
import { spread, type Spread } from './statistics.ts';
import type { Load } from './wrk.ts';

/** The most processor time a request may take, as a multiple of what nginx takes. */
const GOAL_PROCESSOR_RATIO = 4;

/** With more load than this before the run, somebody else's work is in the figures. */
const QUIET_LOAD = 0.5;

/** One turn of one proxy. */
export interface Round {
  /** Straight from the upstream, in the same round. */
  readonly direct: Load;
  readonly throughput: Throughput;
  readonly latency: Load;
  readonly streaming: Streaming;
}

/** Every measurement of a run, in the order it was taken. */
export interface Rounds {
  readonly nginx: Round[];
  readonly sparekey: Round[];
  /** Of the checkout it is held against; empty where there is none. */
  readonly other: Round[];
}

/** One figure of both proxies. */
interface Comparison {
  readonly figure: string;
  readonly unit: string;
  readonly nginx: Spread;
  readonly sparekey: Spread;
  /** Sparekey's median over nginx's. */
  readonly ratio: number;
  /** Of the other checkout, where there is one. */
  readonly other: Spread | undefined;
}

export interface Summary {
  readonly text: string;
  readonly json: object;
}

export function summarise(machine: Machine, cores: Cores, rounds: Rounds): Summary {
  const compare = (figure: string, unit: string, read: (round: Round) => number): Comparison => {
    const nginx = spread(rounds.nginx.map(read));
    const sparekey = spread(rounds.sparekey.map(read));
    const other = rounds.other.length === 0 ? undefined : spread(rounds.other.map(read));
    return { figure, unit, nginx, sparekey, ratio: sparekey.median / nginx.median, other };
  };

  const processor = compare('processor per 1 KB request', 'µs', (round) => round.throughput.processorUs);
  const comparisons = [
    processor,
    compare('requests on one core', '/s', (round) => round.throughput.requestsPerSecond),
    compare('p50, one connection', 'µs', (round) => round.latency.p50Us),
    compare('p99, one connection', 'µs', (round) => round.latency.p99Us),
    compare('added p50 over direct', 'µs', (round) => round.latency.p50Us - round.direct.p50Us),
    compare('added p99 over direct', 'µs', (round) => round.latency.p99Us - round.direct.p99Us),
    compare('processor per streamed frame', 'µs', (round) => round.streaming.processorUs),
    compare('frames relayed', '/s', (round) => round.streaming.framesPerSecond),
  ];
  const direct = {
    p50: spread(rounds.nginx.map((round) => round.direct.p50Us)),
    p99: spread(rounds.nginx.map((round) => round.direct.p99Us)),
  };
  const goal = { ratio: GOAL_PROCESSOR_RATIO, reached: processor.ratio <= GOAL_PROCESSOR_RATIO };
  return {
    text: render(machine, cores, comparisons, direct, processor.ratio),
    json: { machine, cores, goal, direct, comparisons, rounds },
  };
}

function render(
  machine: Machine,
  cores: Cores,
  comparisons: readonly Comparison[],
  direct: { p50: Spread; p99: Spread },
  processorRatio: number,
): string {
  const rows = comparisons.map(({ figure, unit, nginx, sparekey, ratio, other }) => [
    `${figure} (${unit})`,
    withSpread(nginx),
    withSpread(sparekey),
    `${ratio.toFixed(2)} ×`,
    ...(other === undefined ? [] : [withSpread(other), `${(sparekey.median / other.median).toFixed(2)} ×`]),
  ]);
  const isHeldAgainst = comparisons.some(({ other }) => other !== undefined);
  const head = ['median (lowest to highest)', 'nginx', 'sparekey', 'sparekey / nginx'];
  const heading = isHeldAgainst ? [...head, 'the other checkout', 'sparekey / the other'] : head;
  const busy = machine.loadBefore > QUIET_LOAD ? ' (busy: measure again when it is quiet)' : '';
  const verdict = processorRatio <= GOAL_PROCESSOR_RATIO ? 'reached' : 'missed';
  return `
${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}, load before ${machine.loadBefore.toFixed(2)}${busy}
Node ${machine.node}, nginx ${machine.nginx}, wrk ${machine.wrk}; proxies on core ${cores.proxy}, load and upstreams on core ${cores.load}

${table([heading, ...rows])}

Straight from the upstream, one connection: p50 ${withSpread(direct.p50)} µs, p99 ${withSpread(direct.p99)} µs
Goal: at most ${GOAL_PROCESSOR_RATIO} × nginx's processor time per request: ${verdict} (${processorRatio.toFixed(2)} ×)
`;
}

function withSpread({ median, min, max }: Spread): string {
  return `${figures(median)} (${figures(min)} to ${figures(max)})`;
}

/** Three figures are as many as such a measurement can honestly give. */
function figures(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   '),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('   ');
  return lines.toSpliced(1, 0, rule).join('\n');
}
