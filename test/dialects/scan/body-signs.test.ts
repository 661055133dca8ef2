import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { showsSign, showsSignInSteps } from '../../../src/dialects/scan/body-signs.ts';
import type { Signs } from '../../../src/dialects/scan/body-signs.ts';

const WORD = 'sk1_';
const STEP_BYTES = 16;

function signsOf(isFine: (body: Buffer, object: number) => boolean): Signs {
  return { words: [Buffer.from(WORD)], types: [{ type: Buffer.from('"thinking"'), isFine }] };
}

/** An object is fine that holds an `s`. */
const SIGNS = signsOf((body, object) => body.subarray(object, body.indexOf('}', object)).includes('"s"'));

const FINE = '{"type":"thinking","s":1}';
const POOR = '{"type" : "thinking"}';

void suite('signs in a body', () => {
  for (const [what, text, isShown] of [
    ['nothing', '{"a":[1,2,3]}', false],
    ['a word', `{"a":"${'.'.repeat(100)}${WORD}"}`, true],
    ['an object that is fine', `{"a":[${FINE},${FINE}]}`, false],
    ['one that is not', `{"a":[${FINE},${POOR}]}`, true],
    ['one whose type stands behind another object', `{"a":[{"s":{},"type":"thinking"}]}`, true],
    ['the type as a name', '{"thinking":{"type":"enabled"}}', false],
    ['the type as a text', '{"a":["thinking"]}', false],
    ['the type in a text', String.raw`{"a":"{\"type\":\"thinking\"}"}`, false],
    ['an object that is cut', '{"a":[{"type":"thinking","s":1', true],
    ['no object at all', '"type":"thinking"', true],
    ['nothing at all', '', false],
  ] as const) {
    void test(what, async () => {
      const body = Buffer.from(text);
      assert.equal(showsSign(body, SIGNS), isShown);
      assert.equal(await showsSignInSteps(body, SIGNS, body.length + 1), isShown);
    });
  }

  void test('are found wherever a step ends', async () => {
    for (let before = 0; before < 2 * STEP_BYTES; before++) {
      const start = `{"a":"${'x'.repeat(before)}`;
      assert.equal(await showsSignInSteps(Buffer.from(`${start}${WORD}"}`), SIGNS, STEP_BYTES), true);
      assert.equal(await showsSignInSteps(Buffer.from(`${start}","b":[${POOR}]}`), SIGNS, STEP_BYTES), true);
      assert.equal(await showsSignInSteps(Buffer.from(`${start}","b":[${FINE}]}`), SIGNS, 32), false);
      assert.equal(await showsSignInSteps(Buffer.from(`${start}"}`), SIGNS, STEP_BYTES), false);
    }
  });

  void test('an object that is longer than a step is not looked at as a whole', async () => {
    const body = Buffer.from(`{"a":[{"type":"thinking","s":"${'x'.repeat(STEP_BYTES)}"}]}`);
    assert.equal(showsSign(body, SIGNS), false);
    assert.equal(await showsSignInSteps(body, SIGNS, STEP_BYTES), true);
  });

  void test('what stands in an object that is fine is not looked at again', () => {
    let looks = 0;
    const signs = signsOf(() => ++looks > 0);
    const nested = `${'{"type":"thinking","a":'.repeat(100)}1${'}'.repeat(100)}`;
    assert.equal(showsSign(Buffer.from(`{"a":[${nested},${nested}]}`), signs), false);
    const repeated = `{${'"type":"thinking",'.repeat(100)}"a":1}`;
    assert.equal(showsSign(Buffer.from(`{"a":[${repeated}]}`), signs), false);
    assert.equal(looks, 3);
  });

  void test('a step looks at its bytes alone', async () => {
    let searched = 0;
    const body = Buffer.alloc(10 * STEP_BYTES, 'x');
    const subarray = body.subarray.bind(body);
    const steps: number[] = [];
    const noteStep = (): void => {
      steps.push(searched);
      searched = 0;
      if (steps.length < 20) setImmediate(noteStep);
    };
    Object.assign(body, {
      subarray: (from?: number, to?: number) => {
        const part = subarray(from, to);
        searched += part.length;
        return part;
      },
    });
    setImmediate(noteStep);
    assert.equal(await showsSignInSteps(body, SIGNS, STEP_BYTES), false);
    // Both searches, and what a word needs beyond the end of a step.
    assert.ok(Math.max(...steps) <= 4 * STEP_BYTES, steps.join(' '));
    assert.ok(steps.filter((bytes) => bytes > 0).length >= 9, steps.join(' '));
  });
});
