/**
 * `npm run failoverbench [-- --scale N] [-- --apart] [-- --write]`: the sixteen faults of FailoverBench (methodology 0.1,
 * 2026) before a gateway with one fallback, with pools of one and five keys, as it is by default and with the two options
 * of a route that are made for them. Prints a table, and what is to be said of each cell that is no pass; `--write` puts the
 * table into docs/PROMISES.md.
 *
 * Takes about five minutes; `--scale 0.2` shortens the benchmark's times and the gateway's patience alike, and `--apart`
 * gives each scenario a gateway of its own, so that none is told by what went before. Exits with 1 where one is failed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runAll, type Row } from '../test/system/failoverbench/testbed.ts';
import { reasonsOf, scoreOf, tableOf } from '../test/system/failoverbench/table.ts';

const PAGE = new URL('../docs/PROMISES.md', import.meta.url);
const HEADING = '## The faults of a public benchmark';
const SUITE = '../test/system/failoverbench/failoverbench.test.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    apart: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const scale = Number(values.scale);
const options = { holdWhole: true, onContextLength: 'next' };
const contenders = {
  '1 key': { keys: 1, route: {}, scale },
  '5 keys': { keys: 5, route: {}, scale },
  '1 key, both options': { keys: 1, route: options, scale },
  '5 keys, both options': { keys: 5, route: options, scale },
};

const played = await Promise.all(
  Object.entries(contenders).map(async ([name, contender]) => {
    const rows = await runAll(contender, { apart: values.apart });
    return [name, rows] as const;
  }),
);
const table = tableOf(new Map<string, readonly Row[]>(played));
console.log([table, '', ...played.flatMap(([name, rows]) => reasonsOf(name, rows))].join('\n'));
if (values.write) await writeSection(table);
if (played.some(([, rows]) => scoreOf(rows).fail > 0)) process.exitCode = 1;

/** Puts the table in the place of the one that is there, or at the end of the page. */
async function writeSection(newTable: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const before = page.split(HEADING, 1)[0] ?? page;
  const date = new Date().toISOString().slice(0, 10);
  const words = [
    `The sixteen faults of FailoverBench (methodology 0.1, 2026), played by \`npm run failoverbench\` on ${date} and judged`,
    'by its definitions: a primary with the fault, one healthy fallback, pools of one and of five keys; by default, and with',
    '`holdWhole` and `onContextLength: next` on the route. In brackets: how often primary and fallback were asked, and how',
    'long the slowest call took. *Partial* is a right answer by another way than the one that is advised; where the words of',
    'the benchmark call that right as well, the last line counts it.',
    `[A short version](${SUITE}) is one of the tests.`,
  ];
  await writeFile(PAGE, `${before.trimEnd()}\n\n${HEADING}\n\n${words.join('\n')}\n\n${newTable}\n`);
}
