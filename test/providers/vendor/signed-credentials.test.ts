import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';

const chat = {
  model: 'hunyuan-lite',
  messages: [
    { role: 'system', content: 'S' },
    { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  ],
  temperature: 0.3,
};

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

void describe('hunyuan', () => {
  const signed = {
    type: 'hunyuan',
    apiTokens: [''],
    hunyuanAuthId: 'AKIDz8krbsJ5yKBZ',
    hunyuanAuthKey: 'Gu5t9xGARNpq86cd',
  };

  void it('has its own API where requests are signed', async () => {
    const { url, headers, body } = await outgoing(signed, { path: '/v1/chat/completions', body: chat });
    assert.equal(url, 'https://hunyuan.tencentcloudapi.com/');
    assert.deepEqual(JSON.parse(body), {
      Model: 'hunyuan-lite',
      Messages: [
        { Role: 'system', Content: 'S' },
        { Role: 'user', Content: 'hi' },
      ],
      Stream: false,
      Temperature: 0.3,
    });
    assert.equal(headers['x-tc-action'], 'ChatCompletions');
    assert.equal(headers['x-tc-version'], '2023-09-01');
    assert.equal(headers['content-type'], 'application/json');
    const seconds = headers['x-tc-timestamp'] ?? '';
    const day = new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
    const names = 'content-type;host;x-tc-action';
    const signedHeaders =
      'content-type:application/json\nhost:hunyuan.tencentcloudapi.com\nx-tc-action:chatcompletions\n';
    const canonical = `POST\n/\n\n${signedHeaders}\n${names}\n${sha256(body)}`;
    const scope = `${day}/hunyuan/tc3_request`;
    const key = hmac(hmac(hmac('TC3Gu5t9xGARNpq86cd', day), 'hunyuan'), 'tc3_request');
    const signature = hmac(key, `TC3-HMAC-SHA256\n${seconds}\n${scope}\n${sha256(canonical)}`).toString(
      'hex',
    );
    assert.equal(
      headers['authorization'],
      `TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZ/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  void it('answers as chats do, whole and streaming', async () => {
    const sent = await outgoing(signed, { path: '/v1/chat/completions', body: chat });
    const answer = {
      Response: {
        Id: 'h-1',
        Choices: [{ FinishReason: 'stop', Message: { Role: 'assistant', Content: 'Hello' } }],
        Usage: { PromptTokens: 2, CompletionTokens: 3, TotalTokens: 5 },
      },
    };
    const whole = await sent.translator?.translateWhole(
      200,
      { 'content-type': 'application/json' },
      Buffer.from(JSON.stringify(answer)),
    );
    const completion = JSON.stringify(JSON.parse(whole?.toString() ?? ''));
    assert.match(completion, /"id":"h-1","object":"chat.completion"/);
    assert.match(completion, /"content":"Hello"/);
    assert.match(completion, /"total_tokens":5/);

    const frames = [
      { Id: 'h-1', Choices: [{ Delta: { Role: 'assistant', Content: 'Hel' }, FinishReason: '' }] },
      { Id: 'h-1', Choices: [{ Delta: { Content: 'lo' }, FinishReason: 'stop' }] },
    ];
    const stream = Buffer.from(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join(''));
    for (const bytes of [1, 7, stream.length]) {
      const again = await outgoing(signed, { path: '/v1/chat/completions', body: { ...chat, stream: true } });
      let said = '';
      const out = { write: (chunk: Buffer) => ((said += chunk.toString()), true), onDrain: () => undefined };
      const translator = again.translator?.translateStream({ 'content-type': 'text/event-stream' }, out);
      for (let at = 0; at < stream.length; at += bytes) translator?.write(stream.subarray(at, at + bytes));
      assert.equal(await translator?.end(), true);
      assert.match(said, /"content":"Hel".*"content":"lo".*"finish_reason":"stop".*data: \[DONE\]\n\n$/s);
    }
  });

  void it('has OpenAI’s API with an API key', async () => {
    const { url, headers, body } = await outgoing(
      { type: 'hunyuan' },
      { path: '/v1/chat/completions', body: chat },
    );
    assert.equal(url, 'https://api.hunyuan.cloud.tencent.com/v1/chat/completions');
    assert.equal(headers['authorization'], 'Bearer first-key-0123456789');
    assert.deepEqual(JSON.parse(body), chat);
  });
});

void describe('kling', () => {
  const body = { model_name: 'kling-v2', prompt: 'a sea' };

  void it('gets a token that its secret signed', async () => {
    const options = { type: 'kling', apiTokens: [], klingAccessKey: 'access', klingSecretKey: 'secret' };
    const { url, headers } = await outgoing(options, { path: '/v1/videos/text2video', body });
    assert.equal(url, 'https://api-singapore.klingai.com/v1/videos/text2video');
    const [head = '', payload = '', signature] = (headers['authorization'] ?? '')
      .replace('Bearer ', '')
      .split('.');
    assert.equal(signature, hmac('secret', `${head}.${payload}`).toString('base64url'));
    assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { alg: 'HS256', typ: 'JWT' });
    assert.match(Buffer.from(payload, 'base64url').toString(), /^\{"iss":"access","exp":\d+,"nbf":\d+\}$/);
  });

  void it('gets a token of the configuration as it is, and a request for a task by its id', async () => {
    const sent = await outgoing(
      { type: 'kling' },
      { method: 'GET', path: '/v1/videos/image2video/task-1?a=1' },
    );
    assert.equal(sent.url, 'https://api-singapore.klingai.com/v1/videos/image2video/task-1?a=1');
    assert.equal(sent.headers['authorization'], 'Bearer first-key-0123456789');
  });
});
