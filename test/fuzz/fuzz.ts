import { Command, InvalidArgumentError } from 'commander';
import { Dice } from '../system/cluster-simulation/dice.ts';
import { keep, keptInputs } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { findingText } from './finding-text.ts';
import { replay, tryOne } from './run.ts';
import type { FuzzTarget } from './target.ts';
import { targets } from './targets.ts';

interface Options {
  readonly minutes: number;
  readonly target?: string;
  readonly seed: number;
  readonly input?: Buffer;
}

const program = new Command('fuzz')
  .description(
    'Tries inputs that are like those of the corpus, wherever bytes of others come in. Those that reach new code, and ' +
      'those that break a promise, are kept in test/fuzz/corpus, and npm test tries them again.',
  )
  .option('--minutes <n>', 'how long, shared by all targets', number, 10)
  .option('--target <name>', `only this one of ${Object.keys(targets).join(', ')}`)
  .option('--seed <n>', 'of what is chosen by chance', number, Date.now() % 1_000_000_000)
  .option('--input <base64>', 'try this one input', (text) => Buffer.from(text, 'base64'))
  .parse();

const { minutes, target: only, seed, input } = program.opts<Options>();
const chosen = Object.entries(targets).filter(([name]) => only === undefined || name === only);
if (chosen.length === 0) program.error(`there is no target ${only}`);
console.log(`seed ${seed}`);
for (const [name, open] of chosen) {
  const target = await open();
  if (input === undefined) await search(name, target, (minutes * 60_000) / chosen.length);
  else show(name, await replay(target, [input]));
  await target.close?.();
}

/** Until the time is over or a promise is broken. */
async function search(name: string, target: FuzzTarget, ms: number): Promise<void> {
  const corpus = [...target.seeds, ...(await keptInputs(name))];
  const before = corpus.length;
  const coverage = new Coverage();
  await coverage.start();
  show(name, await replay(target, corpus));
  await coverage.isNew();
  const random = new Dice(seed);
  const until = performance.now() + ms;
  let tried = 0;
  while (performance.now() < until && process.exitCode === undefined) {
    const found = await tryOne(target, corpus, random);
    tried++;
    const isNew = await coverage.isNew();
    if (found.error === undefined && !isNew) continue;
    corpus.push(found.input);
    await keep(name, found.input);
    if (found.error !== undefined) show(name, [found]);
  }
  coverage.stop();
  console.log(
    `${name}: ${tried} inputs, ${coverage.blocks} blocks of code reached, corpus ${before} + ${corpus.length - before}`,
  );
}

function show(name: string, findings: Awaited<ReturnType<typeof replay>>): void {
  for (const finding of findings) {
    console.log(findingText(name, finding));
    process.exitCode = 1;
  }
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number is needed');
  return value;
}
