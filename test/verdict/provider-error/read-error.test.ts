import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { readError } from '../../../src/verdict/provider-error/read-error.ts';
import type { ProviderError } from '../../../src/verdict/provider-error/error-fields.ts';

function read(text: string, contentType?: string): ProviderError {
  return readError(text, contentType === undefined ? {} : { 'content-type': contentType });
}

const json = (text: string): ProviderError => read(text, 'application/json');

void describe('readError', () => {
  void it("reads OpenAI's shape", () => {
    const error = json(
      '{"error":{"message":"No","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}',
    );
    assert.equal(error.form, 'json');
    assert.equal(error.message, 'No');
    assert.equal(error.code, 'invalid_api_key');
    assert.equal(error.type, 'invalid_request_error');
    assert.deepEqual(error.names, ['invalid_api_key', 'invalid_request_error']);
  });

  void it("reads Anthropic's shape, with the code of its details", () => {
    const error = json(
      '{"type":"error","error":{"type":"rate_limit_error","message":"No","details":{"error_code":"enforced_spend_limit_reached"}},"request_id":"r"}',
    );
    assert.equal(error.type, 'rate_limit_error');
    assert.deepEqual(error.names, ['rate_limit_error', 'enforced_spend_limit_reached']);
  });

  void it("reads Google's shape, bare and in a list, with its status and reasons", () => {
    const body =
      '{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}';
    for (const text of [body, `[${body}]`]) {
      const error = json(text);
      assert.equal(error.message, 'API key not valid.');
      assert.equal(error.httpStatus, 400);
      assert.deepEqual(error.names, ['400', 'invalid_argument', 'api_key_invalid']);
    }
  });

  void it('reads an error without an envelope', () => {
    assert.equal(
      json('{"message":"No","code":"no_capacity","type":"too_many_requests"}').code,
      'no_capacity',
    );
    assert.equal(json('{"Message":"No"}').message, 'No');
    assert.equal(json('{"title":"Forbidden","status":403,"message":"Out of funds"}').message, 'Out of funds');
  });

  void it('reads what is left of an error that was cut off or is endless', () => {
    const cut = json('{"error":{"message":"Say \\"no\\"\\nnow","type":"requests","code":"rate_limit_exc');
    assert.deepEqual(
      [cut.form, cut.message, cut.type, cut.code],
      ['json', 'Say "no" now', 'requests', 'rate_limit_exc'],
    );
    const endless = json(`{"code":1113,"message":"No balance","echo":"${'x'.repeat(300_000)}"}`);
    assert.deepEqual([endless.message, endless.code], ['No balance', '1113']);
    const good = `{"choices":[{"message":{"content":"{\\"error\\":{\\"code\\":\\"x"`;
    assert.equal(json(good).form, 'text');
  });

  void it('takes no event of a good response for an error', () => {
    const done = '{"type":"response.code_interpreter_call_code.done","code":"import math"}';
    const failed = '{"type":"response.failed","response":{"error":{"code":"server_error","message":"No"}}}';
    assert.equal(read(`data: ${done}\n\n`).form, 'text');
    assert.equal(read(`data: ${done}\n\ndata: ${failed}\n\n`).code, 'server_error');
  });

  void it('counts the names in what a gateway quotes after text of its own', () => {
    const { message, names } = json(
      '{"error":{"message":"BedrockException - {\\"code\\":\\"too_fast\\",\\"message\\":\\"No\\"}","code":"500"}}',
    );
    assert.match(message, /^BedrockException/);
    assert.deepEqual(names, ['500', 'too_fast']);
  });

  void it('reads the shapes of FastAPI, Cloudflare, xAI and Ollama', () => {
    assert.equal(json('{"detail":"Invalid API Key"}').message, 'Invalid API Key');
    assert.equal(
      json('{"detail":[{"loc":["body"],"msg":"missing","type":"value_error"}]}').message,
      'missing',
    );
    assert.equal(json('{"success":false,"errors":[{"code":10000,"message":"No"}]}').code, '10000');
    const xai = json('{"code":"invalid-argument","error":"Incorrect API key provided."}');
    assert.equal(xai.message, 'Incorrect API key provided.');
    assert.equal(xai.code, 'invalid-argument');
    assert.equal(json('{"error":"model not found"}').message, 'model not found');
  });

  void it('takes a single word for a code and several for a message', () => {
    const error = json('{"error":"invalid_grant","message":"Token expired"}');
    assert.equal(error.code, 'invalid_grant');
    assert.equal(error.message, 'Token expired');
    assert.equal(json('"Too many requests"').message, 'Too many requests');
  });

  void it('reads business codes inside a 200, and takes 0 for none', () => {
    assert.equal(json('{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}').code, '1008');
    assert.equal(
      json('{"Response":{"Error":{"Code":"AuthFailure.Expire","Message":"No"}}}').code,
      'authfailure.expire',
    );
    assert.equal(json('{"ErrorMsg":{"Msg":"busy","Code":4001},"Id":"h"}').code, '4001');
    assert.equal(json('{"header":{"code":11200,"message":"AppIdNoAuthError"}}').code, '11200');
    assert.equal(json('{"error_code":18,"error_msg":"qps"}').code, '18');
    assert.equal(json('{"base_resp":{"status_code":0,"status_msg":"success"}}').form, 'text');
    assert.equal(json('{"header":{"code":0,"message":"Success"}}').form, 'text');
  });

  void it('finds names beside the code: quotas violated, the exception of a header, a number in a message', () => {
    const violations = [{ quotaId: 'GenerateRequestsPerDay' }];
    const quota = json(JSON.stringify({ error: { message: 'No', details: [{ violations }] } }));
    assert.deepEqual(quota.names, ['generaterequestsperday']);
    const aws = readError('{"message":"No"}', { 'x-amzn-errortype': 'ThrottlingException:http://a/' });
    assert.deepEqual(aws.names, ['throttlingexception']);
    assert.deepEqual(json('{"__type":"com.amazon#ValidationException","message":"No"}').names, [
      'validationexception',
    ]);
    assert.deepEqual(json('{"error":{"message":"insufficient balance (1008)"}}').names, ['1008']);
    assert.deepEqual(json('{"error":{"message":"[1113][No]"}}').names, ['1113']);
    assert.deepEqual(json('{"message":"<400> InternalError.Algo.DataInspectionFailed: No"}').names, [
      'internalerror.algo.datainspectionfailed',
    ]);
  });

  void it('unwraps an error that was passed on as the text of another', () => {
    const quoted = JSON.stringify({ error: { code: 400, message: 'No', status: 'INVALID_ARGUMENT' } });
    const error = json(JSON.stringify({ error: { message: quoted, code: 429 } }));
    assert.equal(error.message, 'No');
    assert.deepEqual(error.names, ['400', 'invalid_argument', '429']);
  });

  void it('leaves links out of the prose', () => {
    const error = json('{"error":{"message":"Slow down. See https://a.example/settings/billing for more"}}');
    assert.equal(error.prose, 'Slow down. See  for more');
    assert.match(error.message, /settings\/billing/);
  });

  void it('finds the error among the events of a stream', () => {
    const stream = [
      ': keep-alive',
      '',
      'event: response.created',
      'data: {"type":"response.created","response":{"error":null}}',
      '',
      'event: response.failed',
      'data: {"type":"response.failed",',
      'data:  "response":{"error":{"code":"server_error","message":"No"}}}',
      '',
    ];
    for (const newline of ['\n', '\r\n', '\r']) {
      assert.equal(read(stream.join(newline), 'text/event-stream').code, 'server_error');
    }
    assert.equal(read('data: {"error":{"message":"No"}}').message, 'No');
    assert.equal(read('data: [DONE]\n\n').form, 'text');
  });

  void it("reads the flat error event of OpenAI's responses", () => {
    const error = read('data: {"type":"error","code":"server_error","message":"No","param":null}\n\n');
    assert.equal(error.code, 'server_error');
    assert.equal(error.type, undefined);
  });

  void it('knows a page of HTML by its first character or its content type, and JSON in spite of that type', () => {
    const page = '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>';
    assert.equal(read(page).form, 'html');
    assert.equal(read(page).message, '502 Bad Gateway');
    assert.equal(read('Bad Gateway', 'text/html; charset=utf-8').form, 'html');
    assert.equal(read('{"error":{"message":"No"}}', 'text/html').form, 'json');
  });

  void it('takes what it cannot read as text, and nothing as empty', () => {
    assert.equal(read('upstream connect error', 'text/plain').message, 'upstream connect error');
    assert.equal(read('{"id": 1, "message', 'application/json').form, 'text');
    assert.equal(read(' \n').form, 'empty');
  });

  void it('keeps what it returns within bounds, however deep and long the text', () => {
    const long = json(JSON.stringify({ error: { message: 'x'.repeat(9000), code: 'y'.repeat(9000) } }));
    assert.ok(long.message.length <= 2000);
    assert.ok((long.code?.length ?? 0) <= 100);
    const details = Array.from({ length: 500 }, () => ({ reason: 'R' }));
    assert.ok(json(JSON.stringify({ error: { message: 'x', details } })).names.length < 40);
    const deep = `${'{"error":'.repeat(5000)}1${'}'.repeat(5000)}`;
    assert.equal(json(deep).message.length <= 2000, true);
  });

  void it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        fc.option(fc.string()),
        (text, type) => {
          const error = read(text, type ?? undefined);
          assert.ok(error.message.length <= 2000);
        },
      ),
    );
  });
});
