import assert from 'node:assert/strict';
import { scanBody } from '../../../src/dialects/scan/json-scan.ts';
import { spliceModel } from '../../../src/dialects/scan/body-facts.ts';
import type { FuzzTarget } from '../target.ts';

/** A model's name as written is no longer. */
const MAX_MODEL_BYTES = 1024;

/** The scan that finds a request's model agrees with `JSON.parse` on everything that parses. */
export function bodyFacts(): FuzzTarget {
  return {
    name: 'body-facts',
    newInputs: 2_000,
    words: [
      '"model":"m"',
      '"stream":true',
      '\\u006dodel',
      '"messages":[]',
      '{"a":',
      '"store":false',
      '\ufeff',
    ],
    seeds: [
      '{"model":"gpt-5","messages":[{"role":"user","content":"hi"}],"stream":true}',
      '{"input":"a","model":"\\u006d","store":false,"previous_response_id":"resp_1","conversation":{"id":"c"}}',
      '{"input_file_id":"file-1","metadata":{"model":"no"},"reasoning":{"effort":"high"},"background":true}',
    ].map((text) => Buffer.from(text)),
    run: (input, random) => {
      const facts = scanBody(input);
      const partial = scanBody(input.subarray(0, random.whole(1, input.length)), { partial: true });
      assert.ok(
        partial.kind === 'facts' || facts.kind === 'fault',
        'a whole body is good and its beginning is not',
      );
      const document = objectIn(input);
      if (document === undefined) return;
      if (facts.kind === 'fault') {
        const isHalf = typeof document['model'] === 'string' && !document['model'].isWellFormed();
        assert.ok(isHalf || isDeep(document), `refused ${facts.code} at ${facts.at}`);
        return;
      }
      assert.ok(facts.whole);
      assert.equal(facts.stream === true, document['stream'] === true);
      assert.ok('stream' in document || facts.stream === undefined);
      const { model } = document;
      if (facts.model !== undefined) assert.equal(facts.model, model);
      else assert.ok(typeof model !== 'string' || input.length > MAX_MODEL_BYTES);
      if (facts.modelSpan === undefined) return;
      const spliced: unknown = JSON.parse(
        spliceModel(input, facts.modelSpan, 'other')
          .toString()
          .replace(/^\ufeff/u, ''),
      );
      assert.deepEqual(spliced, { ...document, model: 'other' });
    },
  };
}

function objectIn(input: Buffer): Record<string, unknown> | undefined {
  const text = input.toString();
  // What is no UTF-8 is read as other text by one and byte for byte by the other.
  if (!Buffer.from(text).equals(input)) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/u, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** Nested deeper than the scan goes. */
function isDeep(document: unknown): boolean {
  let depth = 0;
  let level: unknown[] = [document];
  while (level.length > 0 && depth <= 1000) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([, inner]): unknown => inner)
        : [],
    );
    depth++;
  }
  return depth > 1000;
}
