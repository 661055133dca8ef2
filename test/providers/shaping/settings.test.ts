import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaving } from '../leaving.ts';

async function sent(
  customSettings: readonly object[],
  body: string,
  path = '/v1/chat/completions',
  type = 'groq',
) {
  const left = await leaving({ type, customSettings }, { path, body });
  assert.ok(typeof left === 'object');
  return left.body;
}

void describe('custom settings', () => {
  const body = '{"model":"m","big":12345678901234567890,"e":"\\u00e9","temperature":1,"messages":[]}';
  void it('set what is known, and touch nothing else', async () => {
    assert.equal(
      await sent([{ name: 'temperature', value: 0.2 }], body),
      '{"model":"m","big":12345678901234567890,"e":"\\u00e9","temperature":0.2,"messages":[]}',
    );
  });
  void it('set nothing that the dialect has no name for, unless they are raw', async () => {
    assert.equal(await sent([{ name: 'top_k', value: 3 }], body), body);
    const raw = await sent([{ name: 'top_k', value: 3, mode: 'raw' }], body);
    assert.deepEqual(JSON.parse(raw), { ...JSON.parse(body), top_k: 3 });
  });
  void it('leave what is there where they may not overwrite', async () => {
    const settings = [
      { name: 'temperature', value: 0.2, overwrite: false },
      { name: 'seed', value: 7, overwrite: false },
    ];
    const left: unknown = JSON.parse(await sent(settings, '{"model":"m","temperature":null,"messages":[]}'));
    assert.deepEqual(left, { model: 'm', temperature: null, messages: [], seed: 7 });
  });
  void it('reach into objects and lists, in the order written', async () => {
    const settings = [
      { name: 'a.b', value: { c: [1] }, mode: 'raw' },
      { name: 'a.b.c.0', value: 2, mode: 'raw' },
    ];
    const left: unknown = JSON.parse(await sent(settings, '{"model":"m","messages":[]}'));
    assert.deepEqual(left, { model: 'm', messages: [], a: { b: { c: [2] } } });
  });
  void it('are named as the dialect of what is sent names them', async () => {
    const gemini = await sent(
      [{ name: 'max_tokens', value: 5 }],
      '{"contents":[]}',
      '/v1beta/models/g:generateContent',
      'gemini',
    );
    assert.deepEqual(JSON.parse(gemini), { contents: [], generationConfig: { maxOutputTokens: 5 } });
    const claude = await sent(
      [{ name: 'top_k', value: 5 }],
      '{"model":"c","max_tokens":1,"messages":[]}',
      '/v1/messages',
      'claude',
    );
    assert.deepEqual(JSON.parse(claude), { model: 'c', max_tokens: 1, messages: [], top_k: 5 });
  });
});
