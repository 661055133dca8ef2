import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_KEY, outgoing } from '../outgoing.ts';

const HOST = 'https://generativelanguage.googleapis.com';
const MODEL = 'gemini-2.5-flash';
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const path = `/v1beta/models/${MODEL}:generateContent`;
const chat = { model: MODEL, messages: [{ role: 'user', content: 'hi' }] };

async function sent(options: object, request: Parameters<typeof outgoing>[1]): Promise<unknown> {
  return JSON.parse((await outgoing({ type: 'gemini', ...options }, request)).body);
}

void describe('gemini', () => {
  void it('has its key in a header of its own, and the model in the path', async () => {
    const options = { type: 'gemini', modelMapping: { 'gpt-*': MODEL } };
    const request = { ...chat, model: 'gpt-4o' };
    const whole = await outgoing(options, { path: '/v1/chat/completions', body: request });
    assert.equal(whole.url, `${HOST}/v1beta/models/${MODEL}:generateContent`);
    assert.equal(whole.headers['x-goog-api-key'], FIRST_KEY);
    assert.ok(!('authorization' in whole.headers));
    assert.deepEqual(JSON.parse(whole.body), { contents, generationConfig: {} });
    const stream = await outgoing(options, {
      path: '/v1/chat/completions',
      body: { ...request, stream: true },
    });
    assert.equal(stream.url, `${HOST}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`);
  });

  void it('gets requests for one embedding, or several', async () => {
    const model = 'gemini-embedding-001';
    const one = { path: '/v1/embeddings', body: { model, input: 'a' } };
    assert.equal(
      (await outgoing({ type: 'gemini' }, one)).url,
      `${HOST}/v1beta/models/${model}:embedContent`,
    );
    const many = { path: '/v1/embeddings', body: { model, input: ['a', 'b'] } };
    const { url } = await outgoing({ type: 'gemini' }, many);
    assert.equal(url, `${HOST}/v1beta/models/${model}:batchEmbedContents`);
  });

  void it('gets requests in the version that `apiVersion` names', async () => {
    const { url } = await outgoing({ type: 'gemini', apiVersion: 'v1' }, { path, body: { contents } });
    assert.equal(url, `${HOST}/v1/models/${MODEL}:generateContent`);
  });

  void it('gets the thresholds of the configuration where a request sets none', async () => {
    const options = { geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' } };
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }];
    assert.deepEqual(await sent(options, { path, body: { contents } }), { safetySettings, contents });
    assert.deepEqual(await sent(options, { path: '/v1/chat/completions', body: chat }), {
      safetySettings,
      contents,
      generationConfig: {},
    });
    for (const name of ['safetySettings', 'safety_settings']) {
      const body = { contents, [name]: [] };
      assert.deepEqual(await sent(options, { path, body }), body);
    }
    const counting = { path: `/v1beta/models/${MODEL}:countTokens`, body: { contents } };
    assert.deepEqual(await sent(options, counting), { contents });
  });

  void it('gets a thinking budget where a request has none', async () => {
    const options = { geminiThinkingBudget: 512 };
    const thinkingConfig = { thinkingBudget: 512 };
    assert.deepEqual(await sent(options, { path, body: { contents } }), {
      contents,
      generationConfig: { thinkingConfig },
    });
    assert.deepEqual(await sent(options, { path, body: { contents, generationConfig: { topK: 2 } } }), {
      contents,
      generationConfig: { thinkingConfig, topK: 2 },
    });
    const own = { contents, generation_config: { thinking_config: { thinking_budget: 1 } } };
    assert.deepEqual(await sent(options, { path, body: own }), own);
    assert.deepEqual(await sent(options, { path: '/v1/chat/completions', body: { ...chat, top_p: 1 } }), {
      contents,
      generationConfig: { topP: 1, thinkingConfig: { ...thinkingConfig, includeThoughts: true } },
    });
    const body = { ...chat, reasoning_effort: 'low' };
    const request: unknown = await sent(options, { path: '/v1/chat/completions', body });
    assert.doesNotMatch(JSON.stringify(request), /"thinkingBudget":512/);
  });

  void it('gets a budget that lets the model decide, or one that switches thinking off', async () => {
    const request = { path: '/v1/chat/completions', body: chat };
    const deciding = { thinkingConfig: { thinkingBudget: -1, includeThoughts: true } };
    assert.deepEqual(await sent({ geminiThinkingBudget: -1 }, request), {
      contents,
      generationConfig: deciding,
    });
    const off = { thinkingConfig: { thinkingBudget: 0 } };
    assert.deepEqual(await sent({ geminiThinkingBudget: 0 }, request), { contents, generationConfig: off });
  });

  void it('gets no budget with models that refuse one', async () => {
    for (const model of ['gemini-2.0-flash', 'gemini-2.5-flash-image']) {
      const request = { path: `/v1beta/models/${model}:generateContent`, body: { contents } };
      assert.deepEqual(await sent({ geminiThinkingBudget: 512 }, request), { contents });
    }
  });
});
