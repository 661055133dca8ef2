import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageHost } from '../../../src/config/schema/image-host.ts';

void test('a host that images are fetched from is a name, an address or a network', () => {
  const host = imageHost();
  for (const written of [
    'images.internal',
    'minio',
    '127.0.0.1',
    '10.1.0.0/16',
    'fd12::/32',
    '::1',
    ' A_b.c ',
  ])
    assert.equal(host.parse(written), written.trim().toLowerCase());
  const wrong = [
    '',
    '*',
    '*.internal',
    '10.1',
    '10.0.0.0/33',
    '10.0.0.1/8/8',
    '10.0.0.0/',
    'fd12::/129',
    'fe80::1%eth0',
  ];
  for (const written of [...wrong, 'http://images.internal', 'images.internal:9000', 'a b', 7, null])
    assert.equal(host.safeParse(written).success, false, String(written));
});
