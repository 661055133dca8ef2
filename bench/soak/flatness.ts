import { spread } from '../statistics.ts';
import type { Sample, Series } from './samples.ts';

/** A measure, and how much it may grow by over the second half: so much, or this share of its median if that is more. */
interface Measure {
  readonly name: Exclude<keyof Sample, 'at' | 'warnings'>;
  readonly atLeast: number;
  readonly share: number;
}

const MIB = 2 ** 20;

const MEASURES: readonly Measure[] = [
  { name: 'heapUsed', atLeast: 8 * MIB, share: 0.1 },
  { name: 'rss', atLeast: 32 * MIB, share: 0.15 },
  { name: 'external', atLeast: 16 * MIB, share: 0.25 },
  { name: 'descriptors', atLeast: 16, share: 0.2 },
  { name: 'handles', atLeast: 16, share: 0.2 },
  { name: 'listeners', atLeast: 0, share: 0 },
];

/** How one measure of one process went over the second half of the run. */
export interface Trend {
  readonly process: string;
  readonly measure: Measure['name'];
  readonly samples: number;
  readonly median: number;
  /** What the slope comes to over that time. */
  readonly growth: number;
  /** What it may. */
  readonly bound: number;
}

/** In a shorter series chance is larger than any slope. */
const LEAST_SAMPLES = 8;
/** The courses of all processes that lived through the second half. */
export function trendsOf(series: Iterable<Series>, halfTime: number): readonly Trend[] {
  return [...series].flatMap(({ name, samples }) => {
    const late = samples.filter(({ at }) => at >= halfTime);
    const livedThrough = (samples[0]?.at ?? Infinity) < halfTime && late.length >= LEAST_SAMPLES;
    return livedThrough ? MEASURES.map((measure) => trendOf(name, measure, late)) : [];
  });
}

/** How a number that is no process's went, such as of records: by the same means. */
export function growthOf(points: readonly (readonly [at: number, value: number])[]): number {
  const first = points[0]?.[0] ?? 0;
  const last = points.at(-1)?.[0] ?? 0;
  return slopeOf(points) * (last - first);
}

function trendOf(process: string, { name, atLeast, share }: Measure, samples: readonly Sample[]): Trend {
  const points = samples.map((sample) => [sample.at, sample[name]] as const);
  const { median } = spread(points.map(([, value]) => value));
  const bound = Math.max(atLeast, share * median);
  return { process, measure: name, samples: samples.length, median, growth: growthOf(points), bound };
}

/** The median of the slopes between all pairs (Theil and Sen): one odd sample changes nothing. */
function slopeOf(points: readonly (readonly [at: number, value: number])[]): number {
  const slopes = points.flatMap(([at, value], index) =>
    points.slice(index + 1).map(([later, next]) => (next - value) / (later - at)),
  );
  return slopes.length === 0 ? 0 : spread(slopes).median;
}
