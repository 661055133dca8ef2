import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open.ts';
import { contestedKey } from './contested-key.ts';
import { cluster, patient, placeAt, single } from './redis/deployments.ts';
import { read } from './tools.ts';

interface State {
  /** As `state` in the configuration. */
  readonly url: string;
  readonly open: () => Promise<Store>;
  readonly dispose: () => Promise<void>;
}

const states: Readonly<Record<string, () => Promise<State>>> = {
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sparekey-contention-'));
    const path = join(folder, 'state.db');
    return {
      url: `sqlite:${path}`,
      open: () => openStore({ kind: 'sqlite', path }),
      dispose: () => rm(folder, { recursive: true }),
    };
  },
  redis: async () => onServers(await single()),
  'redis cluster': async () => onServers(await cluster()),
};

function onServers({ url: place, dispose }: Awaited<ReturnType<typeof single>>): State {
  const url = patient(place);
  return { url, open: () => openStore(placeAt(url)), dispose };
}

/** 64 writers at once: four processes of sixteen each. */
const PROCESSES = 4;
const LOOPS = 16;
const TIMES = 10;

async function contend(url: string, how: 'store' | 'book'): Promise<void> {
  const script = join(import.meta.dirname, 'state-worker.ts');
  const exits = Array.from({ length: PROCESSES }, async () => {
    const args = [script, url, how, String(LOOPS), String(TIMES)];
    return once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  });
  for (const exit of await Promise.all(exits)) assert.deepEqual(exit, [0, null]);
}

for (const [kind, start] of Object.entries(states)) {
  void describe(`64 writers of 4 processes on one record, ${kind}`, () => {
    void test('lose no count', async (t) => {
      const { url, open, dispose } = await start();
      t.after(dispose);
      await contend(url, 'store');
      const store = await open();
      assert.equal((await read(store, 'n'))?.value, String(PROCESSES * LOOPS * TIMES));
      await store.close();
    });

    void test('count every failure of a key, and each once', async (t) => {
      const { url, open, dispose } = await start();
      t.after(dispose);
      await contend(url, 'book');
      const store = await open();
      const book = await KeyBook.open({ store, onNotice: ({ kind: notice }) => assert.fail(notice) });
      const record = book.record(contestedKey);
      assert.ok(record.state === 'in-service');
      assert.equal(record.failures, PROCESSES * LOOPS * TIMES);
      await book.close();
      await store.close();
    });
  });
}
