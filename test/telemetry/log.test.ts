import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { Secret } from '../../src/base/secret.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { LogOptions } from '../../src/telemetry/log.ts';
import type { RequestLogEntry } from '../../src/gateway/request-log-entry.ts';
import { entry } from './entries.ts';

class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function fieldsOf(line: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(line));
}

function logTo(stream: Kept, options: Partial<LogOptions> = {}) {
  return createLog({ level: 'debug', format: 'json', stream, ...options });
}

void test('a line of JSON holds the level, the time, the fields and the message', () => {
  const kept = new Kept();
  logTo(kept).warn('the disk is nearly full', { left: 12, error: new Error('no', { cause: 'reason' }) });
  const { time, error, ...line } = fieldsOf(kept.text);
  assert.deepEqual(line, { level: 'warn', left: 12, msg: 'the disk is nearly full' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(JSON.stringify(error), /"message":"no"/);
});

void test('a request is one line of JSON with all that is known of it', () => {
  const kept = new Kept();
  logTo(kept).request(entry);
  const { level, time, msg, ...line } = fieldsOf(kept.text);
  assert.deepEqual(line, entry);
  assert.deepEqual([level, msg], ['info', 'request']);
  assert.equal(typeof time, 'string');
});

function levelOf(more: Partial<RequestLogEntry>): unknown {
  const kept = new Kept();
  logTo(kept).request({ ...entry, ...more });
  return fieldsOf(kept.text)['level'];
}

void test('the level of a request says whether somebody has to look at it', () => {
  assert.equal(levelOf({}), 'info');
  assert.equal(levelOf({ status: 400, verdict: 'client_error' }), 'info');
  assert.equal(levelOf({ status: 404, code: 'unknown_operation' }), 'info');
  assert.equal(levelOf({ status: 0, verdict: 'cancelled' }), 'info');
  assert.equal(levelOf({ status: 500, code: 'internal_error' }), 'warn');
  assert.equal(levelOf({ status: 429, verdict: 'rate_limit' }), 'warn');
  assert.equal(levelOf({ status: 200, verdict: 'unknown' }), 'warn');
  assert.equal(levelOf({ status: 503, code: 'no_key_available' }), 'error');
  assert.equal(
    levelOf({ status: 502, code: 'upstream_credentials_exhausted', verdict: 'key_dead' }),
    'error',
  );
});

for (const format of ['json', 'pretty'] as const) {
  void test(`less than the level is not logged (${format})`, () => {
    const kept = new Kept();
    const log = logTo(kept, { level: 'warn', format });
    log.debug('one');
    log.info('two');
    log.request(entry);
    assert.equal(kept.text, '');
    log.warn('three');
    log.error('four');
    assert.match(kept.text, /three.*\n.*four/);
  });

  void test(`a secret is not logged, wherever it is (${format})`, async () => {
    const kept = new Kept();
    const log = logTo(kept, { format });
    const secret = new Secret('sk-do-not-tell-0123456789');
    const error = Object.assign(new Error(`bad key ${String(secret)}`, { cause: { secret } }), { secret });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log[level](`a message with ${String(secret)}`);
      log[level]('a field', { secret });
      log[level]('nested', { list: [secret, { deep: { secret } }], map: new Map([['key', secret]]) });
      log[level]('an error', { error });
      log[level]('an error elsewhere', { why: error });
    }
    const careless = { ...entry, credential: secret, headers: { authorization: secret } };
    log.request(careless);
    // A program that takes one argument for another.
    log.request({ ...entry, model: secret.reveal() });
    await log.flush();
    assert.match(kept.text, /\[secret\]/);
    assert.doesNotMatch(kept.text, /do-not-tell/);
  });
}

void test('people see fields behind the message and errors below it', () => {
  const kept = new Kept();
  logTo(kept, { format: 'pretty' }).error('it broke', { count: 2, name: 'x', error: new Error('because') });
  assert.match(kept.text, /^\d\d:\d\d:\d\d error: it broke count=2 name=x\nError: because\n +at /);
});

void test('what clients choose cannot command a terminal or begin a line', () => {
  const kept = new Kept();
  const log = logTo(kept, { format: 'pretty' });
  log.request({ ...entry, model: 'gpt\u001b[2J\n00:00:00 200 forged \u202e\u2028' });
  log.info('said\r\n', { text: '\u001b]0;title\u0007' });
  const lines = kept.text.split('\n');
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Cf}\p{Zl}]/u);
});

void test('with several processes every line names the one that wrote it', () => {
  const json = new Kept();
  const log = logTo(json, { worker: 2 });
  log.info('hello');
  log.request(entry);
  assert.deepEqual(
    json.text
      .trimEnd()
      .split('\n')
      .map((line) => fieldsOf(line)['worker']),
    [2, 2],
  );
  const pretty = new Kept();
  logTo(pretty, { worker: 2, format: 'pretty' }).info('hello');
  assert.match(pretty.text, /^\d\d:\d\d:\d\d #2 hello\n$/);
});

void test('the lines of other processes are passed on as they are', () => {
  const kept = new Kept();
  logTo(kept, { format: 'pretty' }).writeLines('made elsewhere\nas it should be\n');
  assert.equal(kept.text, 'made elsewhere\nas it should be\n');
});

void test('a look chosen by one process is that of another', () => {
  const kept = new Kept();
  logTo(kept, { format: { kind: 'pretty', colors: true, eager: true } }).info('hello');
  assert.ok(kept.text.startsWith('\u001b[90m'));
  assert.equal(stripVTControlCharacters(kept.text).slice(8), ' hello\n');
});
