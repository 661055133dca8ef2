import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConfigParts } from '../../support/gateway.ts';
import { CLAUDE_STATE, GEMINI_STATE, MARKED_CALL, sent } from './sent.ts';

const openai: ConfigParts = { type: 'openai' };

function reasoning(id: string, encrypted?: string): object {
  return {
    type: 'reasoning',
    id,
    summary: [{ type: 'summary_text', text: 'hm' }],
    ...(encrypted !== undefined && { encrypted_content: encrypted }),
  };
}

async function input(parts: ConfigParts, items: readonly object[], store?: boolean): Promise<unknown> {
  const body = { model: 'gpt-5', input: items, ...(store !== undefined && { store }) };
  return (await sent(parts, '/v1/responses', body))['input'];
}

void describe('a conversation in the dialect of the Responses API', () => {
  const USER_ITEM = { role: 'user', content: 'a' };
  void it('goes to OpenAI without reasoning that it could neither find nor decrypt', async () => {
    for (const store of [undefined, true, false])
      for (const item of [
        reasoning('rs_req_1_0', CLAUDE_STATE),
        reasoning('rs_req_1_0'),
        reasoning('x', 'sk1_?'),
      ])
        assert.deepEqual(await input(openai, [USER_ITEM, item, USER_ITEM], store), [USER_ITEM, USER_ITEM]);
    assert.deepEqual(await input(openai, [USER_ITEM, reasoning('rs_68af')], false), [USER_ITEM]);
    assert.deepEqual(await input(openai, [USER_ITEM, { type: 'item_reference', id: 'rs_req_1_0' }]), [
      USER_ITEM,
    ]);
  });

  void it('keeps what OpenAI made', async () => {
    const own = [reasoning('rs_68af', 'gAAAA'), { ...reasoning('rs_68b0', 'gAAAB'), content: [] }];
    for (const store of [undefined, true, false])
      assert.deepEqual(await input(openai, [USER_ITEM, ...own], store), [USER_ITEM, ...own]);
    assert.deepEqual(await input(openai, [USER_ITEM, reasoning('rs_68af')]), [
      USER_ITEM,
      reasoning('rs_68af'),
    ]);
    // Others may take reasoning in the clear.
    const groq: ConfigParts = { type: 'groq' };
    assert.deepEqual(await input(groq, [reasoning('rs_1')], false), [reasoning('rs_1')]);
    assert.deepEqual(await input(groq, [reasoning('rs_req_1_0', GEMINI_STATE), USER_ITEM], false), [
      USER_ITEM,
    ]);
  });

  void it('has plain ids of calls', async () => {
    const call = {
      type: 'function_call',
      id: 'fc_req_1_1',
      call_id: MARKED_CALL,
      name: 'f',
      arguments: '{}',
    };
    const result = { type: 'function_call_output', call_id: MARKED_CALL, output: 'r' };
    assert.deepEqual(await input(openai, [call, result]), [
      { ...call, call_id: 'call_1' },
      { ...result, call_id: 'call_1' },
    ]);
  });
});
