import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packOpaqueState } from '../../../src/translate/opaque-state.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { outgoing } from '../../providers/outgoing.ts';
import { CLAUDE_STATE, GEMINI_STATE, MARKED_CALL, sent } from './sent.ts';

const BEDROCK = packOpaqueState({ amazonBedrock: { signature: 'sigABC' } });
const REDACTED = packOpaqueState({ amazonBedrock: { redactedContent: 'shut' } });

const claude: ConfigParts = { type: 'claude' };
const USER = { role: 'user', content: 'a' };
const NEXT = { role: 'user', content: 'c' };
const TEXT = { type: 'text', text: 'b' };

function thinking(signature?: string): object {
  return { type: 'thinking', thinking: 'hm', ...(signature !== undefined && { signature }) };
}

/** The messages that are sent of a conversation with these blocks of the model's. */
async function content(parts: ConfigParts, model: string, blocks: readonly object[]): Promise<unknown> {
  const messages = [USER, { role: 'assistant', content: blocks }, NEXT];
  return (await sent(parts, '/v1/messages', { model, max_tokens: 9, messages }))['messages'];
}

void describe('a conversation in Anthropic’s dialect', () => {
  void it('keeps what Claude signed, byte for byte', async () => {
    const body =
      '{ "model":"claude-sonnet-4-5", "messages":[{"role":"assistant","content":[{"signature":"abc","thinking":"a {\\"type\\":\\"thinking\\"}","type": "thinking"},{"type":"text","text":"sk1_ is {no mark}"}]} , {"role":"user","content":"1.0"}],"max_tokens":1.0}';
    assert.equal((await outgoing(claude, { path: '/v1/messages', body })).body, body);
  });

  for (const [name, block] of [
    ['with an empty signature', thinking('')],
    ['without a signature', thinking()],
    ['with Gemini’s state', thinking(GEMINI_STATE)],
    ['with state that cannot be read', thinking('sk1_?')],
    ['hidden, with Gemini’s state', { type: 'redacted_thinking', data: GEMINI_STATE }],
  ] as const) {
    void it(`goes to Claude without thinking ${name}`, async () => {
      assert.deepEqual(await content(claude, 'claude-sonnet-4-5', [block, TEXT]), [
        USER,
        { role: 'assistant', content: [TEXT] },
        NEXT,
      ]);
      // Anthropic refuses an empty message.
      assert.deepEqual(await content(claude, 'claude-sonnet-4-5', [block]), [USER, NEXT]);
    });
  }

  void it('goes to Claude with what Claude signed elsewhere', async () => {
    for (const packed of [CLAUDE_STATE, BEDROCK])
      assert.deepEqual(await content(claude, 'claude-sonnet-4-5', [thinking(packed), TEXT]), [
        USER,
        { role: 'assistant', content: [thinking('sigABC'), TEXT] },
        NEXT,
      ]);
    assert.deepEqual(await content(claude, 'c', [{ type: 'redacted_thinking', data: REDACTED }, TEXT]), [
      USER,
      { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'shut' }, TEXT] },
      NEXT,
    ]);
  });

  void it('goes to others of the dialect with their thinking, and without our marks', async () => {
    const others: ConfigParts = { type: 'deepseek' };
    const blocks = [thinking(''), thinking('theirs'), thinking(GEMINI_STATE), TEXT];
    assert.deepEqual(await content(others, 'deepseek-chat', blocks), [
      USER,
      { role: 'assistant', content: [thinking(''), thinking('theirs'), thinking(''), TEXT] },
      NEXT,
    ]);
  });

  void it('has plain ids of calls, and the same in their results', async () => {
    const call = { type: 'tool_use', id: MARKED_CALL, name: 'f', input: { id: MARKED_CALL } };
    const result = {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: MARKED_CALL, content: 'r' }],
    };
    const messages = [USER, { role: 'assistant', content: [call] }, result];
    const body = await sent(claude, '/v1/messages', { model: 'claude-sonnet-4-5', messages });
    assert.deepEqual(body['messages'], [
      USER,
      { role: 'assistant', content: [{ ...call, id: 'call_1' }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'r' }] },
    ]);
  });

  void describe('in a turn whose calls another model made', () => {
    const BUDGET = { type: 'enabled', budget_tokens: 2000 };
    const call = { type: 'tool_use', id: 't', name: 'f', input: {} };
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }, TEXT] };
    const turn = (...blocks: object[]): object[] => [USER, { role: 'assistant', content: blocks }, result];
    const edits = [{ type: 'clear_thinking_20251015', keep: 'all' }, { type: 'clear_tool_uses_20250919' }];
    const ask = (messages: object[], wanted: object = BUDGET): Promise<Record<string, unknown>> =>
      sent(claude, '/v1/messages', {
        model: 'claude-sonnet-4-5',
        thinking: wanted,
        context_management: { edits },
        messages,
      });

    void it('does not ask Claude to think by a budget until it is over', async () => {
      for (const blocks of [[call], [thinking(''), call], [thinking(GEMINI_STATE), call]]) {
        const body = await ask(turn(...blocks));
        assert.deepEqual(body['thinking'], { type: 'disabled' });
        assert.deepEqual(body['context_management'], { edits: edits.slice(1) });
      }
    });

    void it('asks for what the client asked for otherwise', async () => {
      const later = [...turn(thinking('sigABC'), call), { role: 'assistant', content: [call] }, result];
      const over = [...turn(call), { role: 'assistant', content: [TEXT] }, NEXT];
      for (const messages of [turn(thinking('sigABC'), call), later, over, [USER]])
        assert.deepEqual((await ask(messages))['thinking'], BUDGET);
      const adaptive = { type: 'adaptive' };
      assert.deepEqual((await ask(turn(call), adaptive))['thinking'], adaptive);
    });
  });
});
