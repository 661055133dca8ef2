import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineScanner } from '../../../src/dialects/scan/line-scanner.ts';
import { everyCut } from '../../support/cuts.ts';

/** The lines that are found, and where in all bytes the last whole one ends. */
function scan(pieces: readonly Buffer[]): { readonly lines: readonly string[]; readonly boundary: number } {
  const lines: string[] = [];
  const scanner = new LineScanner({
    onFrame: (_, bytes, start, end) => lines.push(bytes.toString('utf8', start, end)),
    onBareJson: () => assert.fail('a line is a frame'),
  });
  let before = 0;
  let boundary = 0;
  for (const piece of pieces) {
    // A reader may not keep what it is lent.
    const lent = Buffer.from(piece);
    const within = scanner.read(lent);
    lent.fill(0);
    if (within > 0) boundary = before + within;
    before += piece.length;
  }
  scanner.end();
  return { lines, boundary };
}

void describe('a stream of JSON lines', () => {
  const text = Buffer.from('{"a":"ü"}\n\n{"b":2}\r\n  \n{"c":3}');

  void it('is found line by line, wherever its chunks are cut', () => {
    for (const pieces of everyCut(text)) {
      const { lines, boundary } = scan(pieces);
      assert.deepEqual(lines, ['{"a":"ü"}', '{"b":2}', '{"c":3}']);
      assert.equal(boundary, text.lastIndexOf('\n') + 1);
    }
  });

  void it('has no line where nothing came', () => {
    assert.deepEqual(scan([]).lines, []);
    assert.deepEqual(scan([Buffer.from('\n\r\n')]).lines, []);
  });

  void it('is held up to a bound, where a line is longer than any that matters', () => {
    const [line] = scan([Buffer.from(`{"a":"${'x'.repeat(300_000)}"}\n`)]).lines;
    assert.equal(line?.length, 256 * 1024);
  });
});
