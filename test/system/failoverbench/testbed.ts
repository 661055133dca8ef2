import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../../src/config/load/load.ts';
import { startTestGateway, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { callForStream, callForWhole, type CallResult } from './caller.ts';
import type { Times } from './faults.ts';
import { judge, type Judged, type Measured } from './judge.ts';
import { FaultyProvider, type ReceivedRequest } from './provider.ts';
import { RECOVERY_S, SCENARIOS, type Scenario } from './scenarios.ts';

/** A gateway that is tried. */
export interface GatewayUnderTest {
  /** Of the primary and of the fallback, each. */
  readonly keys: number;
  /** Options of its route. */
  readonly route: ConfigParts;
  /** The benchmark's times, and the gateway's patience, are multiplied with it. */
  readonly scale: number;
}

/** A scenario, and how a gateway did. */
export interface Row {
  readonly scenario: Scenario;
  readonly judged: Judged;
  readonly measured: Measured;
}

/** The provider's options that say how long something is waited for. */
const PATIENCE = [
  'timeout',
  'firstOutputFloor',
  'firstOutputGuess',
  'aliveTimeout',
  'idleTimeout',
  'deadline',
];
/** A call after a scenario may take so long. Milliseconds. */
const AFTERWARDS_MS = 10_000;

/** A gateway between a client and two providers: a primary with faults, and one fallback. */
export class Testbed implements AsyncDisposable {
  readonly #gateway: TestGateway;
  readonly #primary: FaultyProvider;
  readonly #fallback: FaultyProvider;
  readonly #times: Times;
  readonly #scale: number;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    gateway: TestGateway,
    [primary, fallback]: readonly [FaultyProvider, FaultyProvider],
    { times, scale }: { readonly times: Times; readonly scale: number },
    resources: AsyncDisposableStack,
  ) {
    this.#gateway = gateway;
    this.#primary = primary;
    this.#fallback = fallback;
    this.#times = times;
    this.#scale = scale;
    this.#resources = resources;
  }

  static async set({ keys, route, scale }: GatewayUnderTest): Promise<Testbed> {
    await using starting = new AsyncDisposableStack();
    const times = timesAt(scale);
    const secrets = (name: string): string[] =>
      Array.from({ length: keys }, (_, index) => `sk-${name}-${index}-0123456789abcdef`);
    const primary = starting.use(await FaultyProvider.start(secrets('primary'), times));
    const fallback = starting.use(await FaultyProvider.start(secrets('fallback'), times));
    const provider = (id: string, { baseUrl }: FaultyProvider): ConfigParts => ({
      id,
      type: 'openai',
      baseUrl,
      apiTokens: secrets(id),
      failover: { enabled: true, healthCheckModel: 'healthy' },
      ...patience(scale),
    });
    const gateway = await startTestGateway({
      config: {
        providers: [provider('primary', primary), provider('fallback', fallback)],
        routes: [
          { model: 'fault-s14', to: ['primary', 'fallback/healthy-no-prefill'], ...route },
          { model: '*', to: ['primary', 'fallback/healthy'], ...route },
        ],
      },
    });
    starting.defer(() => gateway.close());
    // What a first request costs a process is no matter of failover.
    await callForWhole(gateway.url, 'healthy', AFTERWARDS_MS);
    return new Testbed(gateway, [primary, fallback], { times, scale }, starting.move());
  }

  /** What the fake providers could not make sense of: there must be nothing. */
  get notUnderstood(): readonly string[] {
    return [...this.#primary.notUnderstood, ...this.#fallback.notUnderstood];
  }

  /** Plays a scenario, and judges. */
  async play(scenario: Scenario): Promise<Row> {
    const model = `fault-${scenario.id.toLowerCase()}`;
    for (const provider of [this.#primary, this.#fallback]) provider.begin();
    const calls = await this.#calls(scenario, model);
    const measured: Measured = {
      calls,
      primary: askedFor(this.#primary, model),
      fallback: askedFor(this.#fallback, scenario.fallback ?? 'healthy'),
      afterwards: await callForWhole(this.#gateway.url, 'healthy', AFTERWARDS_MS),
      scale: this.#scale,
      downMs: this.#times.downMs,
    };
    return { scenario, measured, judged: judge(scenario, measured) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }

  async #calls({ sequence, limitS }: Scenario, model: string): Promise<readonly CallResult[]> {
    const { count, everyS } = sequence ?? { count: 1, everyS: 0 };
    const everyMs = everyS * 1_000 * this.#scale;
    // The gateway's circuits keep their own times: where the outage is shorter, one waits for them longer.
    const untilMs = sequence === undefined ? 0 : this.#times.downMs + RECOVERY_S * 1_000;
    const begunAt = performance.now();
    const calls: CallResult[] = [];
    for (let dueMs = 0; ; dueMs += everyMs) {
      await sleep(Math.max(begunAt + dueMs - performance.now(), 0));
      calls.push(
        await callForStream(this.#gateway.url, model, limitS * 1_000 * Math.max(this.#scale, MIN_LIMIT)),
      );
      if (calls.length < count) continue;
      const isBack = this.#primary.received.some((each) => each.model === model && each.answered);
      if (this.#scale === 1 || isBack || dueMs >= untilMs) return calls;
    }
  }
}

/** What hangs is told by minutes, not by how busy a machine is. */
const MIN_LIMIT = 0.5;

/**
 * Plays all scenarios, one after another before one gateway, as the benchmark does; with `apart` each has a gateway of
 * its own and all are played at once.
 * @throws where the fake providers were asked what OpenAI would not understand
 */
export async function runAll(
  contender: GatewayUnderTest,
  { apart }: { readonly apart: boolean },
): Promise<readonly Row[]> {
  if (apart)
    return Promise.all(SCENARIOS.map((scenario) => playOn(contender, [scenario]))).then((rows) =>
      rows.flat(),
    );
  return playOn(contender, SCENARIOS);
}

async function playOn(contender: GatewayUnderTest, scenarios: readonly Scenario[]): Promise<readonly Row[]> {
  await using testbed = await Testbed.set(contender);
  const rows: Row[] = [];
  for (const scenario of scenarios) rows.push(await testbed.play(scenario));
  if (testbed.notUnderstood.length > 0)
    throw new Error(`not OpenAI's words: ${testbed.notUnderstood.join(', ')}`);
  return rows;
}

/** As it is now: what comes later is not the scenario's. */
function askedFor({ received }: FaultyProvider, model: string): readonly ReceivedRequest[] {
  return received.filter((each) => each.model === model).map((each) => ({ ...each }));
}

function timesAt(scale: number): Times {
  return {
    silenceMs: 120_000 * scale,
    firstWordMs: 20_000 * scale,
    stallMs: 30_000 * scale,
    downMs: 60_000 * scale,
    betweenWordsMs: 15 * scale,
  };
}

/** The waits that a provider has by default, as far as it has them, scaled; nothing where they are not to be. */
function patience(scale: number): ConfigParts {
  if (scale === 1) return {};
  const parsed = parseConfig('{ providers: [{ id: p, type: openai, apiTokens: [k] }] }', { env: {} });
  if (!parsed.ok) throw new Error('the least configuration is not valid');
  const defaults = new Map(Object.entries(parsed.config.providers[0] ?? {}));
  const waits = PATIENCE.flatMap((name): [string, number][] => {
    const ms = defaults.get(name);
    return typeof ms === 'number' ? [[name, ms * scale]] : [];
  });
  return Object.fromEntries(waits);
}
