import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import { keyId } from '../../../src/keys/key.ts';
import { Secret } from '../../../src/base/secret.ts';
import { writesTo } from '../../keys/books.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { folderFor } from '../../support/folder.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/* Promises about limits that keys share, over gateways that share a store: processes of their own, real stores. */

const [FIRST, SECOND, THIRD] = [
  'sk-first-0123456789abcdef',
  'sk-second-0123456789abcde',
  'sk-third-0123456789abcdef',
] as const;
const KEYS = [FIRST, SECOND, THIRD];

/** Answers, and tells that next to nothing is left for a minute. */
const SCARCE: Behaviour = {
  kind: 'status',
  status: 200,
  headers: {
    'content-type': 'application/json',
    'openai-organization': 'org-scarce',
    'x-ratelimit-limit-tokens': '30000',
    'x-ratelimit-remaining-tokens': '900',
    'x-ratelimit-reset-tokens': '58.2s',
  },
  body: { id: 'chatcmpl-1', object: 'chat.completion', choices: [{ index: 0, message: { content: 'hi' } }] },
};

/** What gateways share. */
interface Place {
  /** As the configuration names it. */
  readonly state: string;
  /** How often anything was written in it. */
  readonly writes: () => Promise<number>;
}

const places: Readonly<Record<string, (context: TestContext, folder: string) => Promise<Place>>> = {
  sqlite: async (context, folder) => {
    const path = join(folder, 'state.db');
    const store = await openSqliteStore({ path });
    context.after(() => store.close());
    return { state: `sqlite:${path}`, writes: () => writesTo(store) };
  },
  redis: async (context) => {
    const server = await RedisServer.start();
    context.after(() => server.dispose());
    return {
      state: `redis://127.0.0.1:${server.port}/0`,
      // Each write is published, and nothing else is.
      writes: async () => {
        const reported = String(await server.command('INFO', 'commandstats'));
        return Number(/cmdstat_publish:calls=(\d+)/.exec(reported)?.[1] ?? 0);
      },
    };
  },
};

class Fixture {
  readonly sim: Simulator;
  readonly writes: Place['writes'];
  readonly #context: TestContext;
  readonly #folder: string;

  private constructor(context: TestContext, sim: Simulator, folder: string, { writes }: Place) {
    this.#context = context;
    this.sim = sim;
    this.#folder = folder;
    this.writes = writes;
  }

  static async open(context: TestContext, open: (typeof places)[string]): Promise<Fixture> {
    const folder = await folderFor(context);
    const sim = await startSimulator({
      script: {
        keys: {
          [FIRST]: { organization: 'org-shared', behaviours: [] },
          [SECOND]: { organization: 'org-shared', behaviours: [] },
          [THIRD]: { organization: 'org-other', behaviours: [] },
        },
      },
    });
    context.after(() => sim.close());
    const place = await open(context, folder);
    const config = { state: place.state, providers: [simulatedProvider(sim, KEYS)] };
    await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify(config));
    return new Fixture(context, sim, folder, place);
  }

  async start(): Promise<GatewayProcess> {
    const gateway = await GatewayProcess.start(this.#folder);
    this.#context.after(() => gateway.kill());
    return gateway;
  }

  /** Asks until the provider has seen every one of these keys. */
  async askUntilMet({ url }: GatewayProcess, keys: readonly string[]): Promise<void> {
    const before = keys.map((key) => this.sim.counts(key).total);
    await until(async () => {
      assert.equal((await ask(url)).status, 200);
      return keys.every((key, n) => this.sim.counts(key).total > (before[n] ?? 0));
    });
  }
}

async function domainAt({ adminUrl }: GatewayProcess, key: string): Promise<unknown> {
  const id = keyId('sim', new Secret(key));
  return (await adminKeysAt(adminUrl)).find((view) => view.id === id)?.['quotaDomain'];
}

for (const [name, open] of Object.entries(places)) {
  void suite(`gateways that share ${name}`, { concurrency: true }, () => {
    void test('a limit that one sees nearly reached is spared by all of them, for one write', async (t) => {
      const fixture = await Fixture.open(t, open);
      const [one, two] = await Promise.all([fixture.start(), fixture.start()]);
      fixture.sim.script(FIRST, [SCARCE]);
      await fixture.askUntilMet(one, [FIRST]);
      // The answer told whose limit it is, too: where that is known, all of it is.
      await until(async () => (await domainAt(two, FIRST)) === 'org-scarce');
      for (let i = 0; i < 60; i++) assert.equal((await ask(two.url)).status, 200);
      assert.equal(fixture.sim.counts(FIRST).total, 1);
      assert.equal(await fixture.writes(), 1);
    });

    void test('what one learns of who shares limits, all of them go by, and who starts later', async (t) => {
      const fixture = await Fixture.open(t, open);
      const [one, two] = await Promise.all([fixture.start(), fixture.start()]);
      await fixture.askUntilMet(one, KEYS);
      // Whichever was seen first was alone until the second was, and is told with its next answer.
      await fixture.askUntilMet(one, KEYS);
      await until(async () => (await domainAt(two, FIRST)) === 'org-shared');
      await until(async () => (await domainAt(two, SECOND)) === 'org-shared');
      assert.equal(await domainAt(two, THIRD), null, 'its domain is its own as far as anybody knows');
      assert.equal(await fixture.writes(), 2);

      const behaviours: readonly Behaviour[] = [{ kind: 'rate-limited', retryAfter: 600 }];
      for (const key of [FIRST, SECOND]) fixture.sim.script(key, { organization: 'org-shared', behaviours });
      const tried = (): number => fixture.sim.counts(FIRST).total + fixture.sim.counts(SECOND).total;
      const before = tried();
      const three = await fixture.start();
      assert.equal(await domainAt(three, FIRST), 'org-shared');
      for (let i = 0; i < 40; i++) assert.equal((await ask(three.url)).status, 200);
      assert.equal(tried() - before, 1, 'one answer speaks for both');
    });
  });
}
