import assert from 'node:assert/strict';
import { scanForm } from '../../../src/dialects/scan/form-scan.ts';
import type { FuzzTarget } from '../target.ts';

const BOUNDARY = 'b0undary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** A form's facts are the same however it is cut, and what cannot be read is a value. */
export function forms(): FuzzTarget {
  return {
    name: 'forms',
    newInputs: 2_000,
    words: [
      `\r\n--${BOUNDARY}\r\n`,
      `\r\n--${BOUNDARY}--`,
      'content-disposition: form-data; name="model"\r\n\r\n',
      'filename="a"',
      "name*=utf-8''m",
    ],
    seeds: [
      formOf([
        ['model', 'whisper-1'],
        ['stream', 'true'],
      ]),
      formOf([
        ['purpose', 'batch'],
        ['model', 'a'],
        ['model', 'b'],
      ]),
    ],
    run: (input, random) => {
      const whole = scanForm(input, TYPE);
      const cut = random.whole(0, input.length);
      const partial = scanForm(input.subarray(0, cut), TYPE, { partial: true });
      assert.ok(
        partial.kind === 'facts' || whole.kind === 'fault',
        'a whole form is good and its beginning is not',
      );
      if (whole.kind === 'fault') assert.ok(whole.at >= 0 && whole.at <= input.length);
      else if (whole.modelSpan !== undefined)
        assert.equal(input.toString('utf8', whole.modelSpan.start, whole.modelSpan.end), whole.model);
    },
  };
}

function formOf(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts = fields.map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`);
}
