import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chat } from './google.ts';
import { left } from './leaving.ts';

void describe('vertex', () => {
  void it('takes an API key in the query, and names no project', async () => {
    const { url, headers } = await left({ type: 'vertex' }, { path: '/v1/chat/completions', body: chat });
    const host = 'https://aiplatform.googleapis.com';
    assert.equal(
      url,
      `${host}/v1/publishers/google/models/gemini-2.5-flash:generateContent?key=first-key-0123456789`,
    );
    assert.ok(!('authorization' in headers));
    const stream = await left(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...chat, stream: true } },
    );
    assert.match(stream.url, /:streamGenerateContent\?alt=sse&key=/);
  });

  void it("is spoken to as Anthropic's where the model is theirs", async () => {
    const body = {
      model: 'claude-sonnet-4@20250514',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hi' }],
    };
    const own = await left(
      { type: 'vertex' },
      { path: '/v1/messages', body, headers: { 'anthropic-version': '2023-06-01' } },
    );
    assert.match(own.url, /\/publishers\/anthropic\/models\/claude-sonnet-4%4020250514:rawPredict\?key=/);
    const { model: _, ...rest } = body;
    assert.deepEqual(JSON.parse(own.body), { anthropic_version: 'vertex-2023-10-16', ...rest });
    const translated = await left(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...body, stream: true } },
    );
    assert.match(translated.url, /:streamRawPredict\?key=/);
  });

  void it('is told the thresholds of the configuration', async () => {
    const options = { type: 'vertex', geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' } };
    const { body } = await left(options, { path: '/v1/chat/completions', body: chat });
    const asked: unknown = JSON.parse(body);
    assert.ok(typeof asked === 'object' && asked !== null && 'safetySettings' in asked);
    assert.deepEqual(asked.safetySettings, [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }]);
  });
});
