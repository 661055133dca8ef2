import { Dice } from '../system/cluster-simulation/dice.ts';
import { mutated } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** An input that breaks a promise. */
export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

/** Tries inputs that were kept, each as it is. */
export async function replay(target: FuzzTarget, inputs: readonly Buffer[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [at, input] of inputs.entries()) {
    const error = await errorOf(target, input, new Dice(at + 1));
    if (error !== undefined) findings.push({ input, error });
  }
  return findings;
}

/** Tries one input that is like those of the corpus. @returns the input, and what it broke, if anything */
export async function tryOne(target: FuzzTarget, corpus: readonly Buffer[], random: Dice): Promise<Finding> {
  const input = mutated(corpus, target.words, random);
  return { input, error: await errorOf(target, input, random) };
}

/** Bounds a run of a target that waits; no run takes a hundredth of it. Milliseconds. */
const MAX_RUN_MS = 60_000;

async function errorOf(target: FuzzTarget, input: Buffer, random: Dice): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${MAX_RUN_MS} ms`)), MAX_RUN_MS);
  });
  try {
    await Promise.race([target.run(input, random), hangs]);
    return undefined;
  } catch (error) {
    return error ?? new Error('something empty was thrown');
  } finally {
    clearTimeout(timer);
  }
}
