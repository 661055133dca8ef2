import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'node:test';
import type { RequestLogEntry } from '../../src/gateway/request-log-entry.ts';
import { requestLine } from '../../src/telemetry/request-line.ts';
import { entry } from './entries.ts';

void test('a line describes a whole request', () => {
  assert.equal(
    requestLine(entry, false),
    '200 chat.completions gpt-5 → gpt-5-mini by gpt-* stream for web · openai-main/team-a (kq3aaaaaaaaa) · 2 tries · ' +
      '312 ms (first 120 ms) · 1.2 KB · ✗ openai-main/b7xaaaaaaaaa key_dead (401)',
  );
});

void test('colors change nothing else', () => {
  const colored = requestLine(entry, true);
  assert.notEqual(colored, requestLine(entry, false));
  assert.equal(stripVTControlCharacters(colored), requestLine(entry, false));
});

void test('a request that never reached a provider is described by its path and error', () => {
  const refused: RequestLogEntry = {
    id: 'req_2',
    method: 'GET',
    path: '/v1/nothing',
    attempts: 0,
    status: 404,
    code: 'unknown_operation',
    durationMs: 0.4,
    bytesIn: 0,
    bytesOut: 90,
  };
  assert.equal(requestLine(refused, false), '404 unknown_operation GET /v1/nothing · 0 ms · 90 B');
});

void test('a client that left and an answer that broke off are distinguished', () => {
  const { failed: _, ...rest } = entry;
  assert.match(requestLine({ ...rest, status: 0 }, false), /^gone chat/);
  assert.match(requestLine({ ...rest, verdict: 'overloaded' }, false), / · ✗ ended as overloaded$/);
  assert.doesNotMatch(requestLine(rest, false), /✗/);
});

void test('an attempt without an answer is described by the fault', () => {
  const failed = [
    { provider: 'p', key: '', verdict: 'unknown', rule: 'fault.not-sent', detail: 'ECONNREFUSED', ms: 1 },
  ] as const;
  assert.match(requestLine({ ...entry, failed }, false), / · ✗ p unknown \(ECONNREFUSED\)$/);
});
