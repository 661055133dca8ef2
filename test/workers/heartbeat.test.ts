import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { Handover } from '../../src/workers/handover.ts';
import { HEARTBEAT, SilenceDetector } from '../../src/workers/heartbeat.ts';
import type { WorkerReport } from '../../src/workers/messages.ts';

const EVERY_MS = 1_000;
const MEMORY = { limit: 1, held: 0, waiting: 0, refused: 0 };

void suite('silence', () => {
  const bounds = { everyMs: EVERY_MS, silentMs: 3_000, killMs: 5_000 };

  void test('is counted in checks: the bounds are reached when so many intervals lie between them', () => {
    const silence = new SilenceDetector(bounds);
    const seen = Array.from({ length: 6 }, () => silence.check());
    assert.deepEqual(seen, ['heard', 'heard', 'heard', 'silent', 'silent', 'frozen']);
  });

  void test('ends with any message', () => {
    const silence = new SilenceDetector(bounds);
    for (let look = 1; look <= 5; look++) silence.check();
    silence.reset();
    assert.equal(silence.check(), 'heard');
  });

  void test('a worker knows that it stalled well before it is called silent', () => {
    assert.ok(HEARTBEAT.silentMs >= 3 * HEARTBEAT.everyMs);
    assert.ok(HEARTBEAT.killMs > HEARTBEAT.silentMs);
  });
});

/** A worker's end, with a clock that is set by hand. */
function workersEnd() {
  const clock = { now: 0 };
  const reports: WorkerReport[] = [];
  const served: (Socket | undefined)[] = [];
  const handover = new Handover({
    everyMs: EVERY_MS,
    report: async (report) => void reports.push(report),
    serve: (socket) => served.push(socket),
    memory: () => MEMORY,
    now: () => clock.now,
  });
  return { clock, reports, served, handover };
}

const accepted = (number: number): WorkerReport => ({ kind: 'accepted', number });

void suite('handover', () => {
  void test('a connection is reported as accepted, and served', () => {
    const { clock, reports, served, handover } = workersEnd();
    const socket = new Socket();
    clock.now = EVERY_MS;
    handover.receive(1, socket);
    assert.deepEqual(reports, [accepted(1)]);
    assert.equal(served[0], socket);
  });

  for (const wakes of ['by its timer', 'by a connection'] as const) {
    void test(`after a stall ended ${wakes}, a worker serves what is still its own, and releases the rest`, () => {
      const { clock, reports, served, handover } = workersEnd();
      const [revoked, kept] = [new Socket(), new Socket()];
      clock.now = 10 * EVERY_MS;
      if (wakes === 'by its timer') handover.beat();
      handover.receive(1, revoked);
      handover.receive(2, kept);
      assert.deepEqual(served, []);
      assert.deepEqual(reports[0], { kind: 'stalled', stall: 1 });
      handover.resume(1, [1]);
      assert.equal(served.length, 1);
      assert.equal(served[0], kept);
      assert.equal(revoked.destroyed, true);
      assert.deepEqual(
        reports.filter(({ kind }) => kind === 'accepted'),
        [accepted(2)],
      );
      const next = new Socket();
      handover.receive(3, next);
      assert.equal(served[1], next);
    });
  }

  void test('an answer to an earlier stall does not do for a later one', () => {
    const { clock, reports, served, handover } = workersEnd();
    clock.now = 10 * EVERY_MS;
    handover.beat();
    handover.receive(1, new Socket());
    clock.now = 20 * EVERY_MS;
    handover.resume(1, []);
    assert.deepEqual(served, []);
    assert.deepEqual(reports.at(-1), { kind: 'stalled', stall: 2 });
    handover.resume(2, []);
    assert.equal(served.length, 1);
  });

  void test('one that was stopped in the very moment of reporting waits, and is reported once', () => {
    const clock = { now: 0 };
    const reports: WorkerReport[] = [];
    const served: Socket[] = [];
    const handover = new Handover({
      everyMs: EVERY_MS,
      report: async (report) => {
        if (report.kind === 'accepted') clock.now += 10 * EVERY_MS;
        reports.push(report);
      },
      serve: (socket) => served.push(socket),
      memory: () => MEMORY,
      now: () => clock.now,
    });
    handover.receive(1, new Socket());
    assert.deepEqual(served, []);
    handover.resume(1, []);
    assert.equal(served.length, 1);
    assert.deepEqual(reports, [accepted(1), { kind: 'stalled', stall: 1 }]);
  });

  void test('heartbeats do not pile up where they are not read', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let signs = 0;
    const handover = new Handover({
      everyMs: EVERY_MS,
      report: async () => {
        signs++;
        await promise;
      },
      memory: () => MEMORY,
      serve: () => undefined,
      now: () => 0,
    });
    for (let sign = 1; sign <= 5; sign++) handover.beat();
    assert.equal(signs, 1);
    resolve();
    await new Promise(setImmediate);
    handover.beat();
    assert.equal(signs, 2);
  });
});
