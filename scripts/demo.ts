import { parseArgs } from 'node:util';
import { runDemo } from './demo/run.ts';

/**
 * `npm run demo [-- --seconds N]`: a gateway and a simulated provider under traffic of its own, whose keys fail and
 * recover as one watches. Exits with 1 where a single request failed for a client. What `sparekey start --demo`
 * runs is another: it ships with the package, has no traffic, and waits for requests of one's own
 * (src/cli/start/demo.ts).
 */

const seconds = readSeconds();
if (seconds === undefined) {
  process.stderr.write('Usage: npm run demo [-- --seconds N]   (N from 1 to 3600; default 30)\n');
  process.exitCode = 2;
} else {
  process.exitCode = (await runDemo(seconds * 1_000)) === 0 ? 0 : 1;
}

/** @returns undefined where the arguments make no sense */
function readSeconds(): number | undefined {
  try {
    const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
    const wanted = Number(values.seconds);
    return wanted >= 1 && wanted <= 3600 ? wanted : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
