import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { signal } from './node.ts';
import type { Node } from './node.ts';
import type { Tally } from './tally.ts';

/** The worker that is killed; the others live as long as the run, so that it can be seen whether they grow. */
const VICTIM = 2;
/** The one that is stopped for a moment and goes on. */
const PAUSED = 1;
/** Longer than silent workers are left alone, and shorter than they live (`HEARTBEAT`). Milliseconds. */
const PAUSE_MS = 6_000;
/** Within this a frozen worker has been killed and another one is there, after the longest back-off as well. Milliseconds. */
const REPLACED_MS = 90_000;
const LOOK_MS = 200;
const CLOCK_AWAY_MS = 12_000;
const HOUR_S = 3_600;
const STEPS_S = [-HOUR_S, 24 * HOUR_S, -60, 300] as const;

/** Kills a worker with -9. */
export async function killWorker(node: Node, counts: Tally): Promise<void> {
  const pid = await node.pidOf(VICTIM);
  if (pid === undefined) return;
  const over = node.disturb();
  signal(pid, 'SIGKILL');
  counts.add('worker: killed');
  await replaced(node, pid, counts);
  over();
}

/** Stops a worker and leaves it so, until its node has had enough of it. */
export async function freezeWorker(node: Node, counts: Tally): Promise<void> {
  const pid = await node.pidOf(VICTIM);
  if (pid === undefined) return;
  const over = node.disturb();
  signal(pid, 'SIGSTOP');
  counts.add('worker: frozen');
  await replaced(node, pid, counts);
  over();
}

/** Stops a worker for less time than it takes to be killed. */
export async function pauseWorker(node: Node, counts: Tally): Promise<void> {
  const pid = await node.pidOf(PAUSED);
  if (pid === undefined) return;
  signal(pid, 'SIGSTOP');
  await sleep(PAUSE_MS);
  signal(pid, 'SIGCONT');
  counts.add('worker: paused');
  await sleep(1_000);
  const now = (await node.workers()).find(({ number }) => number === PAUSED);
  if (now?.pid !== pid) counts.note('worker: paused and killed', `${node.name}: ${pid}`);
}

/** Steps the clock of the node that has one of its own, and back. */
export async function stepClock(clock: FakeClock, number: number, counts: Tally): Promise<void> {
  const seconds = STEPS_S[number % STEPS_S.length] ?? 0;
  clock.set(seconds * 1_000);
  await sleep(CLOCK_AWAY_MS);
  clock.set(0);
  counts.add(`clock: stepped by ${seconds} s, and back`);
}

async function replaced(node: Node, pid: number, counts: Tally): Promise<void> {
  const giveUpAt = performance.now() + REPLACED_MS;
  while (performance.now() < giveUpAt) {
    const now = await node.pidOf(VICTIM);
    if (now !== undefined && now !== pid) return;
    await sleep(LOOK_MS);
  }
  counts.note('worker: not replaced', `${node.name}: ${pid}`);
}
