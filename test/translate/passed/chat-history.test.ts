import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectsOf } from '../../../src/base/json.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { MARKED_CALL, sent } from './sent.ts';

const openai: ConfigParts = { type: 'openai' };
const USER = { role: 'user', content: 'a' };

void describe('a chat', () => {
  const call = {
    id: MARKED_CALL,
    type: 'function',
    function: { name: 'f', arguments: '{"extra_content":1}' },
    extra_content: { google: { thought_signature: 'sigGEM' } },
  };
  const answer = { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [call] };
  const messages = [USER, answer, { role: 'tool', tool_call_id: MARKED_CALL, content: 'r' }];
  const chat = async (parts: ConfigParts): Promise<unknown> =>
    (await sent(parts, '/v1/chat/completions', { model: 'm', messages }))['messages'];
  const { extra_content: _, ...bare } = call;
  const plain = (reply: object, id = 'call_1'): object[] => [
    USER,
    reply,
    { role: 'tool', tool_call_id: id, content: 'r' },
  ];

  void it('goes to each vendor without what that refuses', async () => {
    const { reasoning_content: __, ...unreasoned } = answer;
    const calls = [{ ...bare, id: 'call_1' }];
    assert.deepEqual(await chat(openai), plain({ ...answer, tool_calls: calls }));
    assert.deepEqual(await chat({ type: 'groq' }), plain({ ...unreasoned, tool_calls: calls }));
  });

  void it('goes to Mistral with ids of nine letters and digits, the same for a call and its result', async () => {
    for (const [config, model] of [
      [{ type: 'mistral' }, 'm'],
      [{ type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' }, 'Mistral-Small-24B'],
    ] as const) {
      const body = await sent(config, '/v1/chat/completions', { model, messages });
      const [, answered, result] = objectsOf(body['messages']);
      const [made] = objectsOf(answered?.['tool_calls']);
      assert.match(String(made?.['id']), /^[a-zA-Z0-9]{9}$/u);
      assert.equal(result?.['tool_call_id'], made?.['id']);
      assert.equal(answered?.['reasoning_content'], config.type === 'mistral' ? undefined : 'hm');
    }
  });

  void it('goes to OpenAI’s own models without reasoning, which other hosts of its API want back', async () => {
    const own = await sent(openai, '/v1/chat/completions', { model: 'gpt-5', messages });
    assert.equal(objectsOf(own['messages'])[1]?.['reasoning_content'], undefined);
    assert.equal(objectsOf(await chat(openai))[1]?.['reasoning_content'], 'hm');
  });

  void it('keeps Gemini’s signatures for who may pass them on to it', async () => {
    const google = 'https://generativelanguage.googleapis.com/v1beta/openai';
    for (const config of [
      { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' },
      { type: 'openai', baseUrl: google },
    ])
      assert.deepEqual(await chat(config), plain({ ...answer, tool_calls: [{ ...call, id: 'call_1' }] }));
  });
});
