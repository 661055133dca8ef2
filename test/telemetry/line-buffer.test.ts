import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineBuffer } from '../../src/telemetry/line-buffer.ts';

/** What comes out of these pieces, each time something does. */
function passedOn(pieces: readonly Buffer[], maxBytes?: number): string[] {
  const passed: string[] = [];
  const lines = new LineBuffer((text) => passed.push(text), maxBytes);
  for (const piece of pieces) lines.push(piece);
  return passed;
}

void test('lines are whole wherever they were cut, in the middle of a character too', () => {
  const text = 'one\n\nthree: naïve 🔑\nfour\n';
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const passed = passedOn(pieces);
    assert.equal(passed.join(''), text);
    assert.ok(passed.every((lines) => lines.endsWith('\n')));
  }
});

void test('half a line is kept back until its end comes', () => {
  assert.deepEqual(passedOn([Buffer.from('one\nha')]), ['one\n']);
  assert.deepEqual(passedOn([Buffer.from('one\nha'), Buffer.from('lf\n')]), ['one\n', 'half\n']);
});

void test('a line beyond the bound is left out, and those around it are not', () => {
  const pieces = ['short\n12345', '67890', '12345\nnext\n', 'last\n'].map((piece) => Buffer.from(piece));
  assert.deepEqual(passedOn(pieces, 12), ['short\n', 'next\n', 'last\n']);
});
