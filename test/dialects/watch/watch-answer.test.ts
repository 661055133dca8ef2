import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { findTarget } from '../../../src/dialects/operations/find-target.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import type { ResponseWatch } from '../../../src/upstream/response-watch.ts';
import { cutAt, everyCut } from '../../support/cuts.ts';
import { streams as openaiStreams } from './openai-streams.ts';
import { vendorStreams } from './anthropic-gemini-streams.ts';
import type { StreamFixture } from './openai-streams.ts';

const streams = [...openaiStreams, ...vendorStreams];

interface State {
  readonly output: boolean;
  readonly failed: boolean;
  readonly complete: boolean;
}

const BEGINNING: State = { output: false, failed: false, complete: false };

function watch(
  path: string,
  contentType: string,
  more: { method?: string; encoding?: string } = {},
): ResponseWatch {
  const target = findTarget(more.method ?? 'POST', path);
  assert.ok(typeof target === 'object');
  return watchAnswer(target.operation, true, contentType, more.encoding ?? '');
}

function stateOf(seen: ResponseWatch): State {
  return { output: seen.hasOutput, failed: seen.error !== undefined, complete: seen.isComplete };
}

/** What is known behind each frame, by the offset of its end. */
function expectedStates(fixture: StreamFixture): [end: number, state: State][] {
  let state = BEGINNING;
  let end = 0;
  return fixture.frames.map(([frame, kind]) => {
    end += Buffer.byteLength(frame);
    state = {
      output: state.output || kind === 'output' || kind === 'end',
      failed: state.failed || kind === 'error' || kind === 'failed',
      complete: state.complete || kind === 'end' || kind === 'failed',
    };
    return [end, state];
  });
}

function checkStream(fixture: StreamFixture, chunks: readonly Buffer[]): void {
  const expected = expectedStates(fixture);
  const seen = watch(fixture.path, 'text/event-stream; charset=utf-8', fixture);
  let offset = 0;
  for (const chunk of chunks) {
    const boundary = seen.read(chunk);
    if (boundary > 0) assert.ok(expected.some(([end]) => end === offset + boundary));
    offset += chunk.length;
    const reached = expected.findLast(([end]) => end <= offset)?.[1] ?? BEGINNING;
    assert.deepEqual(stateOf(seen), reached, `after ${offset} bytes`);
  }
  seen.end();
  assert.deepEqual(stateOf(seen), expected.at(-1)?.[1]);
}

function bytesOf(fixture: StreamFixture): Buffer {
  return Buffer.from(fixture.frames.map(([frame]) => frame).join(''));
}

function readWhole(seen: ResponseWatch, text: string): State {
  assert.equal(seen.read(Buffer.from(text)), Buffer.byteLength(text));
  assert.deepEqual(stateOf(seen), BEGINNING, 'nothing is known before the end');
  seen.end();
  return stateOf(seen);
}

void describe('watching a stream', () => {
  for (const fixture of streams) {
    void it(`knows what a frame means as soon as it is whole: ${fixture.what}`, () => {
      const bytes = bytesOf(fixture);
      for (const chunks of [[bytes], ...everyCut(bytes)]) checkStream(fixture, chunks);
    });
  }

  void it('finds the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(fc.nat()), (fixture, places) => {
        const bytes = bytesOf(fixture);
        checkStream(
          fixture,
          cutAt(
            bytes,
            places.map((place) => place % bytes.length),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  void it('has seen nothing in a stream of nothing', () => {
    for (const path of ['/chat/completions', '/responses', '/audio/speech']) {
      for (const text of ['', '\n\n', ': ping\n\n']) {
        const seen = watch(path, 'text/event-stream');
        seen.read(Buffer.from(text));
        seen.end();
        assert.deepEqual(stateOf(seen), BEGINNING);
      }
    }
  });

  void it('keeps the text of the first error', () => {
    const seen = watch('/chat/completions', 'text/event-stream');
    seen.read(Buffer.from('data: {"error":{"code":"a"}}\n\ndata: {"error":{"code":"b"}}\n\n'));
    assert.equal(seen.error, '{"error":{"code":"a"}}');
  });

  void it('finds an error one level down, in the place of the answer', () => {
    const seen = watch('/chat/completions', 'text/event-stream');
    seen.read(Buffer.from('data: {"code":1,"data":{"error":{"code":"a"}}}\n\n'));
    assert.equal(seen.error, '{"code":1,"data":{"error":{"code":"a"}}}');
  });

  void it('finds an error at the very end that no empty line follows', () => {
    const seen = watch('/chat/completions', 'text/event-stream');
    seen.read(Buffer.from('{"error":{"code":429}}'));
    assert.equal(seen.error, undefined);
    seen.end();
    assert.equal(seen.error, '{"error":{"code":429}}');
  });

  void it('takes a stream under a wrong type for one where a stream was asked for', () => {
    for (const type of ['', 'text/plain; charset=utf-8']) {
      const seen = watch('/chat/completions', type);
      seen.read(Buffer.from('data: {"error":{"code":"a"}}\n\n'));
      assert.equal(seen.error, '{"error":{"code":"a"}}');
    }
  });

  void it('classifies a first event that exceeds the bound by its name', () => {
    const huge = JSON.stringify({
      type: 'response.created',
      response: { instructions: 'x'.repeat(600_000) },
    });
    for (const frame of [`event: response.created\ndata: ${huge}\n\n`, `data: ${huge}\n\n`]) {
      const seen = watch('/responses', 'text/event-stream');
      seen.read(Buffer.from(frame));
      assert.deepEqual(stateOf(seen), BEGINNING);
    }
  });

  void it('never throws, whatever the bytes', () => {
    const piece = fc.constantFrom(
      'data:',
      'event: error',
      '{',
      '"error"',
      ':',
      '"choices":[',
      '}',
      '\n',
      '\r',
      '[DONE]',
    );
    const text = fc.oneof(
      fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array().map((array) => Buffer.from(array)),
    );
    const path = fc.constantFrom('/chat/completions', '/responses', '/images/edits');
    const type = fc.constantFrom('text/event-stream', 'application/json', 'audio/mpeg', '');
    fc.assert(
      fc.property(path, type, text, (operation, contentType, bytes) => {
        const seen = watch(operation, contentType);
        seen.read(bytes);
        seen.end();
      }),
    );
  });
});

void describe('watching a JSON answer', () => {
  const errors = [
    '{"error":{"message":"x"}}',
    ' \n{ "error" :\t"overloaded" }',
    '\n\n   \n{"error":{"code":502},"choices":[]}',
    '{"error":["x"]}',
    '{"error":true',
  ];
  for (const text of errors) {
    void it(`finds the error in ${JSON.stringify(text)}, wherever it is cut`, () => {
      for (const chunks of everyCut(Buffer.from(text))) {
        const seen = watch('/chat/completions', 'application/json');
        for (const chunk of chunks) seen.read(chunk);
        assert.deepEqual(stateOf(seen), BEGINNING);
        seen.end();
        assert.deepEqual(stateOf(seen), { output: false, failed: true, complete: true });
        assert.deepEqual(seen.error?.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
      }
    });
  }

  void it('keeps no more of an error than its bound', () => {
    const seen = watch('/chat/completions', 'application/problem+json');
    const text = `{"error":{"message":"${'x'.repeat(600_000)}"}}`;
    assert.deepEqual(readWhole(seen, text), { output: false, failed: true, complete: true });
    assert.ok((seen.error?.length ?? 0) <= 256 * 1024 + 16);
  });

  void it('takes no bytes at all for no answer to a call, and for an answer to other requests', () => {
    assert.deepEqual(readWhole(watch('/chat/completions', 'application/json'), ''), BEGINNING);
    const deleted = watch('/files/f1', 'application/json', { method: 'DELETE' });
    assert.deepEqual(readWhole(deleted, ''), { output: true, failed: false, complete: true });
  });
});

void describe('watching an answer that cannot be looked into', () => {
  const error = '{"error":{"message":"x"}}';
  const cases: [what: string, opaque: () => ResponseWatch][] = [
    ['audio', () => watch('/audio/speech', 'audio/mpeg')],
    ['a transcript as text', () => watch('/audio/transcriptions', 'text/vtt')],
    ['compressed JSON', () => watch('/chat/completions', 'application/json', { encoding: 'gzip' })],
    ['a compressed stream', () => watch('/chat/completions', 'text/event-stream', { encoding: 'br' })],
    ['the content of a file', () => watch('/files/f1/content', 'application/json', { method: 'GET' })],
  ];
  for (const [what, opaque] of cases) {
    void it(`takes the first byte for output: ${what}`, () => {
      const seen = opaque();
      assert.equal(seen.read(Buffer.alloc(0)), 0);
      assert.deepEqual(stateOf(seen), BEGINNING);
      assert.equal(seen.read(Buffer.from(error)), error.length);
      assert.deepEqual(stateOf(seen), { output: true, failed: false, complete: false });
      seen.end();
      assert.deepEqual(stateOf(seen), { output: true, failed: false, complete: true });
    });
  }

  void it('looks into what is encoded as itself', () => {
    const seen = watch('/chat/completions', 'application/json', { encoding: 'Identity' });
    assert.equal(readWhole(seen, error).failed, true);
  });
});
