import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../src/config/load/load.ts';
import { outgoing } from '../outgoing.ts';
import {
  chunksOf,
  plainFrames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const pro = { type: 'minimax', minimaxApiType: 'pro', minimaxGroupId: 'g 1' };
const HOST = 'https://api.minimax.chat';
const PRO = `${HOST}/v1/text/chatcompletion_pro?GroupId=g%201`;
const V2 = `${HOST}/v1/text/chatcompletion_v2`;
const path = '/v1/chat/completions';
const hi = { role: 'user', content: 'Hi' };
const chat = { model: 'abab6.5s-chat', messages: [hi] };
const BOT = 'MM智能助理';
const DESCRIPTION =
  'MM智能助理是一款由MiniMax自研的，没有调用其他产品的接口的大型语言模型。MiniMax是一家中国科技公司，一直致力于进行大模型相关的研究。';

async function asked(more: object = {}) {
  return outgoing(pro, { path, body: { ...chat, ...more } });
}

/** A chunk of a completion. */
function delta(value: object, reason: string | null = null): object {
  return { choices: [{ index: 0, delta: value, finish_reason: reason }] };
}

/** What the model says. */
function said(text: string): object {
  return { sender_type: 'BOT', sender_name: BOT, text };
}

void describe('MiniMax’s older API', () => {
  void it('is sent speakers with names, and a bot where there are no instructions', async () => {
    const request = await asked({ max_tokens: 9, temperature: 0.5, top_p: 0.9, seed: 7 });
    assert.equal(request.url, PRO);
    assert.deepEqual(JSON.parse(request.body), {
      model: 'abab6.5s-chat',
      tokens_to_generate: 9,
      temperature: 0.5,
      top_p: 0.9,
      mask_sensitive_info: true,
      messages: [{ sender_type: 'USER', sender_name: '小明', text: 'Hi' }],
      bot_setting: [{ bot_name: BOT, content: DESCRIPTION }],
      reply_constraints: { sender_type: 'BOT', sender_name: BOT },
    });
    assert.deepEqual(request.translator?.dropped, ['seed']);
  });

  void it('is sent instructions as bots, and names as they are', async () => {
    const request = await asked({
      stream: true,
      messages: [
        { role: 'system', name: 'Ada', content: 'Be brief.' },
        { role: 'user', name: 'Bob', content: 'Hi' },
        { role: 'assistant', content: 'Ho' },
        { role: 'user', content: [{ type: 'text', text: 'And?' }] },
      ],
    });
    assert.deepEqual(JSON.parse(request.body), {
      model: 'abab6.5s-chat',
      stream: true,
      mask_sensitive_info: true,
      messages: [
        { sender_type: 'USER', sender_name: 'Bob', text: 'Hi' },
        { sender_type: 'BOT', sender_name: BOT, text: 'Ho' },
        { sender_type: 'USER', sender_name: '小明', text: 'And?' },
      ],
      bot_setting: [{ bot_name: 'Ada', content: 'Be brief.' }],
      reply_constraints: { sender_type: 'BOT', sender_name: 'Ada' },
    });
  });

  void it('is told that instructions without a name are about the bot that others name', async () => {
    const system = { role: 'system', content: 'Be brief.' };
    const request = await asked({ messages: [{ ...system, name: 'Ada' }, system, hi] });
    const sent: unknown = JSON.parse(request.body);
    assert.partialDeepStrictEqual(sent, {
      bot_setting: [
        { bot_name: 'Ada', content: 'Be brief.' },
        { bot_name: 'Ada', content: 'Be brief.' },
      ],
      reply_constraints: { sender_type: 'BOT', sender_name: 'Ada' },
    });
  });

  void it('is sent temperatures that it takes', async () => {
    for (const [written, taken] of [
      [0, 0.01],
      [1.5, 1],
    ]) {
      const request = await asked({ temperature: written, top_p: written });
      assert.partialDeepStrictEqual(JSON.parse(request.body), { temperature: taken, top_p: taken });
    }
  });

  const elsewhere: Readonly<Record<string, object>> = {
    tools: { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] },
    images: {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.test' } }] }],
    },
    'more than 2 MiB': { messages: [{ role: 'user', content: 'x'.repeat(2 * 1024 * 1024) }] },
  };
  for (const [name, more] of Object.entries(elsewhere)) {
    void it(`is not sent ${name}: the second API is`, async () => {
      assert.equal((await asked(more)).url, V2);
    });
  }

  void it('is not sent messages of Anthropic’s clients, which have an API of their own', async () => {
    const request = await outgoing(pro, { path: '/v1/messages', body: { ...chat, max_tokens: 9 } });
    assert.equal(request.url, `${HOST}/anthropic/v1/messages`);
  });

  void it('answers with a completion', async () => {
    const answer = {
      created: 1,
      model: 'abab6.5s-chat',
      reply: 'Hello',
      choices: [{ finish_reason: 'length', messages: [said('Hello')] }],
      usage: { total_tokens: 187 },
      id: 'm-1',
      base_resp: { status_code: 0, status_msg: '' },
    };
    assert.deepEqual(await translatedWhole((await asked()).translator, JSON.stringify(answer)), {
      id: 'm-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'abab6.5s-chat',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', name: BOT, content: 'Hello' },
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 187 },
    });
    const empty = translatedWhole((await asked()).translator, '{"choices":[]}');
    await assert.rejects(empty, { name: 'TranslationError' });
  });

  void it('streams, wherever its frames are cut, and its last frame is not said twice', async () => {
    const stream = plainFrames(
      { created: 1, reply: '', choices: [{ messages: [said('Gü')] }] },
      { created: 1, reply: '', choices: [{ messages: [said('te')] }] },
      {
        reply: 'Güte',
        choices: [{ finish_reason: 'stop', messages: [said('Güte')] }],
        usage: { total_tokens: 5 },
        id: 'm-1',
        base_resp: { status_code: 0 },
      },
    );
    const more = { stream: true, stream_options: { include_usage: true } };
    const { text, isWhole } = await translatedAtEveryCut(async () => (await asked(more)).translator, stream);
    assert.ok(isWhole);
    assert.deepEqual(chunksOf(text), [
      delta({ role: 'assistant', name: BOT, content: 'Gü' }),
      delta({ content: 'te' }),
      delta({}, 'stop'),
      { choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 5 } },
      '[DONE]',
    ]);
  });

  void it('does not pass off as whole what has no end, or an error in it', async () => {
    const start = plainFrames({ choices: [{ messages: [said('Hel')] }] });
    const error = plainFrames({ base_resp: { status_code: 1002, status_msg: 'rate limit' } });
    for (const stream of [start, start + error]) {
      const { translator } = await asked({ stream: true });
      assert.equal((await translatedStream(translator, stream)).isWhole, false);
    }
  });

  void it('needs a group', () => {
    const written = JSON.stringify({
      provider: { type: 'minimax', apiTokens: ['key-0123456789'], minimaxApiType: 'pro' },
    });
    const parsed = parseConfig(written, { env: {} });
    assert.ok(!parsed.ok);
    assert.match(JSON.stringify(parsed), /missing minimaxGroupId/);
  });
});
