import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectsOf } from '../../../src/base/json.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { outgoing } from '../../providers/outgoing.ts';
import { CLAUDE_STATE, GEMINI_STATE, MARKED_CALL, sent } from './sent.ts';

const gemini: ConfigParts = { type: 'gemini' };

/** The parts of the one content that is sent to Gemini. */
async function parts(model: string, written: unknown): Promise<unknown> {
  const path = `/v1beta/models/${model}:generateContent`;
  const body = await sent(gemini, path, { contents: [{ role: 'model', parts: written }] });
  const [content] = objectsOf(body['contents']);
  return content?.['parts'];
}

void describe('a conversation in Gemini’s dialect', () => {
  const SKIPPED = 'skip_thought_signature_validator';
  const called = { functionCall: { id: MARKED_CALL, name: 'f', args: { thoughtSignature: GEMINI_STATE } } };
  const plainCall = { functionCall: { id: 'call_1', name: 'f', args: { thoughtSignature: GEMINI_STATE } } };

  void it('has no state of another family, and Gemini’s own unpacked', async () => {
    const written = [
      { text: 'x', thought: true, thoughtSignature: CLAUDE_STATE },
      { text: 'y', thought_signature: GEMINI_STATE },
      { text: 'z', thoughtSignature: 'sigGEM' },
    ];
    for (const model of ['gemini-2.5-flash', 'gemini-3-pro-preview'])
      assert.deepEqual(await parts(model, written), [
        { text: 'x', thought: true },
        { text: 'y', thought_signature: 'sigGEM' },
        { text: 'z', thoughtSignature: 'sigGEM' },
      ]);
    assert.deepEqual(await parts('gemini-2.5-flash', [called]), [plainCall]);
  });

  void it('says of the first call that Gemini 3 did not sign that it is not signed', async () => {
    const named = { function_call: { name: 'g', args: {} }, thoughtSignature: CLAUDE_STATE };
    const other = { functionCall: { name: 'g', args: {} } };
    assert.deepEqual(await parts('gemini-3-pro-preview', [{ text: 'x' }, called, other]), [
      { text: 'x' },
      { ...plainCall, thoughtSignature: SKIPPED },
      other,
    ]);
    assert.deepEqual(await parts('gemini-3.1-flash', [named]), [{ ...named, thoughtSignature: SKIPPED }]);
    assert.deepEqual(await parts('gemini-3.1-flash', other), { ...other, thoughtSignature: SKIPPED });
  });

  void it('keeps a conversation of Gemini’s own byte for byte', async () => {
    const body =
      '{ "contents": [{"parts" :[{"functionCall":{"name":"f"}, "thoughtSignature":"s"},{"functionCall":{"name":"f"}}],"role":"model"}] }';
    const path = '/v1beta/models/gemini-3-pro-preview:generateContent';
    assert.equal((await outgoing(gemini, { path, body })).body, body);
  });
});
