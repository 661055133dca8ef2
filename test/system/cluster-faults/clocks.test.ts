import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { startSimulator } from '../../../simulator/simulator.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { folderFor } from '../../support/folder.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import type { LogLine } from '../../support/gateway-process.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { Checks } from './checks.ts';

const BUSY = 'sk-busy-0123456789abcdef';
const DEAD = 'sk-dead-0123456789abcdef';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of checks of the dead key, each of which is under way for half of that. Milliseconds. */
const INTERVAL_MS = 200;
/** How long a throttle lasts. Seconds. */
const HOLD_S = 3;
/** Looking at two clocks and an answer on its way take less, also on a machine that is busy. Milliseconds. */
const NEAR_MS = 60_000;
/** A hold is counted from the answer, a moment after the request; and in whole milliseconds. */
const ROUNDING_MS = 50;
/** The least time-to-live of a lease there is, and what a machine that is busy adds. Milliseconds. */
const TAKEOVER_MS = 20_000;

interface Node {
  readonly gateway: GatewayProcess;
  readonly clock: FakeClock;
  readonly lines: readonly LogLine[];
}

interface Fixture {
  readonly simulator: Simulator;
  readonly checks: Checks;
  readonly nodes: readonly Node[];
}

/** Nodes of one store, one for each wall clock, with one key that serves and one that is dead. */
async function begin(context: TestContext, state: string, aheadMs: readonly number[]): Promise<Fixture> {
  const folder = await folderFor(context);
  const behaviours = [{ kind: 'invalid-key', models: ['gpt-5'] }, { kind: 'hang' }] as const;
  const simulator = await startSimulator({ script: { keys: { [DEAD]: { behaviours } } } });
  context.after(() => simulator.close());
  const provider = simulatedProvider(simulator, [BUSY, DEAD], {
    failover: {
      enabled: true,
      failureThreshold: 1,
      healthCheckModel: 'gpt-5-nano',
      healthCheckInterval: INTERVAL_MS,
      healthCheckMaxInterval: INTERVAL_MS,
      healthCheckTimeout: INTERVAL_MS / 2,
    },
  });
  const nodes: Node[] = [];
  for (const [number, ahead] of aheadMs.entries()) {
    const place = join(folder, String(number));
    await mkdir(place);
    const config = { state: state.replace('FOLDER', folder), providers: [provider] };
    await writeFile(join(place, 'sparekey.yaml'), JSON.stringify(config));
    const clock = new FakeClock(place, ahead);
    const lines: LogLine[] = [];
    const gateway = await GatewayProcess.start(place, (line) => lines.push(line), { env: clock.env });
    context.after(() => gateway.kill());
    nodes.push({ gateway, clock, lines });
  }
  const [first] = nodes;
  assert.ok(first);
  await until(async () => {
    await ask(first.gateway.url);
    return (await adminKeysAt(first.gateway.adminUrl)).some((key) => key.state === 'out-of-service');
  });
  const checks = new Checks(simulator, [DEAD], INTERVAL_MS);
  context.after(() => checks[Symbol.dispose]());
  return { simulator, checks, nodes };
}

/** Has the busy key throttled at one node, and all nodes hear of it. */
async function throttle({ simulator, nodes }: Fixture, { gateway }: Node): Promise<void> {
  simulator.script(BUSY, [{ kind: 'rate-limited', retryAfter: HOLD_S, times: 1 }]);
  assert.equal((await ask(gateway.url)).status, 429);
  for (const { gateway: each } of nodes) {
    await until(async () => {
      const keys = await adminKeysAt(each.adminUrl);
      return keys.some(({ models = {} }) => Object.keys(models).length > 0);
    });
  }
}

/** Asks all nodes until each was answered, and shows that the key was left alone for as long as it was held. */
async function outlastHold({ simulator }: Fixture, nodes: readonly Node[]): Promise<void> {
  for (const { gateway } of nodes) await until(async () => (await ask(gateway.url)).status === 200);
  const asked = simulator.requests.filter(({ key }) => key === BUSY);
  const refused = asked.findLastIndex(({ status }) => status === 429);
  const gapMs = (asked[refused + 1]?.at ?? NaN) - (asked[refused]?.at ?? NaN);
  assert.ok(gapMs >= HOLD_S * 1_000 - ROUNDING_MS, `used again after ${gapMs} ms`);
}

async function moreChecks({ checks }: Fixture, count: number): Promise<void> {
  const before = checks.counts()[0]?.checks ?? 0;
  await until(() => (checks.counts()[0]?.checks ?? 0) >= before + count);
}

const stateView = z.looseObject({
  clock: z.object({ wallAheadMs: z.number(), setByMs: z.number().nullable() }),
  probing: z.array(z.string()),
});

async function stateAt({ gateway }: Node): Promise<z.infer<typeof stateView>> {
  const { text } = await ask(gateway.adminUrl, { method: 'GET', path: '/api/state' });
  return stateView.parse(JSON.parse(text));
}

/** When the dead key is checked next, as people are told, is soon by the clock on their wall. */
async function assertShownBy(node: Node, wallAheadMs: number): Promise<void> {
  const keys = await adminKeysAt(node.gateway.adminUrl);
  const shown = keys.find(({ state }) => state === 'out-of-service')?.nextTryAt;
  const offMs = Date.parse(shown ?? '') - (Date.now() + wallAheadMs);
  assert.ok(Math.abs(offMs) < NEAR_MS, `${shown} is ${offMs} ms off`);
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < NEAR_MS, `${actual} instead of ${expected}`);
}

void suite('a wall clock that is set while a gateway runs', () => {
  void test('back an hour, and ahead a day: holds end when they are due, checks go on, and it is logged', async (context) => {
    const fixture = await begin(context, 'sqlite:FOLDER/state.db', [0]);
    const [node] = fixture.nodes;
    assert.ok(node);
    const wasSet = (): readonly LogLine[] =>
      node.lines.filter(({ msg }) => msg.startsWith('the clock of this machine was set'));
    await moreChecks(fixture, 2);
    let before = 0;
    for (const [times, aheadMs] of [-HOUR_MS, DAY_MS].entries()) {
      await throttle(fixture, node);
      node.clock.set(aheadMs);
      await outlastHold(fixture, fixture.nodes);
      await moreChecks(fixture, 5);
      await until(() => wasSet().length > times);
      assertNear(Number(wasSet()[times]?.['byMs']), aheadMs - before);
      assertNear((await stateAt(node)).clock.wallAheadMs, aheadMs);
      await assertShownBy(node, aheadMs);
      before = aheadMs;
    }
    const [{ overlaps, tooSoon } = { overlaps: NaN, tooSoon: NaN }] = fixture.checks.counts();
    assert.deepEqual({ overlaps, tooSoon }, { overlaps: 0, tooSoon: 0 });
  });
});

const STORES: Readonly<Record<string, (context: TestContext) => Promise<string>>> = {
  sqlite: () => Promise.resolve('sqlite:FOLDER/state.db'),
  redis: async (context) => {
    const redis = await RedisServer.start();
    context.after(() => redis.dispose());
    return `redis://127.0.0.1:${redis.port}/0`;
  },
};

void suite('two nodes whose wall clocks are a day apart', () => {
  for (const [kind, open] of Object.entries(STORES)) {
    void test(`on one ${kind}: they agree on holds, and one checks the key until the other takes over`, async (context) => {
      const fixture = await begin(context, await open(context), [0, DAY_MS]);
      const [right, ahead] = fixture.nodes;
      assert.ok(right && ahead);
      await throttle(fixture, ahead);
      await outlastHold(fixture, fixture.nodes);
      await assertShownBy(right, 0);
      await assertShownBy(ahead, DAY_MS);
      assertNear((await stateAt(ahead)).clock.wallAheadMs, DAY_MS);

      await moreChecks(fixture, 5);
      assert.deepEqual((await stateAt(right)).probing, ['sim']);
      assert.deepEqual((await stateAt(ahead)).probing, []);
      await right.gateway.kill();
      const killedAt = Date.now();
      await moreChecks(fixture, 5);
      const gapMs = (fixture.checks.firstAfter(killedAt + INTERVAL_MS) ?? NaN) - killedAt;
      assert.ok(gapMs < TAKEOVER_MS, `taken over after ${gapMs} ms`);
      const [{ overlaps, tooSoon } = { overlaps: NaN, tooSoon: NaN }] = fixture.checks.counts();
      assert.deepEqual({ overlaps, tooSoon }, { overlaps: 0, tooSoon: 0 });
    });
  }
});
