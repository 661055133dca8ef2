import { configureGlobal } from 'fast-check';

/*
 * fast-check with the same inputs in every run of the tests, so that whether a commit passes is no matter of chance.
 * A file that is run without the test runner (`node FILE`) tries new ones each time, as `npm run property` and
 * `npm run fuzz` do, and prints the seed of what failed.
 */
const SEED_OF_THE_TESTS = 20_261_130;

// The runner sets it for the processes of test files.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) configureGlobal({ seed: SEED_OF_THE_TESTS });

export * from 'fast-check';
