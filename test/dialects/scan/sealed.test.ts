import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noFacts } from '../../../src/dialects/scan/body-facts.ts';
import { scanBody } from '../../../src/dialects/scan/json-scan.ts';
import { sealedAt } from '../../../src/dialects/scan/sealed.ts';

const BLOB = 'x'.repeat(20) + 'AbC/+d9='.repeat(8);

/** The sealed values at the marks of a body. */
function found(body: string): readonly (string | undefined)[] {
  const bytes = Buffer.from(body);
  const facts = scanBody(bytes);
  if (facts.kind === 'fault') throw new Error(facts.message);
  return facts.sealedAt.map((mark) => sealedAt(bytes, mark)?.text);
}

function nested(items: unknown, space?: number): string {
  return JSON.stringify({ model: 'm', input: items }, undefined, space);
}

void describe('the sealed values of a body', () => {
  const forms: Readonly<Record<string, object>> = {
    'encrypted reasoning': { type: 'reasoning', encrypted_content: BLOB },
    'a signature': { type: 'thinking', thinking: 'hm', signature: BLOB },
    'a redacted thought': { type: 'redacted_thinking', data: BLOB },
    'a redacted thought, its type last': { data: BLOB, type: 'redacted_thinking' },
    'Gemini’s signature': { text: 'x', thoughtSignature: BLOB },
    'Gemini’s signature, as Python writes it': { text: 'x', thought_signature: BLOB },
    'OpenRouter’s details': { type: 'reasoning.encrypted', data: BLOB, index: 0 },
  };
  for (const [what, form] of Object.entries(forms)) {
    void it(`is found: ${what}, however it is written`, () => {
      assert.deepEqual(found(nested([form])), [BLOB]);
      assert.deepEqual(found(nested([{ content: [form] }], 2)), [BLOB]);
      const escaped = nested([form])
        .replaceAll('/', String.raw`\/`)
        .replaceAll('=', String.raw`\u003d`);
      assert.deepEqual(found(escaped), [BLOB]);
    });
  }

  void it('are the ids of items of the Responses API too, and of nothing else', () => {
    const id = 'rs_0123456789abcdef0123';
    assert.deepEqual(found(nested([{ type: 'item_reference', id }])), [id]);
    assert.deepEqual(found(nested([{ id: 'msg_0123456789abcdef' }])), ['msg_0123456789abcdef']);
    for (const other of ['call_0123456789abcdef01', 'toolu_0123456789abcdef', '0123456789abcdef0123', 'x']) {
      assert.deepEqual(found(nested([{ id: other }])), [], other);
    }
    assert.deepEqual(found(nested([{ id: 'msg_1' }])), [undefined], 'short ids are not unique to an account');
  });

  void it('is no image, no empty place, and no word that switches a check off', () => {
    assert.deepEqual(found(nested([{ type: 'base64', data: BLOB }])), []);
    for (const signature of ['', 'skip_thought_signature_validator']) {
      assert.deepEqual(found(nested([{ signature }])), [undefined]);
    }
    assert.deepEqual(found(nested([{ signature: null }, { signature: 5 }, 'signature'])), []);
  });

  void it('are the newest, eight at most', () => {
    const signatures = Array.from({ length: 20 }, (_, n) => `${BLOB}${n}`);
    assert.deepEqual(found(nested(signatures.map((signature) => ({ signature })))), signatures.slice(-8));
  });

  void it('are cut where they are long', () => {
    const long = 'y'.repeat(100_000);
    assert.deepEqual(found(nested([{ encrypted_content: long }])), [long.slice(0, 4096)]);
  });

  void it('costs nothing where there is none', () => {
    const facts = scanBody(Buffer.from(nested([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }])));
    assert.ok(facts.kind === 'facts');
    assert.equal(facts.sealedAt, noFacts().sealedAt);
  });
});
