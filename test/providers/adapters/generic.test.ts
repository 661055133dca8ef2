import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';

const options = { type: 'generic', genericHost: 'http://127.0.0.1:8080', modelMapping: { '*': 'other' } };

void describe('generic', () => {
  void it('passes path, query, model and body on as the client wrote them', async () => {
    const body = '{"model":"asked","stream":true,"messages":[{"role":"developer","content":"x"}]}';
    for (const path of [
      '/team/a/v1/chat/completions?x=1',
      '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
      '/api/v3/embeddings',
    ]) {
      const sent = await outgoing(options, { path, body });
      assert.equal(`${sent.method} ${sent.url}`, `POST http://127.0.0.1:8080${path}`);
      assert.equal(sent.body, body);
      assert.equal(sent.headers['authorization'], 'Bearer first-key-0123456789');
      assert.equal(sent.translator, undefined);
    }
    const list = await outgoing(options, { method: 'GET', path: '/v1/files?limit=2' });
    assert.equal(`${list.method} ${list.url}`, 'GET http://127.0.0.1:8080/v1/files?limit=2');
  });

  void it('has chats of Anthropic’s clients translated, unless it says that it speaks them', async () => {
    const body = { model: 'asked', max_tokens: 5, system: 'S', messages: [{ role: 'user', content: 'x' }] };
    const request = { path: '/team/a/v1/messages', body };
    const sent = await outgoing({ ...options, modelMapping: {} }, request);
    assert.equal(sent.url, 'http://127.0.0.1:8080/team/a/v1/chat/completions');
    assert.deepEqual(JSON.parse(sent.body), {
      model: 'asked',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'x' },
      ],
      max_tokens: 5,
    });
    const whole = await sent.translator?.translateWhole(
      200,
      {},
      Buffer.from(
        JSON.stringify({
          id: 'c',
          object: 'chat.completion',
          created: 1,
          model: 'asked',
          choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      ),
    );
    assert.match(whole?.toString() ?? '', /"content":\[\{"type":"text","text":"hello"/);

    const text = JSON.stringify(body);
    for (const said of [
      { protocol: 'original' },
      { capabilities: { 'anthropic/v1/messages': '/v1/messages' } },
    ]) {
      const asItIs = await outgoing({ ...options, ...said }, { path: '/v1/messages', body: text });
      assert.equal(asItIs.url, 'http://127.0.0.1:8080/v1/messages');
      assert.equal(asItIs.body, text);
      assert.equal(asItIs.translator, undefined);
      const count = await outgoing(
        { ...options, ...said },
        { path: '/v1/messages/count_tokens', body: text },
      );
      assert.equal(count.url, 'http://127.0.0.1:8080/v1/messages/count_tokens');
    }
  });

  void it('stands behind a path of its own, and needs no key', async () => {
    const open = { type: 'generic', genericHost: 'https://proxy.example.com/x/', apiTokens: [] };
    const sent = await outgoing(open, { path: '/v1/embeddings', body: '{"model":"m"}' });
    assert.equal(sent.url, 'https://proxy.example.com/x/v1/embeddings');
    assert.equal(sent.headers['authorization'], undefined);
  });
});
