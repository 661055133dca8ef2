import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { isBugName, plantedBugs } from './planted-bugs.ts';
import type { BugName } from './planted-bugs.ts';
import { violationText } from './invariants.ts';
import { seedsFrom, simulateSeeds } from './simulation.ts';
import type { Run } from './simulation.ts';

/** Lines of a trace that are shown unless one seed was asked for. */
const LAST_LINES = 60;

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly plant?: BugName;
}

const program = new Command('simulate:cluster')
  .description(
    'Simulates clusters that fail in every way, one for each seed, and says which seed breaks an invariant.',
  )
  .option('--seeds <n>', 'how many seeds', wholeNumber, 1_000)
  .option('--from <n>', 'the first seed', wholeNumber, 1)
  .option('--seed <n>', 'replay this one seed, and show all that happened', wholeNumber)
  .option('--plant <name>', `a fault to plant: ${Object.keys(plantedBugs).join(', ')}`, plantName)
  .parse();

const { seeds, from, seed, plant } = program.opts<Options>();
if (seed === undefined) await search();
else await replay(seed);

async function search(): Promise<void> {
  const began = performance.now();
  const summary = await simulateSeeds({ seeds: seedsFrom(from, seeds), plant }, availableParallelism());
  const seconds = (performance.now() - began) / 1_000;
  const [first] = summary.runs;
  if (first !== undefined) show(first, LAST_LINES);
  const rate = (summary.seeds / seconds).toFixed(0);
  console.log(
    `${summary.seeds} seeds in ${seconds.toFixed(1)} s: ${rate} seeds/s, ${summary.happened} events; ` +
      (first === undefined ? 'all invariants held' : `seed ${first.seed} breaks one`),
  );
}

async function replay(one: number): Promise<void> {
  const { runs } = await simulateSeeds({ seeds: [one], plant, traced: true }, 1);
  for (const run of runs) show(run, Infinity);
}

function show({ seed: ofSeed, violation, trace }: Run, lines: number): void {
  console.log(trace.slice(-lines).join('\n'));
  console.log(`\nseed ${ofSeed}: ${violationText(violation)}`);
  if (violation === undefined) return;
  console.log(
    `replay: npm run simulate:cluster -- --seed ${ofSeed}${plant === undefined ? '' : ` --plant ${plant}`}`,
  );
  process.exitCode = 1;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('expected a whole number from 1');
}

function plantName(text: string): BugName {
  if (isBugName(text)) return text;
  throw new InvalidArgumentError(`expected one of ${Object.keys(plantedBugs).join(', ')}`);
}
