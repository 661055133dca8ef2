import assert from 'node:assert/strict';
import { copyFile, mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { KeyBook } from '../../../src/keys/book/book.ts';
import { keyId } from '../../../src/keys/key.ts';
import { Secret } from '../../../src/base/secret.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import { folderFor } from '../../support/folder.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import type { LogLine } from '../../support/gateway-process.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';

const GOOD = 'sk-good-0123456789abcdef';
const DISABLED = 'sk-disabled-0123456789abcdef';
const WORKERS = 2;

interface Fixture {
  readonly simulator: Simulator;
  /** Where the database is, and nothing else. */
  readonly place: string;
  readonly path: string;
  readonly gateway: GatewayProcess;
  readonly lines: readonly LogLine[];
}

const workersView = z.object({
  workers: z.array(z.looseObject({ pid: z.number().nullable(), state: z.string() })),
});

/** A gateway with workers on a SQLite file, where the operator has disabled a key. */
async function begin(context: TestContext): Promise<Fixture> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const folder = await folderFor(context);
  const place = join(folder, 'state');
  await mkdir(place);
  const path = join(place, 'state.db');
  const providers = [simulatedProvider(simulator, [GOOD, DISABLED])];
  const config = { state: `sqlite:${path}`, workers: WORKERS, providers };
  await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify(config));
  const lines: LogLine[] = [];
  const gateway = await GatewayProcess.start(folder, (line) => lines.push(line));
  context.after(() => gateway.kill());
  await copyFile(path, join(folder, 'before.db'));
  const id = keyId('sim', new Secret(DISABLED));
  const disabled = await ask(gateway.adminUrl, { path: `/api/keys/${id}/disable`, body: '' });
  assert.equal(disabled.status, 200);
  await until(() => allTold(gateway));
  return { simulator, place, path, gateway, lines };
}

async function allTold({ adminUrl }: GatewayProcess): Promise<boolean> {
  const keys = await adminKeysAt(adminUrl);
  return keys.filter(({ state }) => state === 'disabled').length === 1;
}

async function readyText({ url }: GatewayProcess): Promise<string> {
  return (await ask(url, { method: 'GET', path: '/ready' })).text;
}

async function stateInFile({ path }: Fixture): Promise<string> {
  const store = await openSqliteStore({ path });
  const book = await KeyBook.open({ store, onNotice: () => {} });
  const { state } = book.record({ id: keyId('sim', new Secret(DISABLED)), providerId: 'sim' });
  await book.close();
  await store.close();
  return state;
}

async function stateText({ adminUrl }: GatewayProcess): Promise<string> {
  return (await ask(adminUrl, { method: 'GET', path: '/api/state' })).text;
}

async function workerPids({ adminUrl }: GatewayProcess): Promise<readonly number[]> {
  const { text } = await ask(adminUrl, { method: 'GET', path: '/api/workers' });
  const { workers } = workersView.parse(JSON.parse(text));
  return workers.flatMap(({ pid, state }) => (pid === null || state !== 'ready' ? [] : [pid]));
}

/** Every worker is killed and started again: none of the new ones uses the disabled key. */
async function assertNewWorkersKnow({ gateway, simulator }: Fixture): Promise<void> {
  const old = await workerPids(gateway);
  assert.equal(old.length, WORKERS);
  for (const pid of old) process.kill(pid, 'SIGKILL');
  await until(async () => {
    const now = await workerPids(gateway);
    return now.length === WORKERS && now.every((pid) => !old.includes(pid));
  });
  for (let n = 0; n < 40; n++) assert.equal((await ask(gateway.url)).status, 200);
  assert.equal(simulator.counts(DISABLED).total, 0);
  assert.ok(await allTold(gateway));
}

const LOSSES: Readonly<Record<string, (fixture: Fixture) => Promise<void>>> = {
  removed: async ({ path }) => {
    for (const ending of ['', '-wal', '-shm']) await rm(path + ending);
  },
  truncated: ({ path }) => truncate(path),
  'replaced by a copy from before the key was disabled': async ({ path, place }) => {
    await copyFile(join(place, '..', 'before.db'), `${path}-new`);
    await rename(`${path}-new`, path);
  },
};

void suite('a SQLite file that is lost under a gateway with workers', () => {
  for (const [what, lose] of Object.entries(LOSSES)) {
    void test(`${what}: it is logged, the key stays disabled, and for workers that start then as well`, async (context) => {
      const fixture = await begin(context);
      const { gateway, lines } = fixture;
      await lose(fixture);
      await assertNewWorkersKnow(fixture);
      await until(async () => /"lostWritesAt":"2/.test(await stateText(gateway)));
      await until(async () => (await readyText(gateway)).includes('"store":"ok"'));
      assert.ok(lines.some(({ msg }) => msg.startsWith('the store does not answer')));
      assert.ok(lines.some(({ msg }) => msg.startsWith('the store began anew')));
      // Who comes later, and knows nothing but the file, knows it, too.
      await until(async () => (await stateInFile(fixture)) === 'disabled');
    });
  }

  void test('its folder is moved away: it is logged, all goes on, and the file is whole when the folder is back', async (context) => {
    const fixture = await begin(context);
    const { gateway, place, simulator } = fixture;
    await rename(place, `${place}-elsewhere`);
    await until(async () => (await readyText(gateway)).includes('"store":"away"'));
    for (let n = 0; n < 40; n++) assert.equal((await ask(gateway.url)).status, 200);
    await mkdir(place);
    await until(async () => (await readyText(gateway)).includes('"store":"ok"'));
    await assertNewWorkersKnow(fixture);
    assert.equal(simulator.counts(DISABLED).total, 0);
  });
});
