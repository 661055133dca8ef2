import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageHosts } from '../../../src/providers/images/image-hosts.ts';
import { isPublicAddress } from '../../../src/providers/images/public-address.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00::1',
];

/** Each with why, so that a range that is missing is seen. */
const NOT_PUBLIC: Readonly<Record<string, readonly string[]>> = {
  'this host': ['0.0.0.0', '0.1.2.3', '::'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'link-local, and metadata': ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254'],
  'shared (CGNAT), and metadata': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  'the hosts of a cloud': ['168.63.129.16', '192.0.0.192'],
  'unique local and site-local': ['fc00::1', 'fdff::1', 'fec0::1'],
  'IPv4 within IPv6': [
    '::ffff:10.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::7f00:1',
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '2002:a00:1::1',
    '2001:0:a00:1::1',
  ],
  'tests and documentation': [
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '2001:db8::1',
    '3fff::1',
  ],
  'multicast, reserved and broadcast': ['224.0.0.1', '240.0.0.1', '255.255.255.255', 'ff02::1'],
  'no address': ['', 'localhost', '1.2.3', 'fe80::1%eth0'],
};

void describe('the public internet', () => {
  void it('has these', () => {
    for (const address of PUBLIC) assert.equal(isPublicAddress(address), true, address);
  });
  for (const [why, addresses] of Object.entries(NOT_PUBLIC)) {
    void it(`has not ${why}`, () => {
      for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
    });
  }
});

const named = imageHosts(['images.internal', '10.1.0.0/16', '127.0.0.1', 'fd12::/32']);
const none = imageHosts([]);

void describe('hosts that images are fetched from', () => {
  const urls: readonly [url: string, byDefault: boolean, byName: boolean][] = [
    ['https://example.com/a.png', true, true],
    ['https://example.com:443/a.png', true, true],
    ['https://example.com:8443/a.png', false, false],
    ['http://example.com/a.png', false, false],
    ['https://user:secret@example.com/a.png', false, false],
    ['http://images.internal/a.png', false, true],
    ['https://IMAGES.internal:8443/a.png', false, true],
    ['http://sub.images.internal/a.png', false, false],
    ['http://10.1.2.3:9000/a.png', false, true],
    ['http://167837699/a.png', false, true],
    ['http://10.2.0.1/a.png', false, false],
    ['http://[fd12::1]/a.png', false, true],
    ['ftp://images.internal/a.png', false, false],
    ['file:///etc/passwd', false, false],
  ];
  for (const [written, byDefault, byName] of urls) {
    void it(`${written}: ${byDefault ? 'yes' : byName ? 'where it is named' : 'no'}`, () => {
      const url = new URL(written);
      assert.deepEqual(
        [none.refusalOf(url) === undefined, named.refusalOf(url) === undefined],
        [byDefault, byName],
      );
    });
  }

  void it('are connected to at addresses that are public or named', () => {
    const connections: readonly [host: string, address: string, byDefault: boolean, byName: boolean][] = [
      ['example.com', '8.8.8.8', true, true],
      ['example.com', '10.2.0.1', false, false],
      ['example.com', '10.1.0.1', false, true],
      ['images.internal', '192.168.0.1', false, true],
      ['127.0.0.1', '127.0.0.1', false, true],
      ['::1', '::1', false, false],
    ];
    for (const [host, address, byDefault, byName] of connections)
      assert.deepEqual(
        [none.permits(host, address), named.permits(host, address)],
        [byDefault, byName],
        address,
      );
  });
});
