import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UnreadableReasoning } from '../../src/failover/unreadable-reasoning.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { configOf } from '../config/parsing.ts';
import { callFor } from '../providers/outgoing.ts';

const SEALED = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'theirs' };
const USER = { role: 'user', content: 'a' };

/** A call of Responses, and the bytes that are counted for it. */
function callOf(input: readonly object[]) {
  let held = 0;
  const memory = { hold: (bytes: number) => (held += bytes) >= 0, release: () => assert.fail() };
  const body = { model: 'gpt-5', input };
  return { call: { ...callFor({ path: '/v1/responses', body }), memory }, held: () => held };
}

void suite('a request without the reasoning in it that cannot be read', () => {
  const [config = assert.fail()] = configOf('provider: { type: openai }').providers;
  const provider = openProvider(config, () => FRESH);

  void test('counts as memory that is held beside the one that came', () => {
    const { call: sealed, held } = callOf([SEALED, USER]);
    const left = new UnreadableReasoning().learn(sealed, provider)?.call.body;
    assert.ok(left?.kind === 'buffered');
    assert.deepEqual(JSON.parse(left.bytes.toString()), { model: 'gpt-5', input: [USER] });
    assert.equal(held(), left.bytes.length);
  });

  void test('is the very same where nothing is known, and takes no memory', () => {
    const reasoning = new UnreadableReasoning();
    const { call: other, held } = callOf([{ ...SEALED, encrypted_content: 'ours' }, USER]);
    assert.equal(reasoning.known(other, provider), undefined);
    assert.ok(reasoning.learn(callOf([SEALED]).call, provider));
    assert.equal(reasoning.known(other, provider), undefined);
    assert.ok(reasoning.known(callOf([SEALED]).call, provider));
    assert.equal(held(), 0);
  });
});
