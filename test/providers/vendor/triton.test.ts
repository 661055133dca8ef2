import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';
import {
  chunksOf,
  plainFrames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const path = '/v1/chat/completions';
const options = { type: 'triton', tritonDomain: 'triton.example.com:8000', modelMapping: { '*': 'gpt2' } };
const body = {
  model: 'm',
  messages: [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ],
};

void describe('Triton', () => {
  void it('is given the last message, and the settings that are numbers', async () => {
    const sent = await outgoing(options, {
      path,
      body: { ...body, temperature: 0.5, top_p: 1, stop: ['x'] },
    });
    assert.equal(`${sent.method} ${sent.url}`, 'POST http://triton.example.com:8000/v2/models/gpt2/generate');
    assert.equal(sent.headers['authorization'], 'Bearer first-key-0123456789');
    assert.deepEqual(JSON.parse(sent.body), {
      text_input: 'b',
      parameters: { stream: false, temperature: 0.5, top_p: 1 },
    });
    assert.deepEqual(sent.translator?.dropped, ['stop']);
  });

  void it('gets a version of its model, and a request for a stream', async () => {
    const sent = await outgoing(
      { ...options, tritonModelVersion: '2' },
      { path, body: { ...body, model: 'x', stream: true } },
    );
    assert.equal(sent.url, 'http://triton.example.com:8000/v2/models/gpt2/versions/2/generate_stream');
    assert.deepEqual(JSON.parse(sent.body), { text_input: 'b', parameters: { stream: true } });
  });

  void it('answers with a completion', async () => {
    const { translator } = await outgoing(options, { path, body });
    const answer = '{"id":"t-1","model_name":"gpt2","model_version":"1","text_output":"c"}';
    assert.deepEqual(await translatedWhole(translator, answer), {
      id: 't-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'c' }, finish_reason: 'stop' }],
    });
  });

  void it('streams until its connection ends, wherever its frames are cut', async () => {
    const stream = plainFrames({ model_name: 'gpt2', text_output: 'Gü' }, { text_output: 'te' });
    const output = await translatedAtEveryCut(
      async () => (await outgoing(options, { path, body: { ...body, stream: true } })).translator,
      stream,
    );
    assert.ok(output.isWhole);
    assert.deepEqual(chunksOf(output.text), [
      { choices: [{ index: 0, delta: { role: 'assistant', content: 'Gü' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: 'te' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      '[DONE]',
    ]);
  });

  void it('has no end marker written behind what could not be read', async () => {
    const { translator } = await outgoing(options, { path, body: { ...body, stream: true } });
    const huge = `data: {"text_output":"${'x'.repeat(300_000)}"}\n\n`;
    assert.equal((await translatedStream(translator, huge)).isWhole, false);
  });
});
