import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { openStore } from '../../../src/store/open.ts';
import { StoreError, type StoreErrorCode } from '../../../src/store/errors.ts';
import {
  behindSentinels,
  cluster,
  overTls,
  patient,
  placeAt,
  single,
  withOption,
  withUser,
} from './deployments.ts';
import { freePort } from '../../support/free-port.ts';
import { put, read, withCode } from '../tools.ts';

/** What is reported when a place cannot be used: the error with all that caused it, as a log would show it. */
async function refusal(url: string, code: StoreErrorCode): Promise<string> {
  let text = '';
  await assert.rejects(
    async () => {
      const store = await openStore(placeAt(url));
      await store.close();
    },
    (error) => {
      assert.ok(error instanceof StoreError, String(error));
      assert.equal(error.code, code, error.message);
      text = inspect(error, { depth: null, showHidden: true });
      return true;
    },
  );
  return text;
}

async function serverFor(t: TestContext, start: typeof single | typeof withUser): Promise<string> {
  const { url, dispose } = await start();
  t.after(dispose);
  return patient(url);
}

void describe('opening a redis store', () => {
  void test('fails where the password is wrong, without showing it', async (t) => {
    const url = await serverFor(t, withUser);
    const wrong = url.replace(/me:.*@/, 'me:not-the-p4ssword@');
    const text = await refusal(wrong, 'store_cannot_open');
    assert.match(text, /WRONGPASS/);
    assert.ok(!text.includes('p4ssword'));
  });

  void test('fails where there is no password and one is needed', async (t) => {
    const url = await serverFor(t, withUser);
    assert.match(await refusal(url.replace(/me:.*@/, ''), 'store_cannot_open'), /NOAUTH/);
  });

  void test('fails where the user may not use the prefix', async (t) => {
    const url = await serverFor(t, withUser);
    assert.match(await refusal(withOption(url, 'prefix=other'), 'store_cannot_open'), /NOPERM/);
  });

  void test('fails where the database does not exist', async (t) => {
    const url = await serverFor(t, single);
    assert.match(await refusal(url.replace('/0?', '/77?'), 'store_cannot_open'), /DB index/);
  });

  void test('fails where the authority of a certificate is not trusted, or its file is not there', async (t) => {
    const { url, dispose, servers } = await overTls();
    t.after(dispose);
    const bare = `rediss://127.0.0.1:${servers[0]?.port}/0`;
    assert.match(await refusal(bare, 'store_cannot_open'), /certificate/);
    const missing = join(servers[0]?.folder ?? '', 'missing.pem');
    assert.match(await refusal(`${bare}?ca=${missing}`, 'store_cannot_open'), /missing\.pem/);
    const store = await openStore(placeAt(patient(url)));
    await put(store, 'a', 'x');
    await store.close();
  });

  void test('fails where a file of TLS holds something else', async (t) => {
    const { dispose, servers } = await overTls();
    t.after(dispose);
    const file = join(servers[0]?.folder ?? '', 'no.pem');
    await writeFile(file, 'no certificate');
    const { port = 0 } = servers[0] ?? {};
    await refusal(`rediss://127.0.0.1:${port}/0?cert=${file}&key=${file}`, 'store_cannot_open');
  });

  void test('fails where the prefix is used by something else, and leaves it as it is', async (t) => {
    const { url, servers, dispose } = await single();
    t.after(dispose);
    await servers[0]?.command('SET', '{sparekey}:head', 'something else');
    await refusal(patient(url), 'store_not_sparekey');
    assert.equal(await servers[0]?.command('GET', '{sparekey}:head'), 'something else');
  });

  void test('fails where a newer version wrote the state, and leaves it as it is', async (t) => {
    const { url, servers, dispose } = await single();
    t.after(dispose);
    await servers[0]?.command('HSET', '{sparekey}:head', 'layout', '2', 'born', '5');
    await refusal(patient(url), 'store_newer_version');
    assert.deepEqual(await servers[0]?.command('HGETALL', '{sparekey}:head'), ['layout', '2', 'born', '5']);
  });

  void test('does not wait where no server is there, and reports where it looked', async () => {
    for (const scheme of ['redis', 'redis+cluster', 'redis+sentinel']) {
      const master = scheme === 'redis+sentinel' ? '?master=main' : '';
      const port = await freePort();
      const store = await openStore(placeAt(`${scheme}://me:the-p4ssword@127.0.0.1:${port}${master}`));
      await assert.rejects(read(store, 'a'), (error) => {
        assert.ok(withCode('store_away')(error));
        const text = inspect(error, { depth: null, showHidden: true });
        assert.ok(text.includes(`127.0.0.1:${port}`) && !text.includes('p4ssword'), text);
        return true;
      });
      await store.close();
    }
  });

  void test('behind sentinels that know of no such master says so', async (t) => {
    const { url, dispose } = await behindSentinels();
    t.after(dispose);
    const store = await openStore(placeAt(patient(url.replace('master=main', 'master=other'))));
    t.after(() => store.close());
    await assert.rejects(read(store, 'a'), /other/);
  });

  void test('two prefixes on one server know nothing of each other', async (t) => {
    const url = await serverFor(t, single);
    const stores = await Promise.all(
      ['one', 'two', 'one:'].map((prefix) => openStore(placeAt(withOption(url, `prefix=${prefix}`)))),
    );
    for (const [n, store] of stores.entries()) await put(store, 'a', String(n));
    for (const store of stores) await store.set('a', store.description, 60_000);
    for (const [n, store] of stores.entries()) assert.equal((await read(store, 'a'))?.value, String(n));
    await Promise.all(stores.map((store) => store.close()));
  });

  void test('a store is described without its user and password, however one looks at it', async (t) => {
    for (const start of [withUser, cluster]) {
      const { url, dispose } = await start();
      t.after(dispose);
      const place = placeAt(withOption(patient(url), 'prefix=p1'));
      const store = await openStore(place);
      const text =
        inspect([store, place], { depth: null, showHidden: true }) + JSON.stringify([store, place]);
      assert.ok(!text.includes('p@ss'), text);
      assert.ok(!store.description.includes('@'), store.description);
      await store.close();
    }
  });
});
