import { WRONG, trials, tryText } from '../../config/load/wrong-values.ts';
import type { FuzzTarget } from '../target.ts';

/** A text is the value of any option of the schema: of the configuration comes a message, or it is taken. */
export function wrongValues(): FuzzTarget {
  const options = trials();
  return {
    name: 'wrong-values',
    newInputs: 200,
    words: [
      'null',
      '-1',
      '.nan',
      '"',
      '{',
      '}',
      '[',
      ']',
      ': ',
      ', ',
      '&a ',
      '*a',
      '!!',
      '://',
      '%',
      '\\ud800',
    ],
    seeds: WRONG.map((value) => Buffer.from(value)),
    run: (input, random) => {
      const text = random.pick(random.pick(options).texts);
      // What breaks out of its place may make anything a field, so secrets are for the tests of the options.
      tryText(
        text.replace('"@"', () => input.toString()),
        false,
      );
    },
  };
}
