import { viewKey } from '../../src/admin/key-view.ts';
import { standingOf } from '../../src/admin/standing.ts';
import { settle } from '../../src/keys/record/record.ts';
import type { Log } from '../../src/telemetry/contract.ts';
import { startFaults } from './fault-schedule.ts';
import { NAMES, openDemo, tokenOf, type Demo } from './pool.ts';
import type { KeySnapshot, Snapshot } from './render.ts';
import { openScreen } from './screen.ts';
import { EventLog } from './event-log.ts';
import { Traffic } from './traffic.ts';

/** How often the keys are looked at. Milliseconds. */
const LOOK_MS = 50;

const silent = (): void => {};

/**
 * Runs the demonstration for so long and sums it up.
 * @returns how many requests failed for a client
 */
export async function runDemo(totalMs: number): Promise<number> {
  let rescued = 0;
  const demo = await openDemo(logOf((wasRescued) => (rescued += wasRescued ? 1 : 0)));
  const screen = openScreen(process.stdout);
  const eventLog = new EventLog((event) => screen.showEvent(event));
  const traffic = new Traffic(demo.url);
  const snapshot = (): Snapshot => ({
    url: demo.url,
    elapsedMs: eventLog.elapsedMs,
    totalMs,
    now: Date.now(),
    tally: traffic.tally,
    rescued,
    keys: keysOf(demo),
    events: eventLog.events,
  });

  const look = setInterval(() => eventLog.update(keysOf(demo).map(({ view }) => view)), LOOK_MS);
  const frames = setInterval(() => screen.show(snapshot()), screen.everyMs);
  const stopFaults = startFaults(demo.simulator, (name, description, isHealthy) =>
    eventLog.atProvider(name, description, isHealthy),
  );
  await timeOrInterrupt(totalMs);

  stopFaults();
  await traffic.stop();
  clearInterval(look);
  clearInterval(frames);
  screen.show(snapshot());
  screen.close();
  process.stdout.write(summary(demo, eventLog, traffic.tally, rescued));
  await demo.close();
  return traffic.tally.failed;
}

/** Hears of every request whether it was answered although a key failed it. */
function logOf(onRequest: (wasRescued: boolean) => void): Log {
  return {
    debug: silent,
    info: silent,
    warn: silent,
    error: (message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
    request: ({ status, failed = [] }) => onRequest(status === 200 && failed.length > 0),
    flush: () => Promise.resolve(),
  };
}

function keysOf({ sparekey, simulator }: Demo): KeySnapshot[] {
  const now = Date.now();
  const pooled = Array.from(sparekey.runtime().providers.values(), ({ pool }) => [...pool.all()]).flat();
  return pooled.map(({ key, record, inFlight }) => {
    const name = NAMES.find((each) => each === key.name);
    const answered = name === undefined ? 0 : (simulator.counts(tokenOf(name)).met.answer ?? 0);
    const settled = settle(record, now);
    const checkAt = settled.state === 'out-of-service' ? settled.nextCheckAt : undefined;
    return {
      view: viewKey({ key, domain: undefined }, standingOf({ record, domain: undefined }, now), checkAt, now),
      inFlight,
      answered,
    };
  });
}

/** Resolves after so long, or on Ctrl-C. */
function timeOrInterrupt(totalMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      process.off('SIGINT', end).off('SIGTERM', end);
      resolve();
    };
    const timer = setTimeout(end, totalMs);
    process.on('SIGINT', end).on('SIGTERM', end);
  });
}

function summary(
  { simulator }: Demo,
  { left, returned }: EventLog,
  { answered, failed, complaints }: Traffic['tally'],
  rescued: number,
): string {
  const faults = NAMES.map(tokenOf).flatMap((token) => Object.entries(simulator.counts(token).met));
  const faultCount = faults.reduce((sum, [kind, count]) => (kind === 'answer' ? sum : sum + count), 0);
  return `${[
    '',
    `The provider failed ${faultCount} times. Keys left service ${left} times and came back ${returned} times.`,
    `${answered} requests were answered, ${rescued} of them after another key had failed them.`,
    `${failed} requests failed for a client.`,
    ...complaints.map((complaint) => `  ${complaint}`),
  ].join('\n')}\n`;
}
