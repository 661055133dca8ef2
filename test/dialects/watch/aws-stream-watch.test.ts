import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { converseStream } from '../../../src/dialects/operations/bedrock.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import { judge } from '../../../src/verdict/judge.ts';
import type { ResponseWatch } from '../../../src/upstream/response-watch.ts';
import { awsFrame, converseEvent, converseException } from '../../support/aws-frames.ts';
import { boundariesOf, cutAt, everyCut } from '../../support/cuts.ts';

type ExpectedKind = 'preamble' | 'output' | 'end' | 'error';

const start = converseEvent('messageStart', { role: 'assistant' });
const empty = converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: '' } });
const hello = converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hällo' } });
const thought = converseEvent('contentBlockDelta', {
  contentBlockIndex: 0,
  delta: { reasoningContent: { text: 'Hm' } },
});
const tool = converseEvent('contentBlockStart', {
  contentBlockIndex: 1,
  start: { toolUse: { toolUseId: 't1', name: 'w' } },
});
const blockStop = converseEvent('contentBlockStop', { contentBlockIndex: 0 });
const stop = converseEvent('messageStop', { stopReason: 'end_turn' });
const metadata = converseEvent('metadata', { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } });

const streams: readonly {
  readonly what: string;
  readonly frames: readonly (readonly [Buffer, ExpectedKind])[];
}[] = [
  {
    what: 'an answer',
    frames: [
      [start, 'preamble'],
      [empty, 'preamble'],
      [hello, 'output'],
      [blockStop, 'output'],
      [stop, 'end'],
      [metadata, 'end'],
    ],
  },
  {
    what: 'a call of a tool, and nothing else',
    frames: [
      [start, 'preamble'],
      [tool, 'output'],
    ],
  },
  {
    what: 'a thought that breaks off',
    frames: [
      [start, 'preamble'],
      [thought, 'output'],
    ],
  },
  {
    what: 'no room, before any output',
    frames: [
      [start, 'preamble'],
      [converseException('throttlingException', 'Too many tokens'), 'error'],
    ],
  },
];

function watch(): ResponseWatch {
  return watchAnswer(converseStream, true, 'application/vnd.amazon.eventstream', '');
}

function seen({ hasOutput, error, isComplete }: ResponseWatch): ExpectedKind {
  if (error !== undefined) return 'error';
  if (isComplete) return 'end';
  return hasOutput ? 'output' : 'preamble';
}

void describe('watching an AWS event stream', () => {
  for (const { what, frames } of streams) {
    const bytes = Buffer.concat(frames.map(([frame]) => frame));
    const ends = frames.map((_, at) => Buffer.concat(frames.slice(0, at + 1).map(([frame]) => frame)).length);

    const check = (chunks: readonly Buffer[]): void => {
      const watching = watch();
      let offset = 0;
      for (const chunk of chunks) {
        const boundary = watching.read(chunk);
        const wanted = ends.findLast((end) => end > offset && end <= offset + chunk.length);
        assert.equal(boundary, wanted === undefined ? 0 : wanted - offset);
        offset += chunk.length;
        const reached = ends.findLastIndex((end) => end <= offset);
        assert.equal(seen(watching), frames[reached]?.[1] ?? 'preamble', `after ${offset} bytes`);
      }
      watching.end();
      assert.equal(seen(watching), frames.at(-1)?.[1]);
    };

    void it(`knows what a frame means as soon as it is whole: ${what}`, () => {
      for (const chunks of [[bytes], ...everyCut(bytes)]) check(chunks);
    });

    void it(`finds the same however the stream is cut: ${what}`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length)), (places) => check(cutAt(bytes, places))),
        { numRuns: 100 },
      );
    });
  }

  void it('gives an exception as JSON that names it', () => {
    const watching = watch();
    watching.read(converseException('throttlingException', 'Too many tokens'));
    assert.equal(watching.error, '{"__type":"throttlingException","message":"Too many tokens"}');
  });

  for (const [exception, verdict] of [
    ['throttlingException', 'rate_limit'],
    ['serviceUnavailableException', 'overloaded'],
    ['internalServerException', 'overloaded'],
    ['modelStreamErrorException', 'overloaded'],
    ['validationException', 'client_error'],
    ['accessDeniedException', 'model_denied'],
  ] as const) {
    void it(`has ${exception} judged by its name`, () => {
      const watching = watch();
      watching.read(Buffer.concat([start, converseException(exception, 'No')]));
      const errorText = watching.error ?? '';
      const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
      const outcome = { kind: 'answered', status: 200, headers, errorText, where: 'stream' } as const;
      assert.equal(judge(outcome, { providerType: 'bedrock', now: 0 }).class, verdict);
    });
  }

  void it('gives an error that has no payload by its headers', () => {
    const watching = watch();
    const headers = {
      ':message-type': 'error',
      ':error-code': 'InternalFailure',
      ':error-message': 'It broke',
    };
    watching.read(awsFrame(headers, ''));
    assert.equal(watching.error, '{"__type":"InternalFailure","message":"It broke"}');
  });

  void it('looks no further than it holds of a frame of megabytes, and finds the next', () => {
    const huge = converseEvent('contentBlockDelta', {
      delta: { text: 'x'.repeat(600_000) },
      contentBlockIndex: 0,
    });
    const watching = watch();
    watching.read(huge);
    assert.equal(seen(watching), 'output');
    const bytes = Buffer.concat([huge, stop]);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, at) =>
      bytes.subarray(at * 1000, (at + 1) * 1000),
    );
    assert.deepEqual(boundariesOf(watching, chunks), [bytes.length]);
    assert.equal(seen(watching), 'end');
  });

  void it('finds nothing more behind bytes that are no frame', () => {
    for (const broken of [Buffer.alloc(64), Buffer.from('HTTP/1.1 500 Internal Server Error\r\n\r\n')]) {
      const watching = watch();
      assert.deepEqual(boundariesOf(watching, [start, broken, hello, stop]), [start.length]);
      assert.equal(seen(watching), 'preamble');
    }
  });

  void it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), fc.nat(), (pieces, at) => {
        const frame = Buffer.from(hello);
        // Its prelude is valid, whatever follows.
        for (const piece of pieces)
          frame.set(piece.subarray(0, frame.length - 12 - (at % 40)), 12 + (at % 40));
        const watching = watch();
        watching.read(frame);
        for (const piece of pieces) watching.read(Buffer.from(piece));
        watching.end();
      }),
    );
  });
});
