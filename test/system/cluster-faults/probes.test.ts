import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderFor } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { startProbing, killProber, probersAmong } from './probing.ts';

/** The least time-to-live there is; three intervals are less here. Milliseconds. */
const TIME_TO_LIVE_MS = 5_000;
/** For a machine that is busy with other tests. Milliseconds. */
const BUSY_MS = 1_000;
const CHECKS = 15;

void test('of five nodes one checks each key, and when it is killed another goes on within the time-to-live', async (context) => {
  await using probing = await startProbing({
    folder: await folderFor(context),
    nodes: 5,
    keys: 6,
    intervalMs: 200,
  });
  const { nodes, checks } = probing;
  const atLeast = (count: number) => until(async () => checks.counts().every((each) => each.checks >= count));

  await atLeast(CHECKS);
  assert.equal((await probersAmong(nodes)).length, 1);
  const before = Math.max(...checks.counts().map(({ longestGapMs }) => longestGapMs));
  const { gapMs, left } = await killProber(probing);
  context.diagnostic(`longest gap ${before} ms; ${gapMs} ms from the death of the prober to the next check`);
  assert.ok(gapMs <= TIME_TO_LIVE_MS + BUSY_MS, `${gapMs} ms`);

  await atLeast(2 * CHECKS);
  assert.equal((await probersAmong(left)).length, 1);
  for (const { key, overlaps, tooSoon } of checks.counts())
    assert.deepEqual([key, overlaps, tooSoon], [key, 0, 0]);
});
