import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';

const options = { type: 'generic', genericHost: 'http://127.0.0.1:8080', modelMapping: { '*': 'other' } };

void describe('generic', () => {
  void it('passes path, query, model and body on as the client wrote them', async () => {
    const body = '{"model":"asked","stream":true,"messages":[{"role":"developer","content":"x"}]}';
    for (const path of [
      '/team/a/v1/chat/completions?x=1',
      '/v1/messages',
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

  void it('stands behind a path of its own, and needs no key', async () => {
    const open = { type: 'generic', genericHost: 'https://proxy.example.com/x/', apiTokens: [] };
    const sent = await outgoing(open, { path: '/v1/embeddings', body: '{"model":"m"}' });
    assert.equal(sent.url, 'https://proxy.example.com/x/v1/embeddings');
    assert.equal(sent.headers['authorization'], undefined);
  });
});
