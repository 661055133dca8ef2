import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawHeader } from '../../src/base/raw-headers.ts';

void test('a header is found by its name in any letters, and never by a value', () => {
  const headers = ['X-Kind', 'content-type', 'Content-Type', 'text/plain', 'content-type', 'text/html'];
  assert.equal(rawHeader(headers, 'content-type'), 'text/plain');
  assert.equal(rawHeader(headers, 'text/plain'), '');
  assert.equal(rawHeader([], 'content-type'), '');
});
