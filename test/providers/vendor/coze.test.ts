import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';
import {
  chunksOf,
  event,
  frames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const path = '/v1/chat/completions';
const body = {
  model: 'bot-1',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Bye' },
  ],
};
const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

async function sendChat(more: object = {}) {
  return outgoing({ type: 'coze' }, { path, body: { ...body, ...more } });
}

const created = { id: 'chat-1', conversation_id: 'c-1', status: 'created' };
const stream = frames(
  event('conversation.chat.created', created),
  event('conversation.chat.in_progress', { ...created, status: 'in_progress' }),
  event('conversation.message.delta', { type: 'answer', content: '', reasoning_content: 'hm' }),
  event('conversation.message.delta', { type: 'answer', content: 'Gü' }),
  event('conversation.message.delta', { type: 'answer', content: 'te' }),
  event('conversation.message.completed', { type: 'answer', content: 'Güte' }),
  event('conversation.message.completed', { type: 'follow_up', content: 'And then?' }),
  event('conversation.chat.completed', {
    ...created,
    status: 'completed',
    usage: { token_count: 12, output_count: 7, input_count: 5 },
  }),
  event('done', '"[DONE]"'),
);

void describe('Coze', () => {
  void it('is sent a request for a stream, whatever the client wants', async () => {
    for (const more of [{}, { stream: true }]) {
      const sent = await sendChat({ ...more, user: 'u-1' });
      assert.equal(`${sent.method} ${sent.url}`, 'POST https://api.coze.cn/v3/chat');
      assert.equal(sent.headers['authorization'], 'Bearer first-key-0123456789');
      assert.deepEqual(JSON.parse(sent.body), {
        bot_id: 'bot-1',
        user_id: 'u-1',
        stream: true,
        auto_save_history: false,
        additional_messages: [
          { role: 'user', type: 'question', content: 'Be brief.', content_type: 'text' },
          { role: 'user', type: 'question', content: 'Hi', content_type: 'text' },
          { role: 'assistant', type: 'answer', content: 'Hello', content_type: 'text' },
          { role: 'user', type: 'question', content: 'Bye', content_type: 'text' },
        ],
      });
    }
  });

  void it('has its stream translated to one completion where the client wants one', async () => {
    const { translator } = await sendChat();
    assert.deepEqual(await translatedWhole(translator, stream, { 'content-type': 'text/event-stream' }), {
      id: 'chat-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'bot-1',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Güte', reasoning_content: 'hm' },
          finish_reason: 'stop',
        },
      ],
      usage,
    });
  });

  void it('streams, wherever its frames are cut', async () => {
    const output = await translatedAtEveryCut(
      async () => (await sendChat({ stream: true })).translator,
      stream,
    );
    assert.ok(output.isWhole);
    assert.deepEqual(chunksOf(output.text), [
      {
        choices: [{ index: 0, delta: { role: 'assistant', reasoning_content: 'hm' }, finish_reason: null }],
      },
      { choices: [{ index: 0, delta: { content: 'Gü' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: 'te' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      '[DONE]',
    ]);
  });

  void it('may send all at once', async () => {
    const { translator } = await sendChat({ stream: true });
    const card = frames(
      event('conversation.message.completed', { type: 'answer', content: '{"card":1}' }),
      event('conversation.chat.completed', created),
    );
    const output = await translatedStream(translator, card);
    assert.ok(output.isWhole);
    assert.match(output.text, /"content":"\{\\"card\\":1\}"/);
  });

  void it('has no end marker written that did not come', async () => {
    const cut = frames(event('conversation.message.delta', { type: 'answer', content: 'a' }));
    const { translator: whole } = await sendChat();
    const output = translatedWhole(whole, cut, { 'content-type': 'text/event-stream' });
    await assert.rejects(output, { name: 'TranslationError' });
    const { translator } = await sendChat({ stream: true });
    assert.equal((await translatedStream(translator, cut)).isWhole, false);
  });

  void it('takes its own requests as they are', async () => {
    const own = { type: 'coze', protocol: 'original' };
    const sent = await outgoing(own, {
      path: '/v3/chat?conversation_id=c-1',
      body: '{"bot_id":"b", "stream":true}',
    });
    assert.equal(sent.url, 'https://api.coze.cn/v3/chat?conversation_id=c-1');
    assert.equal(sent.body, '{"bot_id":"b", "stream":true}');
    const list = await outgoing(own, { method: 'GET', path: '/v3/chat/message/list?chat_id=1' });
    assert.equal(`${list.method} ${list.url}`, 'GET https://api.coze.cn/v3/chat/message/list?chat_id=1');
  });
});
