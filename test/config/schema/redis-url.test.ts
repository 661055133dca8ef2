import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from '../../support/property.ts';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { parseRedisUrl } from '../../../src/config/schema/redis-url.ts';
import type { RedisAddress } from '../../../src/base/store-address.ts';
import { configOf, problemsIn } from '../parsing.ts';

function addressOf(url: string): RedisAddress {
  const result = parseRedisUrl(url);
  assert.ok(result?.ok, `refused: ${url}`);
  return result.address;
}

/** What stands where nothing else was written. */
const plain = { kind: 'redis', database: 0, prefix: 'sparekey', storeTimeoutMs: 1_000 } as const;

void describe('the URL of a state on Redis', () => {
  void test('names one server, its database, and what differs from the defaults', () => {
    assert.deepEqual(addressOf('redis://localhost'), {
      ...plain,
      url: 'redis://localhost:6379/0',
      deployment: { kind: 'single' },
      servers: [{ host: 'localhost', port: 6379 }],
    });
    assert.deepEqual(addressOf('rediss://[::1]:7000/3?prefix=a.b:c_d-1&storeTimeout=250ms'), {
      ...plain,
      url: 'rediss://[::1]:7000/3',
      deployment: { kind: 'single' },
      servers: [{ host: '::1', port: 7000 }],
      tls: {},
      database: 3,
      prefix: 'a.b:c_d-1',
      storeTimeoutMs: 250,
    });
  });

  void test('names sentinels and the master they watch', () => {
    assert.deepEqual(addressOf('redis+sentinel://a:1,b,[::1]:3/2?master=m-1&sentinelAuth=true'), {
      ...plain,
      url: 'redis+sentinel://a:1,b:26379,[::1]:3/2?master=m-1',
      deployment: { kind: 'sentinel', master: 'm-1', sentinelAuth: true },
      servers: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
        { host: '::1', port: 3 },
      ],
      database: 2,
    });
  });

  void test('names nodes of a cluster', () => {
    const { url, deployment, servers } = addressOf('rediss+cluster://a:1,b:2,c:3');
    assert.equal(url, 'rediss+cluster://a:1,b:2,c:3');
    assert.deepEqual(deployment, { kind: 'cluster' });
    assert.equal(servers.length, 3);
  });

  void test('carries a user and a password of any characters', () => {
    for (const password of ['plain', 'p@ss/w:rd?x=y#z', '%41', ' ', 'é✓']) {
      for (const user of ['', 'me']) {
        const written = password.replaceAll('%', '%25');
        const address = addressOf(`redis://${user}:${written}@host:1/0`);
        assert.equal(address.username, user === '' ? undefined : user);
        assert.equal(address.password?.reveal(), password);
        assert.deepEqual(address.servers, [{ host: 'host', port: 1 }]);
      }
    }
  });

  void test('finds the files of TLS beside the configuration', () => {
    const text = 'provider: { type: openai }\nstate: rediss://h?ca=ca.pem&cert=/c.pem&key=k/k.pem';
    const { state } = configOf(text, { path: '/etc/sparekey/sparekey.yaml' });
    assert.ok(state.kind === 'redis');
    assert.deepEqual(state.tls, {
      ca: resolve('/etc/sparekey/ca.pem'),
      cert: '/c.pem',
      key: '/etc/sparekey/k/k.pem',
    });
  });

  const mistakes: Readonly<Record<string, RegExp>> = {
    'redis:host': /redis:\/\/USER:PASSWORD@HOST/,
    'redis://': /redis:\/\/USER/,
    'redis+ring://host': /redis:\/\/USER/,
    'redis://a,b': /one host/,
    'redis://host:0': /HOST:PORT/,
    'redis://host:70000': /HOST:PORT/,
    'redis://ho st': /HOST:PORT/,
    'redis://host/zero': /database number/,
    'redis+cluster://host/1': /no database/,
    'redis+sentinel://host': /master=NAME/,
    'redis+sentinel://host?master=m&sentinelAuth=maybe': /sentinelAuth=true or/,
    'redis://host?master=m': /nothing but prefix, storeTimeout$/,
    'redis://host?ca=x': /nothing but prefix, storeTimeout$/,
    'redis://host?prefix=a&prefix=b': /prefix once/,
    'redis://host?prefix={x}': /prefix of at most 64/,
    'redis://host?prefix=': /prefix of at most 64/,
    'redis://host?storeTimeout=1ms': /from 50ms to 1m/,
    'redis://host?storeTimeout=soon': /from 50ms to 1m/,
    'rediss://host?cert=x': /cert and key together/,
    'redis://me@host': /USER:PASSWORD/,
    'redis://me:@host': /not empty/,
    'redis://:100%@host': /%25/,
  };
  for (const [url, expected] of Object.entries(mistakes)) {
    void test(`is refused in words: ${url}`, () => {
      const result = parseRedisUrl(url);
      assert.ok(result?.ok === false);
      assert.match(result.expected, expected);
    });
  }

  void test('of another kind of store is not read', () => {
    for (const text of ['memory:', 'sqlite:redis://x', 'http://redis', 'redisx://host', ''])
      assert.equal(parseRedisUrl(text), undefined);
  });

  void test('never shows its password, whatever is right or wrong with it', () => {
    const password = fc.stringMatching(/^[\w@/:?#&=%. -]{4}-[A-HJ-NP-Z2-9]{8}-[\w@/:?#&=%. -]{4}$/);
    const ends = fc.constantFrom(
      'host:1/0',
      'host',
      'a,b',
      'host:x',
      'host/zero',
      'host?no=1',
      'host?ca=1',
      '',
    );
    const schemes = fc.constantFrom(
      'redis',
      'rediss',
      'redis+sentinel',
      'redis+cluster',
      'redis+ring',
      'postgres',
    );
    const property = fc.property(schemes, password, ends, fc.boolean(), (scheme, secret, end, fromEnv) => {
      const written = fromEnv ? '${PASSWORD}' : secret;
      const text = `provider: { type: openai }\nstate: ${JSON.stringify(`${scheme}://me:${written}@${end}`)}`;
      const env = { PASSWORD: secret };
      const url = parseRedisUrl(`${scheme}://me:${secret}@${end}`);
      const said =
        url?.ok === true
          ? [...describeConfig(configOf(text, { env })), JSON.stringify(configOf(text, { env }))]
          : problemsIn(text, { env }).map((problem) => JSON.stringify(problem));
      const core = /-(.{8})-/.exec(secret)?.[1] ?? '';
      assert.ok(!said.join('\n').includes(core), said.join('\n'));
    });
    fc.assert(property, { numRuns: 500 });
  });
});
