import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
  const plain = (reply: object): object[] => [
    USER,
    reply,
    { role: 'tool', tool_call_id: 'call_1', content: 'r' },
  ];

  void it('goes to each vendor without what that refuses', async () => {
    const { reasoning_content: __, ...unreasoned } = answer;
    const calls = [{ ...bare, id: 'call_1' }];
    assert.deepEqual(await chat(openai), plain({ ...answer, tool_calls: calls }));
    for (const type of ['groq', 'mistral'])
      assert.deepEqual(await chat({ type }), plain({ ...unreasoned, tool_calls: calls }));
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
