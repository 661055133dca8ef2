import assert from 'node:assert/strict';
import { SseScanner } from '../../../src/dialects/scan/sse-scanner.ts';
import { cutAt } from '../../support/cuts.ts';
import type { FuzzTarget } from '../target.ts';

/** Frames are the same wherever their stream is cut. */
export function eventStreams(): FuzzTarget {
  return {
    name: 'event-streams',
    newInputs: 2_000,
    words: ['data: ', 'event: ', '\n\n', '\r\n\r\n', '\r', ': ping\n', 'data\n', '\ufeff', '{"error":{}}\n'],
    seeds: [
      'event: a\ndata: {"x":1}\n\ndata: [DONE]\n\n',
      'data: one\r\ndata: two\r\n\r\n: ping\r\n\r\n',
      'data:1\rdata:2\r\r{"error":{"message":"bare"}}\r\r',
    ].map((text) => Buffer.from(text)),
    run: (input, random) => {
      const places = Array.from({ length: random.whole(0, 6) }, () => random.whole(0, input.length));
      assert.deepEqual(framesOf(cutAt(input, places)), framesOf([input]));
    },
  };
}

function framesOf(chunks: readonly Buffer[]): string[] {
  const frames: string[] = [];
  const scanner = new SseScanner({
    onFrame: (name, bytes, start, end) => frames.push(`${name}: ${bytes.toString('latin1', start, end)}`),
    onBareJson: (bytes, start, end) => frames.push(bytes.toString('latin1', start, end)),
  });
  for (const chunk of chunks) {
    // Chunks are lent.
    const lent = Buffer.from(chunk);
    const boundary = scanner.read(lent);
    assert.ok(boundary >= 0 && boundary <= chunk.length);
    lent.fill(0);
  }
  scanner.end();
  return frames;
}
