import assert from 'node:assert/strict';
import { AwsFrameScanner } from '../../../src/dialects/scan/aws-frame-scanner.ts';
import { cutAt } from '../../support/cuts.ts';
import { awsFrame, converseEvent } from '../../support/aws-frames.ts';
import type { FuzzTarget } from '../target.ts';

/** Frames are the same wherever their stream is cut. */
export function awsStreams(): FuzzTarget {
  return {
    name: 'aws-streams',
    newInputs: 2_000,
    words: [awsFrame({ a: 'b' }, '{}').toString('latin1')],
    seeds: [
      Buffer.concat([converseEvent('messageStart', { role: 'assistant' }), converseEvent('messageStop', {})]),
      awsFrame({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, '{"message":"x"}'),
      awsFrame({}, ''),
    ],
    run: (input, random) => {
      const places = Array.from({ length: random.whole(0, 6) }, () => random.whole(0, input.length));
      assert.deepEqual(framesOf(cutAt(input, places)), framesOf([input]));
    },
  };
}

function framesOf(chunks: readonly Buffer[]): string[] {
  const frames: string[] = [];
  const scanner = new AwsFrameScanner({
    onFrame: (headers, bytes, start, end) =>
      frames.push(`${JSON.stringify([...headers])} ${bytes.toString('latin1', start, end)}`),
  });
  for (const chunk of chunks) {
    // Chunks are lent.
    const lent = Buffer.from(chunk);
    const boundary = scanner.read(lent);
    assert.ok(boundary >= 0 && boundary <= chunk.length);
    lent.fill(0);
  }
  return frames;
}
