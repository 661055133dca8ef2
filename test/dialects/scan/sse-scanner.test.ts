import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { MAX_FRAME_BYTES, SseScanner } from '../../../src/dialects/scan/sse-scanner.ts';
import { boundariesOf, cutAt, everyCut } from '../../support/cuts.ts';

interface Scanned {
  readonly frames: readonly string[];
  readonly boundaries: readonly number[];
}

/** Frames as `name|data`, bare JSON as `!text`. */
function scan(chunks: readonly Buffer[]): Scanned {
  const frames: string[] = [];
  const scanner = new SseScanner({
    onFrame: (name, bytes, start, end) => void frames.push(`${name}|${bytes.toString('utf8', start, end)}`),
    onBareJson: (bytes, start, end) => void frames.push(`!${bytes.toString('utf8', start, end)}`),
  });
  return { boundaries: boundariesOf(scanner, chunks), frames };
}

/** Where frames end, found the slow way: behind each empty line. In bytes. */
function emptyLineEnds(text: string): number[] {
  const ends: number[] = [];
  let offset = 0;
  for (const [line, lineEnd] of text.matchAll(/[^\r\n]*(\r\n|\r|\n)/g)) {
    offset += Buffer.byteLength(line);
    if (line === lineEnd) ends.push(offset);
  }
  return ends;
}

const streams: [what: string, text: string, frames: string[]][] = [
  ['lines ended by LF', 'data: a\n\ndata: b\n\n', ['|a', '|b']],
  ['lines ended by CRLF', 'event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n', ['x|a', '|b']],
  ['lines ended by CR', 'event: x\rdata: a\r\rdata: b\r\r', ['x|a', '|b']],
  [
    'mixed line ends',
    'data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\rdata: e\r\n\r',
    ['|a', '|b', '|c', '|d', '|e'],
  ],
  ['a byte order mark', '\uFEFFdata: a\n\n', ['|a']],
  ['only one byte order mark', 'data: a\n\n\uFEFFdata: b\n\n', ['|a']],
  ['comments', ': ping\n\n:\n\n: x\ndata: a\n: y\n\n', ['|a']],
  ['blank lines', '\n\n\ndata: a\n\n\n\ndata: b\n\n', ['|a', '|b']],
  ['data over several lines', 'data: a\ndata:\ndata\ndata: b\n\n', ['|a\n\n\nb']],
  ['at most one space taken off', 'data:a\n\ndata:  b\n\ndata: \n\n', ['|a', '| b', '|']],
  ['other fields', 'id: 1\nretry: 5\ndatum: x\ndata_x: y\ndata: a\nEVENT: z\n\n', ['|a']],
  ['names', 'event: a\nevent: b\ndata: 1\n\nevent: c\n\ndata: 2\n\nevent\ndata: 3\n\n', ['b|1', '|2', '|3']],
  ['letters of several bytes', 'event: é\ndata: 日本語 🙂\n\n', ['\u00c3\u00a9|日本語 🙂']],
  ['a frame that the end cuts off', 'data: a\n\ndata: b\n', ['|a', '|b']],
  ['a line that the end cuts off', 'data: a\n\ndata: b', ['|a', '|b']],
  ['bare JSON', 'data: a\n\n{"error":{"code":429}}\n', ['|a', '!{"error":{"code":429}}']],
  ['bare JSON over lines', '[{\n  "error": {}\n}]\n\ndata: a\n\n', ['![{\n  "error": {}\n}]', '|a']],
  ['bare JSON before data', '{"error":1}\ndata: a\n\n', ['!{"error":1}', '|a']],
  ['bare JSON without a line end', '{"error":1}', ['!{"error":1}']],
  ['nothing', '', []],
];

void describe('scanning an event stream', () => {
  for (const [what, text, frames] of streams) {
    void it(`reads ${what}, wherever it is cut`, () => {
      const bytes = Buffer.from(text);
      for (const chunks of [[bytes], ...everyCut(bytes)]) {
        const { frames: seen, boundaries } = scan(chunks);
        assert.deepEqual(seen, frames);
        const ends = emptyLineEnds(text);
        assert.ok(boundaries.every((boundary) => ends.includes(boundary)));
        // After a CR at the end of a chunk it is not known yet: its LF may follow.
        if (!text.endsWith('\r')) assert.equal(boundaries.at(-1), ends.at(-1));
      }
    });
  }

  void it('comes to the same in however many pieces', () => {
    const line = fc.oneof(
      fc.constantFrom('data: x', 'data', 'event: e', ': c', '', '', '{"a":1', 'id: 7', 'da', '\uFEFF'),
      fc.string().map((text) => text.replaceAll(/[\r\n]/g, '')),
    );
    const stream = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')))
      .map((lines) => Buffer.from(lines.flat().join('')));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200)), (bytes, places) => {
        const cut = scan(
          cutAt(
            bytes,
            places.map((place) => Math.min(place, bytes.length)),
          ),
        );
        assert.deepEqual(cut.frames, scan([bytes]).frames);
      }),
      { numRuns: 500 },
    );
  });

  void it('shows no more of a huge frame than its bound, and goes on after it', () => {
    const huge = Buffer.from(`data: ${'x'.repeat(MAX_FRAME_BYTES * 3)}\n\ndata: a\n\n`);
    const pieces = Array.from({ length: Math.ceil(huge.length / 16_384) }, (_, at) => (at + 1) * 16_384);
    for (const chunks of [
      [huge],
      cutAt(
        huge,
        pieces.map((place) => Math.min(place, huge.length)),
      ),
    ]) {
      const { frames, boundaries } = scan(chunks);
      assert.deepEqual(
        frames.map((frame) => frame.length),
        [MAX_FRAME_BYTES + 1, 2],
      );
      assert.equal(boundaries.at(-1), huge.length);
    }
  });

  void it('bounds data of many lines too', () => {
    const many = Buffer.from(`${'data: 0123456789\n'.repeat(MAX_FRAME_BYTES / 8)}\ndata: a\n\n`);
    assert.deepEqual(
      scan([many]).frames.map((frame) => frame.length),
      [MAX_FRAME_BYTES + 1, 2],
    );
  });
});
