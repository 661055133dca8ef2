/**
 * `npm run failoverbench [-- --scale N] [-- --apart]`: the sixteen faults of FailoverBench (methodology 0.1, 2026) before a
 * gateway with one fallback, with pools of one and five keys, as it is by default and with the two options of a route
 * that are made for them. Prints the table of docs/PROMISES.md, and what is to be said of each cell that is no pass.
 *
 * A cell tells the verdict, how often primary and fallback were asked, and the seconds that the slowest call took.
 * Takes about five minutes; `--scale 0.1` shortens the benchmark's times and the gateway's patience alike, and `--apart`
 * gives each scenario a gateway of its own, so that none is told by what went before. Exits with 1 where one is failed.
 */
import { parseArgs } from 'node:util';
import { playAll, type Row } from '../test/failoverbench/stage.ts';
import { reasonsOf, scoreOf, tableOf } from '../test/failoverbench/table.ts';

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '1' }, apart: { type: 'boolean', default: false } },
});
const scale = Number(values.scale);
const options = { holdWhole: true, onContextLength: 'next' };
const contenders = new Map([
  ['1 key', { keys: 1, route: {}, scale }],
  ['5 keys', { keys: 5, route: {}, scale }],
  ['1 key, both options', { keys: 1, route: options, scale }],
  ['5 keys, both options', { keys: 5, route: options, scale }],
]);

const played = await Promise.all(
  Array.from(contenders, async ([name, contender]) => {
    const rows = await playAll(contender, { apart: values.apart });
    return [name, rows] as const;
  }),
);
const columns = new Map<string, readonly Row[]>(played);
console.log(tableOf(columns));
console.log(['', ...played.flatMap(([name, rows]) => reasonsOf(name, rows))].join('\n'));
if (played.some(([, rows]) => scoreOf(rows).fail > 0)) process.exitCode = 1;
