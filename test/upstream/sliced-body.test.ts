import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SLICE_BYTES, withSlicedBody } from '../../src/upstream/sliced-body.ts';

const HEADERS = ['content-type', 'application/json'];

void suite('the body of a request to a provider', () => {
  void test('leaves in slices where it is large, of the length that is announced', async () => {
    const body = Buffer.alloc(SLICE_BYTES * 3 + 5, 'abc');
    const { body: sliced, headers } = withSlicedBody({ method: 'POST', path: '/', headers: HEADERS, body });
    assert.deepEqual(headers, [...HEADERS, 'content-length', String(body.length)]);
    assert.ok(sliced !== null && !Buffer.isBuffer(sliced));
    const slices: Buffer[] = [];
    for await (const slice of sliced) {
      assert.ok(Buffer.isBuffer(slice) && slice.length <= SLICE_BYTES);
      slices.push(slice);
    }
    assert.ok(Buffer.concat(slices).equals(body));
  });

  void test('stays as it is where it is small, a stream, or none', () => {
    for (const body of [Buffer.alloc(SLICE_BYTES), null]) {
      const request = { method: 'POST', path: '/', headers: HEADERS, body } as const;
      assert.equal(withSlicedBody(request), request);
    }
  });
});
