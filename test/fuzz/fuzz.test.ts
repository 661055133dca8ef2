import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Dice } from '../system/cluster-simulation/dice.ts';
import { keptInputs } from './corpus.ts';
import { findingText } from './finding-text.ts';
import { replay, tryOne } from './run.ts';
import { targets } from './targets.ts';

const seed = Date.now() % 1_000_000_000;

void suite(`foreign bytes, seed ${seed}`, () => {
  for (const [name, open] of Object.entries(targets)) {
    void test(`${name}: inputs that were kept, and new ones`, async (context) => {
      const target = await open();
      context.after(async () => target.close?.());
      const corpus = [...target.seeds, ...(await keptInputs(name))];
      for (const finding of await replay(target, corpus)) assert.fail(findingText(name, finding));
      const random = new Dice(seed);
      for (let left = target.newInputs; left > 0; left--) {
        const tried = await tryOne(target, corpus, random);
        if (tried.error !== undefined) assert.fail(findingText(name, tried));
      }
    });
  }
});
