import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WRONG, trials, tryText } from './wrong-values.ts';

/** Every option with values of many kinds; which meet which configuration goes round, and `npm run fuzz` tries the rest. */
void suite('any value at any option is a message, or taken', () => {
  for (const [turn, { path, texts, isSecret, isVendors }] of trials().entries())
    void test(path, () => {
      for (const [index, value] of WRONG.entries()) {
        if (!isVendors && (turn + index) % 4 !== 0) continue;
        const text = (texts[(turn + index) % texts.length] ?? '').replace('"@"', () => value);
        try {
          tryText(text, isSecret);
        } catch (error) {
          assert.fail(`${text.slice(0, 400)}\n${error instanceof Error ? error.stack : String(error)}`);
        }
      }
    });
});
