import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { decodeRecord } from '../../../src/keys/book/codec.ts';
import { keyId, recordId } from '../../../src/keys/key.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { Secret } from '../../../src/base/secret.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import type { LoggedRequest } from '../../../simulator/request-log.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/contract.ts';
import { started } from '../../cli/tools.ts';
import { folderFor } from '../../support/folder.ts';
import type { Started } from '../../cli/tools.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import type { AdminKey, ConfigParts } from '../../support/gateway.ts';
import { ask, chat, streamedChat } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { read } from '../../store/tools.ts';

/* Gateways as processes of their own that share one SQLite file, and are killed. */

const GOOD = 'sk-good-0123456789abcdefg';
const BAD = 'sk-bad-0123456789abcdefgh';
const THROTTLED = 'sk-throttled-0123456789ab';

/** No health check is due within a test. */
const UNCHECKED = { healthCheckInterval: '1h' };

/** A pool at a simulator, for processes to come and go. */
class Fixture {
  readonly sim: Simulator;
  readonly #context: TestContext;
  readonly #folder: string;
  readonly #store: Store;

  private constructor(context: TestContext, sim: Simulator, path: string, store: Store) {
    this.#context = context;
    this.sim = sim;
    this.#folder = path;
    this.#store = store;
  }

  static async open(
    context: TestContext,
    failover: ConfigParts,
    behaviours: Readonly<Record<string, readonly Behaviour[]>>,
  ): Promise<Fixture> {
    const path = await folderFor(context);
    const keys = Object.fromEntries(
      Object.entries(behaviours).map(([key, list]) => [key, { behaviours: list }]),
    );
    const sim = await startSimulator({ script: { keys } });
    const store = await openStore({ kind: 'sqlite', path: join(path, 'state.db') });
    context.after(async () => {
      await store.close();
      await sim.close();
    });
    const provider = simulatedProvider(sim, Object.keys(behaviours), {
      failover: { enabled: true, failureThreshold: 1, healthCheckModel: 'gpt-5-nano', ...failover },
    });
    const config = { state: 'sqlite:./state.db', providers: [provider] };
    await writeFile(join(path, 'sparekey.yaml'), JSON.stringify(config));
    return new Fixture(context, sim, path, store);
  }

  /** Starts a gateway as a process. */
  start(): Promise<Started> {
    return started(this.#context, [], { cwd: this.#folder });
  }

  /** The record that stands in the store; undefined where there is none. */
  async stored(key: string): Promise<KeyRecord | undefined> {
    const id = recordId({ providerId: 'sim', id: idOf(key) });
    const entry = await read(this.#store, id);
    return entry && decodeRecord(entry.value);
  }

  checksOf(key: string): readonly LoggedRequest[] {
    return this.sim.requests.filter(
      (request) => request.key === key && request.headers['user-agent'] === 'sparekey-health-check',
    );
  }
}

function idOf(key: string): string {
  return keyId('sim', new Secret(key));
}

async function keyAt({ adminUrl }: Started, key: string): Promise<AdminKey> {
  const found = (await adminKeysAt(adminUrl)).find(({ id }) => id === idOf(key));
  assert.ok(found !== undefined);
  return found;
}

/**
 * Whether two processes show a key alike. Each shows times by the clocks as it found them at its start, which a busy machine
 * lets it read only so well: a second between them is none.
 */
function isAlike(one: AdminKey, other: AdminKey): boolean {
  const [times, otherTimes] = [timesOf(one), timesOf(other)];
  return (
    isDeepStrictEqual(withoutTimes(one), withoutTimes(other)) &&
    times.length === otherTimes.length &&
    times.every((time, n) => Math.abs(time - (otherTimes[n] ?? NaN)) < 1_000)
  );
}

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

function timesOf(key: AdminKey): readonly number[] {
  return (JSON.stringify(key).match(TIME) ?? []).map((time) => Date.parse(time));
}

function withoutTimes(key: AdminKey): unknown {
  return JSON.parse(JSON.stringify(key).replaceAll(TIME, 'a time'));
}

/** Whether all that an answer said of the key is stored: its domain is written after its failure, in a write of its own. */
function isWhole(record: KeyRecord | undefined): boolean {
  return record?.domain !== undefined;
}

function isHeld(record: KeyRecord | undefined): boolean {
  return record?.state === 'in-service' && record.holds.length > 0;
}

/** Of two gateways the one that holds the lease and checks keys. */
async function proberAmong(first: Started, second: Started): Promise<Started> {
  let probing: readonly boolean[] = [];
  await until(async () => {
    const states = await Promise.all(
      [first, second].map(({ adminUrl }) => ask(adminUrl, { method: 'GET', path: '/api/state' })),
    );
    probing = states.map(({ text }) => text.includes('"probing":["sim"]'));
    return probing.filter(Boolean).length === 1;
  });
  return probing[0] === true ? first : second;
}

/** Ends a process without a chance to say or write anything. */
async function kill(gateway: Started): Promise<void> {
  gateway.process.kill('SIGKILL');
  await gateway.exit;
}

/** The check that hangs is still under way when the gateway is killed. */
const TWO_PASSES = {
  successThreshold: 2,
  healthCheckInterval: 100,
  healthCheckMaxInterval: 100,
  healthCheckTimeout: '1h',
};

/** A gateway whose bad key has passed one check, killed in the middle of the next one. */
async function killedAfterOnePass(t: TestContext): Promise<Fixture> {
  const fixture = await Fixture.open(t, TWO_PASSES, {
    [GOOD]: [],
    [BAD]: [{ kind: 'invalid-key', times: 1 }, { kind: 'answer', times: 1 }, { kind: 'hang' }],
  });
  const first = await fixture.start();
  await until(async () => {
    await ask(first.url);
    const record = await fixture.stored(BAD);
    return record?.state === 'out-of-service' && record.passes === 1 && fixture.sim.counts(BAD).open === 1;
  });
  await kill(first);
  await until(() => fixture.sim.open === 0);
  return fixture;
}

// Most of the time is spent waiting for leases and waits to run out.
void suite('gateways as processes', { concurrency: true }, () => {
  void suite('after kill -9 and a start', () => {
    void test('keys that were out of service are still out, and waits still run', async (t) => {
      const fixture = await Fixture.open(t, UNCHECKED, {
        [GOOD]: [{ kind: 'answer', chunks: 500, chunkDelayMs: 10 }],
        [BAD]: [{ kind: 'invalid-key' }],
        [THROTTLED]: [{ kind: 'rate-limited', retryAfter: 600 }],
      });
      const first = await fixture.start();
      await until(async () => {
        await ask(first.url, { body: chat('hello') });
        const [bad, throttled] = await Promise.all([fixture.stored(BAD), fixture.stored(THROTTLED)]);
        return bad?.state === 'out-of-service' && isWhole(bad) && isHeld(throttled) && isWhole(throttled);
      });
      const before = await Promise.all([keyAt(first, BAD), keyAt(first, THROTTLED)]);
      const counts = [fixture.sim.counts(BAD).total, fixture.sim.counts(THROTTLED).total];

      // In the middle: streams are under way.
      const streams = Array.from({ length: 5 }, () => ask(first.url, { body: streamedChat('hello') }));
      await until(() => fixture.sim.counts(GOOD).open === 5);
      await kill(first);
      for (const { whole } of await Promise.all(streams)) assert.equal(whole, false);
      await until(() => fixture.sim.open === 0);

      const second = await fixture.start();
      const after = await Promise.all([keyAt(second, BAD), keyAt(second, THROTTLED)]);
      for (const [n, key] of before.entries()) {
        const other = after[n];
        assert.ok(other !== undefined && isAlike(other, key), JSON.stringify([key, other]));
      }
      assert.ok(after.every(({ quotaDomain }) => typeof quotaDomain === 'string'));
      for (let i = 0; i < 30; i++) assert.equal((await ask(second.url)).status, 200);
      assert.deepEqual([fixture.sim.counts(BAD).total, fixture.sim.counts(THROTTLED).total], counts);
      const { state, failures } = await keyAt(second, GOOD);
      assert.deepEqual([state, failures], ['in-service', 0], 'nobody is blamed for what the kill cut off');
    });

    void test('a wait ends when it was going to', async (t) => {
      const fixture = await Fixture.open(t, UNCHECKED, {
        [THROTTLED]: [{ kind: 'rate-limited', retryAfterMs: 2_500, times: 1 }],
      });
      const first = await fixture.start();
      assert.equal((await ask(first.url)).status, 429);
      await until(async () => isHeld(await fixture.stored(THROTTLED)));
      const record = await fixture.stored(THROTTLED);
      await kill(first);

      const second = await fixture.start();
      await until(async () => (await ask(second.url)).status === 200);
      const used = fixture.sim.requests.at(-1);
      assert.ok(record?.state === 'in-service' && used !== undefined);
      const endsAt = record.holds[0]?.until ?? Infinity;
      assert.equal(fixture.sim.counts(THROTTLED).total, 2);
      assert.ok(used.at >= endsAt, `used ${endsAt - used.at} ms too early`);
    });

    void test('the pass that a key still owed brings it back', async (t) => {
      const fixture = await killedAfterOnePass(t);
      fixture.sim.script(BAD, []);
      const before = fixture.checksOf(BAD).length;
      const record = await fixture.stored(BAD);
      assert.equal(record?.state === 'out-of-service' && record.passes, 1);
      // It may check the key before anybody could ask how it stands.
      const second = await fixture.start();
      await until(async () => (await keyAt(second, BAD)).state === 'in-service');
      assert.equal(fixture.checksOf(BAD).length - before, 1);
    });

    void test('passes with a failure between do not bring a key back', async (t) => {
      const fixture = await killedAfterOnePass(t);
      fixture.sim.script(BAD, [{ kind: 'server-error', times: 1 }]);
      const before = fixture.checksOf(BAD).length;
      const second = await fixture.start();
      await until(async () => (await keyAt(second, BAD)).state === 'in-service');
      assert.equal(fixture.checksOf(BAD).length - before, 3, 'a failure, and then two passes');
    });
  });

  void suite('two processes on one SQLite file', () => {
    void test('18: a key that one takes out is out on the other within a moment', async (t) => {
      const fixture = await Fixture.open(t, UNCHECKED, { [GOOD]: [], [BAD]: [] });
      const [first, second] = await Promise.all([fixture.start(), fixture.start()]);
      for (let i = 0; i < 20; i++) await ask(second.url);
      fixture.sim.script(BAD, [{ kind: 'invalid-key' }]);
      await until(async () => {
        await ask(first.url);
        return (await keyAt(first, BAD)).state === 'out-of-service';
      });
      const response = performance.now();
      await until(async () => (await keyAt(second, BAD)).state === 'out-of-service');
      const delayMs = performance.now() - response;
      t.diagnostic(`the other process showed it ${delayMs.toFixed(0)} ms after the first one`);
      assert.ok(delayMs < 1_000);
      await until(async () => isWhole(await fixture.stored(BAD)));
      // The first may yet learn the key's domain, which the second knew before.
      await until(async () => isAlike(await keyAt(second, BAD), await keyAt(first, BAD)));
      for (let i = 0; i < 20; i++) assert.equal((await ask(second.url)).headers['x-sparekey-attempts'], '1');
      assert.equal(fixture.sim.counts(BAD).met['invalid-key'], 1);
    });

    void test('17: one of them probes, and its death is made up for within seconds', async (t) => {
      const interval = 200;
      const fixture = await Fixture.open(
        t,
        { healthCheckInterval: interval, healthCheckMaxInterval: interval },
        { [BAD]: [{ kind: 'invalid-key' }] },
      );
      const [first, second] = await Promise.all([fixture.start(), fixture.start()]);
      await ask(second.url);
      await until(() => fixture.checksOf(BAD).length >= 8);
      const prober = await proberAmong(first, second);
      await kill(prober);
      const killedAt = Date.now();
      const before = fixture.checksOf(BAD).length;
      await until(() => fixture.checksOf(BAD).length >= before + 5);

      const checks = fixture.checksOf(BAD);
      const gapMs = (checks[before]?.at ?? Infinity) - killedAt;
      t.diagnostic(`the other process took over after ${gapMs} ms`);
      assert.ok(gapMs < 10_000);
      for (const [i, check] of checks.entries()) {
        const sincePrevious = check.at - (checks[i - 1]?.at ?? 0);
        assert.ok(
          sincePrevious > interval / 2,
          `two checks ${sincePrevious} ms apart: two processes make them`,
        );
      }
    });

    void test('17: one that is stopped in order hands the probes over at once', async (t) => {
      const interval = 200;
      const fixture = await Fixture.open(
        t,
        { healthCheckInterval: interval, healthCheckMaxInterval: interval },
        { [BAD]: [{ kind: 'invalid-key' }] },
      );
      const [first, second] = await Promise.all([fixture.start(), fixture.start()]);
      await ask(second.url);
      await until(() => fixture.checksOf(BAD).length >= 2);
      const prober = await proberAmong(first, second);
      prober.process.kill('SIGTERM');
      assert.equal(await prober.exit, 0);
      const stoppedAt = Date.now();
      const before = fixture.checksOf(BAD).length;
      await until(() => fixture.checksOf(BAD).length > before);
      const gapMs = (fixture.checksOf(BAD)[before]?.at ?? Infinity) - stoppedAt;
      assert.ok(
        gapMs < 3_000,
        `the other process took over after ${gapMs} ms, as if the lease had to expire`,
      );
    });
  });
});
