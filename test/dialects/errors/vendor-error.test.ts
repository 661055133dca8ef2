import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseObject } from '../../../src/base/json.ts';
import {
  clientErrorBody,
  clientErrorEvent,
  clientErrorLine,
} from '../../../src/dialects/errors/client-error.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { readError } from '../../../src/verdict/provider-error/read-error.ts';
import type { ErrorForm } from '../../../src/dialects/operations/operation.ts';

/* Errors of the gateway's own, for clients that speak a vendor's own API. */

const error = { status: 429, message: 'Too much.', code: 'rate_limited' };

const forms: readonly [form: ErrorForm, whole: object, ending: object][] = [
  [
    'bedrock-converse',
    { __type: 'ThrottlingException', message: 'Too much.', reason: 'rate_limited' },
    { __type: 'ThrottlingException', message: 'Too much.', reason: 'rate_limited' },
  ],
  ['text', { error: 'Too much.' }, { error: 'Too much.' }],
  [
    'cohere',
    { message: 'Too much.', code: 'rate_limited' },
    { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'Too much.' } },
  ],
  [
    'dashscope',
    { code: 'rate_limited', message: 'Too much.' },
    { code: 'rate_limited', message: 'Too much.' },
  ],
  [
    'minimax',
    { base_resp: { status_code: 1002, status_msg: 'Too much.' } },
    { base_resp: { status_code: 1002, status_msg: 'Too much.' } },
  ],
  [
    'tencent',
    { Response: { Error: { Code: 'rate_limited', Message: 'Too much.' } } },
    { ErrorMsg: { Msg: 'Too much.', Code: 429 } },
  ],
];

/** The exception that Bedrock's clients raise. */
function typeOf(status: number): unknown {
  return parseObject(clientErrorBody('bedrock-converse', { ...error, status }))?.['__type'];
}

void describe('an error for a client of a vendor’s own API', () => {
  for (const [form, whole, ending] of forms) {
    void it(`has the form of ${form}`, () => {
      assert.deepEqual(JSON.parse(clientErrorBody(form, error)), whole);
      assert.deepEqual(JSON.parse(clientErrorLine(form, error)), ending);
      const [, data = ''] = /^data: (.*)$/mu.exec(clientErrorEvent(form, error)) ?? [];
      assert.deepEqual(JSON.parse(data), ending);
    });

    void it(`of ${form} is one that the rules read as the vendor’s`, () => {
      for (const text of [clientErrorBody(form, error), clientErrorEvent(form, error)])
        assert.equal(readError(text, {}).message, 'Too much.');
    });
  }

  void it('is of a status that a vendor knows', () => {
    const types = [400, 403, 404, 500, 503, 504].map(typeOf);
    assert.deepEqual(types, [
      'ValidationException',
      'AccessDeniedException',
      'ResourceNotFoundException',
      'InternalServerException',
      'ServiceUnavailableException',
      'ModelTimeoutException',
    ]);
  });

  void it('is of some form for every operation', () => {
    for (const { errorForm, name } of operations)
      assert.ok(clientErrorBody(errorForm, error).includes('Too much.'), name);
  });
});
