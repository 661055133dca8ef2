import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import { plainFrames } from './translated.ts';

const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
const metadata = { usage };
const STREAM = plainFrames(
  { event: 'message', answer: 'Good', conversation_id: 'c-1' },
  { event: 'message', answer: '-bye', conversation_id: 'c-1' },
  { event: 'message_end', conversation_id: 'c-1', metadata },
);

void describe('Dify, for a client that speaks Anthropic’s dialect', () => {
  const body = {
    model: 'm',
    max_tokens: 100,
    system: 'Be brief.',
    messages: [{ role: 'user', content: 'Bye' }],
  };
  const headers = { 'anthropic-version': '2023-06-01' };

  void it('answers a message', async (t) => {
    const answer = JSON.stringify({ answer: 'Good-bye', conversation_id: 'c-1', metadata });
    const upstream = await rawUpstream(t, ({ end }) =>
      end(rawAnswer('200 OK', ['content-type: application/json'], answer)),
    );
    const provider = {
      id: 'p',
      type: 'dify',
      baseUrl: `${upstream.origin}/v1`,
      apiTokens: ['key-0123456789'],
    };
    const gateway = await gatewayFor(t, { config: { providers: [provider] } });
    const response = await ask(gateway.url, { path: '/v1/messages', body, headers });
    const output = response.json();
    assert.ok(typeof output === 'object' && output !== null && 'content' in output && 'role' in output);
    assert.deepEqual(output.content, [{ type: 'text', text: 'Good-bye', citations: null }]);
    assert.equal(output.role, 'assistant');
    const [request] = upstream.requests;
    assert.equal(request?.line, 'POST /v1/chat-messages HTTP/1.1');
    assert.match(request?.body.toString() ?? '', /"query":"SYSTEM: \\nBe brief\.\\nUSER: \\nBye\\n"/);
  });

  void it('streams one', async (t) => {
    const upstream = await rawUpstream(t, ({ end }) =>
      end(rawAnswer('200 OK', ['content-type: text/event-stream'], STREAM)),
    );
    const provider = {
      id: 'p',
      type: 'dify',
      baseUrl: `${upstream.origin}/v1`,
      apiTokens: ['key-0123456789'],
    };
    const gateway = await gatewayFor(t, { config: { providers: [provider] } });
    const response = await ask(gateway.url, {
      path: '/v1/messages',
      body: { ...body, stream: true },
      headers,
    });
    assert.match(String(response.headers['content-type']), /^text\/event-stream/);
    const texts = [...response.text.matchAll(/"type":"text_delta","text":"([^"]*)"/g)].map(
      ([, text]) => text,
    );
    assert.equal(texts.join(''), 'Good-bye');
    assert.match(response.text, /event: message_stop\n/);
    assert.match(response.text, /"output_tokens":7/);
  });
});
