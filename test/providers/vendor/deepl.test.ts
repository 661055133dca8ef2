import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tryOutgoing, outgoing } from '../outgoing.ts';
import { chunksOf, translatedStream, translatedWhole } from './translated.ts';

const options = { type: 'deepl', targetLang: 'ZH' };
const path = '/v1/chat/completions';
const body = {
  model: 'Free',
  messages: [
    { role: 'system', content: 'money' },
    { content: 'sit by the bank' },
    { content: [{ type: 'text', text: 'a bank in China' }] },
  ],
};
const answer = JSON.stringify({
  translations: [
    { detected_source_language: 'EN', text: '坐在银行旁' },
    { detected_source_language: 'EN', text: '中国的银行' },
  ],
});

void describe('DeepL', () => {
  void it('gets a request for a translation, at the host that the model names', async () => {
    const sent = await outgoing(options, { path, body });
    assert.equal(`${sent.method} ${sent.url}`, 'POST https://api-free.deepl.com/v2/translate');
    assert.equal(sent.headers['authorization'], 'DeepL-Auth-Key first-key-0123456789');
    assert.equal(sent.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(sent.body), {
      text: ['sit by the bank', 'a bank in China'],
      target_lang: 'ZH',
      context: 'money',
    });
    const pro = await outgoing(options, { path, body: { ...body, model: 'Pro' } });
    assert.equal(pro.url, 'https://api.deepl.com/v2/translate');
  });

  void it('gets requests at the host of the key where the model names none, and at a configured one', async () => {
    const free = { ...options, apiTokens: ['key-0123456789:fx'] };
    const call = { path, body: { ...body, model: 'any' } };
    assert.equal((await outgoing(free, call)).url, 'https://api-free.deepl.com/v2/translate');
    assert.equal((await outgoing(options, call)).url, 'https://api.deepl.com/v2/translate');
    const own = { ...free, baseUrl: 'http://127.0.0.1:9000/deepl' };
    assert.equal((await outgoing(own, call)).url, 'http://127.0.0.1:9000/deepl/v2/translate');
  });

  void it('answers with a choice for each message', async () => {
    const { translator } = await outgoing(options, { path, body: { ...body, temperature: 1 } });
    assert.deepEqual(translator?.dropped, ['temperature']);
    assert.deepEqual(await translatedWhole(translator, answer), {
      id: 'chatcmpl-req_test',
      object: 'chat.completion',
      created: 1795478400,
      model: 'Free',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', name: 'EN', content: '坐在银行旁' },
          finish_reason: 'stop',
        },
        {
          index: 1,
          message: { role: 'assistant', name: 'EN', content: '中国的银行' },
          finish_reason: 'stop',
        },
      ],
    });
  });

  void it('has its whole response translated to a stream where the client wants one', async () => {
    const { translator } = await outgoing(options, { path, body: { ...body, stream: true } });
    const output = await translatedStream(translator, answer, 7, { 'content-type': 'application/json' });
    assert.ok(output.isWhole);
    assert.deepEqual(chunksOf(output.text), [
      {
        choices: [
          { index: 0, delta: { role: 'assistant', name: 'EN', content: '坐在银行旁' }, finish_reason: null },
        ],
      },
      {
        choices: [
          { index: 1, delta: { role: 'assistant', name: 'EN', content: '中国的银行' }, finish_reason: null },
        ],
      },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] },
      '[DONE]',
    ]);
  });

  void it('gets no request that it cannot express', async () => {
    for (const more of [
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      { n: 2 },
      { response_format: { type: 'json_object' } },
      { messages: [{ role: 'system', content: 'nothing else' }] },
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x' } }] }] },
      { messages: [{ role: 'tool', tool_call_id: 'c', content: '1' }] },
    ])
      assert.equal(await tryOutgoing(options, { path, body: { ...body, ...more } }), 'not_expressible');
    const embeddings = { path: '/v1/embeddings', body: { model: 'Free', input: 'x' } };
    assert.equal(await tryOutgoing(options, embeddings), 'operation_not_offered');
  });

  void it('that answers something else is not translated', async () => {
    const { translator } = await outgoing(options, { path, body });
    await assert.rejects(translatedWhole(translator, '{"message":"no"}'), { name: 'TranslationError' });
    const { translator: streamed } = await outgoing(options, { path, body: { ...body, stream: true } });
    const output = await translatedStream(streamed, 'no', 0, { 'content-type': 'application/json' });
    assert.deepEqual(output, { text: '', isWhole: false });
  });

  void it('takes its own requests as they are', async () => {
    const sent = await outgoing(options, {
      path: '/v2/translate',
      body: '{"text":["x"],"target_lang":"DE"}',
    });
    assert.equal(sent.url, 'https://api.deepl.com/v2/translate');
    assert.equal(sent.body, '{"text":["x"],"target_lang":"DE"}');
    assert.equal(sent.translator, undefined);
  });
});
