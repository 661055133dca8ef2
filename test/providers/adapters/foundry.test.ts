import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_KEY, tryOutgoing, outgoing } from '../outgoing.ts';

const RESOURCE = 'https://r.services.ai.azure.com';
const options = { type: 'azure-ai-foundry', baseUrl: `${RESOURCE}/openai/v1` };
const messages = [{ role: 'user', content: 'hi' }];

void describe('azure-ai-foundry', () => {
  void it("has OpenAI's API behind its base URL", async () => {
    const body = { model: 'gpt-5', messages };
    const chat = await outgoing(options, { path: '/v1/chat/completions', body });
    assert.equal(chat.url, `${RESOURCE}/openai/v1/chat/completions`);
    assert.equal(chat.headers['api-key'], FIRST_KEY);
    assert.ok(!('authorization' in chat.headers));
    const embeddings = await outgoing(options, { path: '/v1/embeddings', body: { model: 'e', input: 'a' } });
    assert.equal(embeddings.url, `${RESOURCE}/openai/v1/embeddings`);
    const models = await outgoing(options, { method: 'GET', path: '/v1/models' });
    assert.equal(models.url, `${RESOURCE}/openai/v1/models`);
    const translated = await outgoing(options, { path: '/v1/messages', body: { ...body, max_tokens: 5 } });
    assert.equal(translated.url, `${RESOURCE}/openai/v1/chat/completions`);
    assert.deepEqual(JSON.parse(translated.body), { ...body, max_completion_tokens: 5 });
  });

  void it("has Anthropic's API where the model is theirs", async () => {
    const body = { model: 'claude-opus-4-5', max_tokens: 5, messages };
    const own = await outgoing(options, { path: '/v1/messages', body });
    assert.equal(own.url, `${RESOURCE}/anthropic/v1/messages`);
    assert.equal(own.headers['api-key'], FIRST_KEY);
    assert.equal(own.headers['anthropic-version'], '2023-06-01');
    assert.deepEqual(JSON.parse(own.body), body);
    const counted = await outgoing(options, { path: '/v1/messages/count_tokens', body });
    assert.equal(counted.url, `${RESOURCE}/anthropic/v1/messages/count_tokens`);
    const chat = await outgoing(options, { path: '/v1/chat/completions', body: { ...body, stream: true } });
    assert.equal(chat.url, `${RESOURCE}/anthropic/v1/messages`);
    assert.equal(await tryOutgoing(options, { path: '/v1/embeddings', body }), 'operation_not_offered');
  });
});
