import { deepStrictEqual } from 'node:assert/strict';
import { recordId } from '../../../src/keys/key.ts';
import { settle } from '../../../src/keys/record/record.ts';
import { describe } from './describe.ts';
import { FAULTS_MS, planFaults } from './faults.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import { recordOf, violationText } from './invariants.ts';
import type { Violation } from './invariants.ts';
import { KEYS } from './providers.ts';
import {
  CHECK_MAX_INTERVAL_MS,
  CHECK_TIMEOUT_MS,
  FIRST_OUTPUT_MS,
  MAX_SKEW_MS,
  PROVIDERS,
} from './settings.ts';
import type { PolicySettings } from './settings.ts';
import { TALLY, TALLY_ID, expectedTally, failuresIn } from './tally.ts';
import { BEGINNING } from './time.ts';
import type { World } from './world.ts';

/** What became of one seed. */
export interface Outcome {
  readonly violation: Violation | undefined;
  /** Events simulated. */
  readonly happened: number;
  readonly trace: readonly string[];
}

/** Requests go on for so long after the last fault. Milliseconds. */
const CALM_MS = 4_000;
/** So long one provider is down, while nothing else is amiss. Milliseconds. */
const OUTAGE_MS = 10_000;
/** Before it: what went wrong is over, and everybody has caught up. Milliseconds. */
const MENDED_MS = FIRST_OUTPUT_MS + 4_000;
/** For what is under way to come to its end. Milliseconds. */
const QUIET_MS = FIRST_OUTPUT_MS + 2_000;
const STEP_MS = 500;
/** A lease that its holder left behind, by a crash or by a late message, ends in so long. Milliseconds. */
const LEASE_MS = 5_000;

/** Runs one world from beginning to end. */
export async function runWorld(world: World): Promise<Outcome> {
  const { time, invariants } = world;
  for (const node of world.nodes) world.boot(node);
  planFaults(world);
  await time.runUntil(BEGINNING + FAULTS_MS);
  if (invariants.violation === undefined) await calm(world);
  if (invariants.violation === undefined) await end(world);
  world.trace.add('world', () => violationText(invariants.violation));
  return { violation: invariants.violation, happened: time.happened, trace: world.trace.lines };
}

/** Nothing goes wrong any more but for a key that dies: keys that work have to come back. */
async function calm(world: World): Promise<void> {
  const { time, dice, invariants } = world;
  world.heal();
  for (const key of KEYS) {
    const isLost = world.providerSide.health(key.secret) === 'dead' && dice.chance(0.3);
    if (!isLost) world.setHealth(key, 'well');
  }
  await outage(world);
  const began = time.now;
  time.after(CALM_MS / 2, undefined, () => world.setHealth(dice.pick(KEYS), 'dead'));
  await time.runUntil(began + CALM_MS);
  world.isBusy = false;

  const deadline = began + longestOut(world.settings.policy);
  while (invariants.violation === undefined) {
    const late = missing(world);
    if (late === undefined) return;
    if (time.now >= deadline) invariants.violate('back-in-time', late);
    else await time.runUntil(time.now + STEP_MS);
  }
}

/** One provider is down for a while: the other one has to answer. */
async function outage(world: World): Promise<void> {
  const { time, dice, invariants } = world;
  await time.runUntil(time.now + MENDED_MS);
  const provider = dice.pick(PROVIDERS);
  world.setOutage(provider, true);
  invariants.outage.begin(provider);
  await time.runUntil(time.now + OUTAGE_MS);
  invariants.outage.end();
  world.setOutage(provider, false);
}

/** What works, is not in service, and nobody wants it so. */
function missing(world: World): string | undefined {
  for (const process of world.living) {
    if (process.book === undefined) return `${process.name} has not started`;
    for (const key of KEYS) {
      if (world.providerSide.health(key.secret) !== 'well' || !process.hasKey(key.id)) continue;
      const record = settle(process.book.record(key), process.clock(world.time.now));
      if (record.state === 'out-of-service') return `${key.name} on ${process.name}: ${describe(record)}`;
    }
  }
  return undefined;
}

/**
 * From the end of the faults until every key that works is in service again. A request or check that began before
 * may fail after it; the lease may have to be taken over; then the check comes that backoff and clocks put off,
 * and as many more as have to be passed in a row, each in the round after it is due.
 */
function longestOut({ healthCheckInterval, successThreshold }: PolicySettings): number {
  const roundMs = healthCheckInterval + CHECK_TIMEOUT_MS;
  return (
    FIRST_OUTPUT_MS +
    LEASE_MS +
    CHECK_MAX_INTERVAL_MS +
    2 * MAX_SKEW_MS +
    roundMs +
    (successThreshold - 1) * (healthCheckInterval + roundMs)
  );
}

/** The last process that had the key has deleted its record, unless it has ended too soon for that. */
function removedIsGone({ leaver, lastOwner, nodes, invariants, server }: World): void {
  if (leaver === undefined || lastOwner?.alive !== true) return;
  if (nodes.some(({ removed }) => !removed.has(leaver.id))) return;
  const { value } = server.standing(recordId(leaver));
  if (value === undefined) return;
  invariants.violate('removed-stays-removed', `${leaver.name} is ${describe(recordOf(value))} in the store`);
}

/** Everything comes to rest. Then all must agree, and nothing may be missing. */
async function end(world: World): Promise<void> {
  const { time, invariants } = world;
  for (const process of world.living) world.as(process, () => process.stopProber());
  await time.runUntil(time.now + QUIET_MS);
  for (const process of world.living) atRest(world, process);
  for (const key of KEYS) {
    const standing = recordOf(world.server.standing(recordId(key)).value);
    if (!world.operator.isObeyed(key, standing, invariants.storeLost)) {
      invariants.violate('operator-is-obeyed', `${key.name} is ${standing.state} in the end`);
    }
  }
  removedIsGone(world);
  invariants.nothingWasLost(world.leaver);
  tallyIsExact(world);
}

function atRest({ invariants, server, time }: World, process: SimulatedGateway): void {
  const { name, book, providers, requestsUnderWay } = process;
  if (book === undefined || book.storeFailed) {
    invariants.violate('states-converge', `${name} has not found back to the store`);
    return;
  }
  if (requestsUnderWay > 0)
    invariants.violate('in-flight-counts', `${name} waits for ${requestsUnderWay} requests`);
  for (const id of [...KEYS.map((key) => recordId(key)), TALLY_ID]) {
    const key = KEYS.find((each) => recordId(each) === id) ?? TALLY;
    const standing = recordOf(server.standing(id).value);
    if (!isSame(book.record(key), standing)) {
      const detail = `${describe(book.record(key))} on ${name}, ${describe(standing)} in the store`;
      invariants.violate('states-converge', `${'name' in key ? key.name : key.id}: ${detail}`);
    }
  }
  for (const { pool } of providers) {
    for (const { key, record, inFlight, domain, headroom } of pool.all()) {
      if (inFlight !== 0) invariants.violate('in-flight-counts', `${name} rests with ${inFlight} under way`);
      const now = process.clock(time.now);
      if (!isSame(settle(record, now), settle(book.record(key), now))) {
        invariants.violate('states-converge', `${name}: ${describe(record)} in the pool, not in the book`);
      }
      if (record.domain !== undefined && record.domain !== domain?.name) {
        invariants.violate('states-converge', `${name} has a key of ${record.domain} in ${domain?.name}`);
      }
      const told = record.state === 'in-service' ? (record.scarce ?? []) : [];
      if (told.some(({ model, until }) => now < until && !headroom.isScarce(model, now))) {
        invariants.violate('states-converge', `${name} does not know that little is left`);
      }
    }
  }
}

function tallyIsExact({ invariants, server, processes, countedTwice }: World): void {
  if (invariants.storeLost) return;
  const { atLeast, atMost } = expectedTally(processes, countedTwice);
  const counted = failuresIn(recordOf(server.standing(TALLY_ID).value));
  if (counted >= atLeast && counted <= atMost) return;
  invariants.violate('no-update-lost', `${counted} failures in the store, expected ${atLeast} to ${atMost}`);
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
