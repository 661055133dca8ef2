import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { decodeBody } from '../../src/upstream/decode.ts';

const TEXT = '{"error":{"message":"Ungültig","code":"invalid_api_key"}}';
const BYTES = Buffer.from(TEXT);

void test('an error is read whatever way it was encoded', () => {
  const encoded: readonly (readonly [string | undefined, Buffer])[] = [
    [undefined, BYTES],
    ['', BYTES],
    ['identity', BYTES],
    ['gzip', gzipSync(BYTES)],
    ['x-gzip', gzipSync(BYTES)],
    [' GZIP ', gzipSync(BYTES)],
    ['deflate', deflateSync(BYTES)],
    ['br', brotliCompressSync(BYTES)],
    ['zstd', zstdCompressSync(BYTES)],
  ];
  for (const [encoding, body] of encoded) {
    assert.equal(decodeBody(body, encoding), TEXT, `encoded as ${encoding}`);
  }
});

void test('what cannot be decoded is empty', () => {
  assert.equal(decodeBody(BYTES, 'gzip'), '');
  assert.equal(decodeBody(gzipSync(BYTES).subarray(0, 20), 'gzip'), '');
  assert.equal(decodeBody(BYTES, 'rot13'), '');
  assert.equal(decodeBody(Buffer.alloc(0), 'br'), '');
});

void test('no more of a text is read than a judge needs', () => {
  const large = Buffer.alloc(10 * 1024 * 1024, 'a');
  assert.equal(decodeBody(large, undefined).length, 256 * 1024);
  assert.equal(decodeBody(gzipSync(large), 'gzip'), '');
});
