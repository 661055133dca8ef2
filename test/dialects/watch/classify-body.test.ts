import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedAnswerOf } from '../../../src/dialects/watch/expected-answers.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { findTarget } from '../../../src/dialects/operations/find-target.ts';
import type { Operation } from '../../../src/dialects/operations/operation.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import type { ResponseWatch } from '../../../src/upstream/response-watch.ts';
import { everyCut } from '../../support/cuts.ts';
import { goodAnswers, noAnswers, noAnswersTo } from './body-samples.ts';
import type { Sample } from './body-samples.ts';

const JSON_TYPE = 'application/json';

function operationOf({ method = 'POST', path }: Pick<Sample, 'method' | 'path'>): Operation {
  const headers = path.startsWith('/v1/messages') ? { 'anthropic-version': '2023-06-01' } : {};
  const target = findTarget(method, path, headers);
  assert.ok(typeof target === 'object', path);
  return target.operation;
}

function read(operation: Operation, type: string, chunks: readonly Buffer[]): ResponseWatch {
  const seen = watchAnswer(operation, false, type, '');
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    assert.equal(seen.read(lent), lent.length);
    assert.equal(
      seen.hasOutput || seen.isComplete || seen.error !== undefined,
      false,
      'nothing is known before the end',
    );
    lent.fill(0);
  }
  assert.equal(seen.end(), true);
  return seen;
}

function everyWay(text: string): Buffer[][] {
  const bytes = Buffer.from(text);
  return [[bytes], ...everyCut(bytes)];
}

void describe('a whole answer with the least it must have passes', () => {
  for (const sample of goodAnswers) {
    const { what, body, type = JSON_TYPE, empty = false } = sample;
    const operation = operationOf(sample);
    void it(`${operation.name}: ${what}`, () => {
      for (const chunks of everyWay(body)) {
        const { hasOutput, isComplete, error, ...seen } = read(operation, type, chunks);
        assert.deepEqual([hasOutput, isComplete, error, seen.flaw], [true, true, undefined, undefined]);
        assert.equal(seen.isEmpty, empty);
      }
    });
  }
});

/** Operations whose answer has to have something. */
const checked = operations.filter(
  (operation) => (expectedAnswerOf(operation)?.oneOf.length ?? 0) > 0 && !operation.name.startsWith('audio.'),
);

function assertNone(operation: Operation, type: string, body: string, flaw: string | undefined): void {
  for (const chunks of everyWay(body)) {
    const seen = read(operation, type, chunks);
    assert.equal(seen.hasOutput, false, operation.name);
    assert.equal(seen.flaw, flaw, operation.name);
    if (flaw !== undefined || body.trim() === '')
      assert.deepEqual([seen.error, seen.isComplete], [undefined, false]);
    else assert.equal(seen.error, body.trimStart());
  }
}

void describe('what is no answer is recognised', () => {
  for (const { what, body, type = JSON_TYPE, flaw } of noAnswers) {
    void it(`by every operation that has a least: ${what}`, () => {
      const ways = checked.filter((operation) => !hasLeast(operation, body));
      assert.ok(ways.length > 5);
      for (const operation of ways) assertNone(operation, type, body, flaw);
    });
  }

  for (const { what, path, body, flaw } of noAnswersTo) {
    const operation = operationOf({ path });
    void it(`${operation.name}: ${what}`, () => assertNone(operation, JSON_TYPE, body, flaw));
  }

  void it('wherever a good answer is cut short', () => {
    for (const sample of goodAnswers.filter(({ body }) => /^[[{].+[\]}]$/s.test(body))) {
      const operation = operationOf(sample);
      for (let end = 1; end < sample.body.length; end++) {
        const seen = read(operation, JSON_TYPE, [Buffer.from(sample.body.slice(0, end))]);
        assert.deepEqual(
          [seen.hasOutput, seen.error, seen.flaw],
          [false, undefined, 'cut-json'],
          sample.body.slice(0, end),
        );
      }
    }
  });
});

/** Whether a body that is no answer to most is one to this operation: a list of models may be empty. */
function hasLeast(operation: Operation, body: string): boolean {
  const least = expectedAnswerOf(operation);
  return least?.oneOf.some((key) => body.includes(`"${key}":`)) === true;
}

void describe('an answer too long to be looked through', () => {
  const long = 'x'.repeat(100_000);
  const chat = operationOf({ path: '/v1/chat/completions' });
  const whole = JSON.stringify({ choices: [{ message: { content: long } }] });
  const cases: [what: string, body: string, flaw: string | undefined][] = [
    ['passes where it ends in a bracket', `${whole}\n`, undefined],
    ['is cut where it does not', whole.slice(0, -5), 'cut-json'],
    ['is none where it is no JSON', long, 'not-json'],
  ];
  for (const [what, body, flaw] of cases) {
    void it(what, () => {
      for (const pieces of [1, 7, 64 * 1024]) {
        const bytes = Buffer.from(body);
        const chunks = [bytes.subarray(0, pieces), bytes.subarray(pieces)];
        const seen = read(chat, JSON_TYPE, chunks);
        assert.deepEqual([seen.isComplete, seen.flaw], [flaw === undefined, flaw]);
      }
    });
  }

  void it('is a page where it begins as one', () => {
    assert.ok(read(chat, 'text/html', [Buffer.from(`<html>${long}`)]).error?.startsWith('<html>'));
  });
});

void describe('what is not JSON by its nature', () => {
  const speech = operationOf({ path: '/v1/audio/speech' });
  const transcript = operationOf({ path: '/v1/audio/transcriptions' });
  const content = operationOf({ method: 'GET', path: '/v1/files/f1/content' });
  const page = '<!doctype html><title>Blocked</title>';

  void it('is not a page', () => {
    for (const operation of [speech, transcript]) {
      for (const chunks of everyWay(page)) assert.equal(read(operation, 'text/html', chunks).error, page);
    }
  });

  void it('may be any text that calls itself a page', () => {
    const seen = watchAnswer(transcript, false, 'text/html; charset=utf-8', '');
    seen.read(Buffer.from('\nHello'));
    assert.equal(seen.hasOutput, true);
    seen.end();
    assert.deepEqual([seen.error, seen.isComplete], [undefined, true]);
  });

  void it('is whatever a client once uploaded', () => {
    const seen = watchAnswer(content, false, 'text/html', '');
    seen.read(Buffer.from(page));
    assert.equal(seen.hasOutput, true);
  });
});
