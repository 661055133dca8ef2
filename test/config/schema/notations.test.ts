import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../../support/property.ts';
import {
  formatAddress,
  formatBytes,
  formatDuration,
  isLoopback,
  parseAddress,
  parseBytes,
  parseDuration,
} from '../../../src/config/schema/notations.ts';

void test('durations are milliseconds, or amounts with a unit', () => {
  const written = [5000, '5000', '5000ms', '5s', '1.5s', '2m', '1h', '1d', ' 5 s '];
  assert.deepEqual(
    written.map((each) => parseDuration(each)),
    [5000, 5000, 5000, 5000, 1500, 120_000, 3_600_000, 86_400_000, 5000],
  );
});

void test('text that is no duration is refused', () => {
  for (const written of ['', 's', '5x', '5S', '1h30m', '1e3', '5s later', '.5s', '١s'])
    assert.equal(parseDuration(written), undefined, written);
});

void test('sizes are bytes, or amounts with a decimal or binary unit', () => {
  const written = [10, '10', '10B', '10KB', '10MB', '1GB', '256KiB', '32MiB', '1.5GiB'];
  assert.deepEqual(
    written.map((each) => parseBytes(each)),
    [10, 10, 10, 10_000, 10_000_000, 1_000_000_000, 262_144, 33_554_432, 1_610_612_736],
  );
  assert.equal(parseBytes('10mb'), undefined);
});

void test('what is formatted for people reads back as the same amount', () => {
  fc.assert(
    fc.property(fc.nat({ max: 7 * 86_400_000 }), (amount) => {
      assert.equal(parseDuration(formatDuration(amount)), amount);
      assert.equal(parseBytes(formatBytes(amount)), amount);
    }),
  );
  assert.equal(formatDuration(300_000), '5m');
  assert.equal(formatDuration(1500), '1500ms');
  assert.equal(formatBytes(33_554_432), '32MiB');
});

void test('an address is host:port, [ipv6]:port, :port or a port', () => {
  assert.deepEqual(parseAddress('example.com:80'), { host: 'example.com', port: 80 });
  assert.deepEqual(parseAddress('[::1]:5397'), { host: '::1', port: 5397 });
  assert.deepEqual(parseAddress(':5397'), { host: '0.0.0.0', port: 5397 });
  assert.deepEqual(parseAddress('5397'), { host: '127.0.0.1', port: 5397 });
  assert.deepEqual(parseAddress(0), { host: '127.0.0.1', port: 0 });
});

void test('text that is no address is refused', () => {
  for (const written of [
    '',
    'localhost',
    'a:b',
    '127.0.0.1:65536',
    '::1:80',
    '[x]:80',
    'u@h:80',
    'h:1:2',
    '-1',
  ])
    assert.equal(parseAddress(written), undefined, written);
});

void test('an address reads back from how people see it', () => {
  for (const written of ['127.0.0.1:5397', '[::1]:5397', 'localhost:0']) {
    const address = parseAddress(written);
    assert.ok(address);
    assert.equal(formatAddress(address), written);
  }
});

function isLocal(host: string): boolean {
  return isLoopback({ host, port: 1 });
}

void test('only loopback is loopback', () => {
  assert.deepEqual(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].map(isLocal), [true, true, true, true]);
  assert.deepEqual(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'].map(isLocal), [
    false,
    false,
    false,
    false,
    false,
  ]);
});
