import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Call } from '../../../src/dialects/operations/call.ts';
import { findTarget } from '../../../src/dialects/operations/find-target.ts';
import { noFacts } from '../../../src/dialects/scan/body-facts.ts';
import { rejectLateReferences } from '../../../src/gateway/resources/late-references.ts';

/** A call whose body goes on behind what was read of it. */
function passing(head: string, rest: Readable): Call {
  const target = findTarget('POST', '/v1/responses', {});
  assert.ok(typeof target === 'object');
  return {
    id: 'req_1',
    target,
    headers: [],
    body: { kind: 'streamed', head: Buffer.from(head), rest, length: undefined },
    model: 'm',
    modelSpan: undefined,
    hints: noFacts(),
    stream: false,
    creates: false,
    credential: undefined,
    acceptedAt: 0,
    signal: new AbortController().signal,
  };
}

void test('a late reference ends a body that is not read yet, and nothing else', async () => {
  const rest = new Readable({ read: () => undefined });
  let found = 0;
  const { body } = rejectLateReferences(passing('{"model":"m","file_', rest), () => found++);
  assert.ok(body.kind === 'streamed');
  const closed = new Promise((resolve) => body.rest.once('close', resolve));
  const ended = once(rest, 'close');
  rest.push('id":"file-1"}');
  await Promise.all([closed, ended]);
  assert.equal(found, 1);
  assert.ok(body.rest.destroyed && rest.destroyed);
});
