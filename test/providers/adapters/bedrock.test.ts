import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { outgoing, tryOutgoing } from '../outgoing.ts';

const MODEL = 'us.anthropic.claude-3-5-haiku-20241022-v1:0';
const chat = { model: MODEL, messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 };
const PAIR = { awsAccessKey: 'AKIDEXAMPLE', awsSecretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The signature that AWS would make of a request (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
 * by the headers that it says are signed.
 */
function signatureOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  secret: string,
): string {
  const { host, pathname } = new URL(url);
  const [, credential = '', names = ''] =
    /Credential=([^,]+), SignedHeaders=([^,]+),/.exec(headers['authorization'] ?? '') ?? [];
  const [, day = '', region = '', service = ''] = credential.split('/');
  const all: Readonly<Record<string, string>> = { ...headers, host };
  const canonical = [
    'POST',
    pathname
      .split('/')
      .map((part) => encodeURIComponent(part))
      .join('/'),
    '',
    ...names.split(';').map((name) => `${name}:${all[name] ?? ''}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
  return hmac(key, text).toString('hex');
}

void describe('bedrock', () => {
  void it('is sent for Converse, signed over the very bytes that leave', async () => {
    const options = { type: 'bedrock', apiTokens: [], awsRegion: 'eu-west-1', ...PAIR };
    const { url, headers, body } = await outgoing(options, { path: '/v1/chat/completions', body: chat });
    const host = 'https://bedrock-runtime.eu-west-1.amazonaws.com';
    assert.equal(url, `${host}/model/us.anthropic.claude-3-5-haiku-20241022-v1%3A0/converse`);
    const sent: unknown = JSON.parse(body);
    assert.ok(typeof sent === 'object' && sent !== null && 'messages' in sent && 'inferenceConfig' in sent);
    assert.deepEqual(sent.messages, [{ role: 'user', content: [{ text: 'hi' }] }]);
    assert.deepEqual(sent.inferenceConfig, { maxTokens: 5 });
    const { authorization = '' } = headers;
    assert.match(
      authorization,
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
    );
    assert.equal(
      /Signature=(.+)$/.exec(authorization)?.[1],
      signatureOf(url, headers, body, PAIR.awsSecretKey),
    );
    assert.ok(!JSON.stringify(headers).includes(PAIR.awsSecretKey));
  });

  void it('gets requests for a stream, with the session token of temporary keys', async () => {
    const options = {
      type: 'bedrock',
      baseUrl: 'http://127.0.0.1:9',
      apiTokens: ['ASIA1:secret+/:session/=='],
    };
    const { url, headers, body } = await outgoing(options, {
      path: '/v1/chat/completions',
      body: { ...chat, stream: true },
    });
    assert.match(url, /converse-stream$/);
    assert.equal(headers['x-amz-security-token'], 'session/==');
    const { authorization = '' } = headers;
    assert.equal(/Signature=(.+)$/.exec(authorization)?.[1], signatureOf(url, headers, body, 'secret+/'));
  });

  void it('takes an API key of its own as it is', async () => {
    const options = { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['bedrock-api-key-x'] };
    const { headers } = await outgoing(options, { path: '/v1/messages', body: { ...chat, max_tokens: 3 } });
    assert.equal(headers['authorization'], 'Bearer bedrock-api-key-x');
    assert.ok(!('anthropic-version' in headers));
  });

  void it('gets requests for embeddings in the form of the model', async () => {
    const options = { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['k'] };
    const body = { model: 'amazon.titan-embed-text-v2:0', input: 'hello' };
    const sent = await outgoing(options, { path: '/v1/embeddings', body });
    assert.match(sent.url, /\/model\/amazon\.titan-embed-text-v2%3A0\/invoke$/);
    assert.deepEqual(JSON.parse(sent.body), { inputText: 'hello' });
  });

  void it('gets what the configuration adds for the model', async () => {
    const options = {
      type: 'bedrock',
      awsRegion: 'us-east-1',
      apiTokens: ['k'],
      bedrockAdditionalFields: { a: 1 },
    };
    const { body } = await outgoing(options, {
      path: '/v1/chat/completions',
      body: { ...chat, model: 'amazon.nova' },
    });
    assert.match(body, /^\{"additionalModelRequestFields":\{"a":1\},/);
  });

  void it('gets that beside what the request has of such fields', async () => {
    const { body } = await outgoing(
      {
        type: 'bedrock',
        awsRegion: 'us-east-1',
        apiTokens: ['k'],
        bedrockAdditionalFields: { top_k: 200 },
      },
      {
        path: '/v1/chat/completions',
        body: {
          ...chat,
          model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
          max_tokens: 4000,
          reasoning_effort: 'low',
        },
      },
    );
    const sent = z
      .looseObject({
        additionalModelRequestFields: z.looseObject({ thinking: z.object({ type: z.string() }).loose() }),
      })
      .parse(JSON.parse(body));
    assert.equal(sent.additionalModelRequestFields['top_k'], 200);
    assert.equal(sent.additionalModelRequestFields.thinking.type, 'enabled');
  });

  void it('has no other operations', async () => {
    const options = { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['k'] };
    assert.equal(await tryOutgoing(options, { method: 'GET', path: '/v1/files' }), 'operation_not_offered');
  });
});

void describe('clients of Anthropic on bedrock', () => {
  const BARE = 'anthropic.claude-opus-4-8';
  const body = JSON.stringify({
    model: BARE,
    max_tokens: 5,
    system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [{ role: 'user', content: 'hi' }],
  });
  const request = { path: '/v1/messages', body, headers: { 'anthropic-beta': 'some-beta-2026-01-01' } };

  void it('reach Anthropic’s own API as they are, with a Bedrock API key', async () => {
    const options = { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: ['bedrock-api-key-x'] };
    const sent = await outgoing(options, request);
    assert.equal(sent.url, 'https://bedrock-mantle.eu-west-1.api.aws/anthropic/v1/messages');
    assert.equal(sent.body, body);
    assert.equal(sent.translator, undefined);
    assert.equal(sent.headers['x-api-key'], 'bedrock-api-key-x');
    assert.equal(sent.headers['authorization'], undefined);
    assert.equal(sent.headers['anthropic-version'], '2023-06-01');
    assert.equal(sent.headers['anthropic-beta'], 'some-beta-2026-01-01');
    const count = await outgoing(options, { ...request, path: '/v1/messages/count_tokens' });
    assert.equal(count.url, 'https://bedrock-mantle.eu-west-1.api.aws/anthropic/v1/messages/count_tokens');
  });

  void it('are signed for by its own name', async () => {
    const options = { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: [], ...PAIR };
    const { url, headers, body: sent } = await outgoing(options, request);
    assert.equal(headers['x-api-key'], undefined);
    const { authorization = '' } = headers;
    assert.match(authorization, /Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock-mantle\/aws4_request/);
    assert.equal(
      /Signature=(.+)$/.exec(authorization)?.[1],
      signatureOf(url, headers, sent, PAIR.awsSecretKey),
    );
  });

  void it('find it at the one address that a configuration names', async () => {
    const options = { type: 'bedrock', baseUrl: 'https://proxy.example.com/aws', apiTokens: ['k'] };
    assert.equal(
      (await outgoing(options, request)).url,
      'https://proxy.example.com/aws/anthropic/v1/messages',
    );
  });

  void it('are translated for models that it does not have, and so are all other clients', async () => {
    const options = { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: ['k'] };
    for (const model of [
      'us.anthropic.claude-opus-4-8',
      'anthropic.claude-3-5-haiku-20241022-v1:0',
      'anthropic.claude-sonnet-4-20250514',
      'global.anthropic.claude-opus-4-6-v1',
      'anthropic.claude-v2',
      'arn:aws:bedrock:eu-west-1:1:application-inference-profile/x',
      'amazon.nova-lite-v1:0',
    ]) {
      const sent = await outgoing(options, {
        path: '/v1/messages',
        body: { ...z.looseObject({}).parse(JSON.parse(body)), model },
      });
      assert.match(
        sent.url,
        /^https:\/\/bedrock-runtime\.eu-west-1\.amazonaws\.com\/model\/.+\/converse$/,
        model,
      );
    }
    const other = await outgoing(options, { path: '/v1/chat/completions', body: { ...chat, model: BARE } });
    assert.match(other.url, /\/converse$/);
  });
});

void describe('the cache of prompts on bedrock', () => {
  const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
  const five = { cachePoint: { type: 'default' } };
  const hour = { cachePoint: { type: 'default', ttl: '1h' } };
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'U1' },
    { role: 'assistant', content: 'A1' },
    { role: 'user', content: 'U2' },
  ];
  const blocks = z.array(z.looseObject({ text: z.string().optional() }));
  const converse = z.looseObject({
    system: blocks.optional(),
    messages: z.array(z.looseObject({ content: blocks })),
  });

  /** What is marked: the mark behind the instructions, and behind each message. */
  async function marks(options: object, request: object, path = '/v1/chat/completions'): Promise<unknown[]> {
    const { body } = await outgoing(
      { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['k'], ...options },
      { path, body: { model: CLAUDE, messages, ...request } },
    );
    const sent = converse.parse(JSON.parse(body));
    return [sent.system ?? [], ...sent.messages.map(({ content }) => content)].map((each) => {
      const marked = each.filter((block) => 'cachePoint' in block);
      assert.ok(marked.length <= 1, body);
      return marked.length === 0 || each.at(-1) === marked[0] ? marked[0] : 'elsewhere';
    });
  }

  const none = undefined;
  const all = { systemPrompt: true, last_user_message: true, 'last-message': true };
  const upToAssistant = messages.slice(0, 3);
  const called = { type: 'function', function: { name: 'look', arguments: '{}' } };
  const calls = {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'c1', ...called },
      { id: 'c2', ...called },
    ],
  };
  const results = ['c1', 'c2'].map((id) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }));
  const rows: readonly (readonly [what: string, options: object, request: object, got: unknown[]])[] = [
    ['nothing is said', {}, {}, [none, none, none, none]],
    ['a client says how long', {}, { prompt_cache_retention: 'in_memory' }, [five, none, none, none]],
    [
      'a client says so in other letters',
      {},
      { prompt_cache_retention: 'In-Memory' },
      [five, none, none, none],
    ],
    ['a client says a day', {}, { prompt_cache_retention: '24h' }, [hour, none, none, none]],
    ['a client says what nobody knows', {}, { prompt_cache_retention: '7d' }, [none, none, none, none]],
    ['the configuration says so', { promptCacheRetention: '24h' }, {}, [hour, none, none, none]],
    [
      'the client says otherwise',
      { promptCacheRetention: '24h' },
      { prompt_cache_retention: 'in_memory' },
      [five, none, none, none],
    ],
    [
      'the last message is the user’s',
      { promptCacheRetention: 'in_memory', bedrockPromptCachePointPositions: all },
      {},
      [five, none, none, five],
    ],
    [
      'it is not',
      { promptCacheRetention: 'in_memory', bedrockPromptCachePointPositions: all },
      { messages: upToAssistant, model: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0' },
      [five, five, five],
    ],
    [
      'the last message are results of tools',
      { promptCacheRetention: 'in_memory', bedrockPromptCachePointPositions: all },
      { messages: [...messages, calls, ...results] },
      [five, none, none, none, none, five],
    ],
    [
      'no position is switched on',
      { promptCacheRetention: 'in_memory', bedrockPromptCachePointPositions: { systemPrompt: false } },
      {},
      [none, none, none, none],
    ],
    ['there are only positions', { bedrockPromptCachePointPositions: all }, {}, [none, none, none, none]],
    [
      'there are no instructions',
      { promptCacheRetention: 'in_memory' },
      { messages: messages.slice(1) },
      [none, none, none, none],
    ],
    [
      'the model takes five minutes alone',
      { promptCacheRetention: '24h' },
      { model: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0' },
      [five, none, none, none],
    ],
    [
      'the model is Nova',
      { promptCacheRetention: '24h' },
      { model: 'amazon.nova-pro-v1:0' },
      [five, none, none, none],
    ],
    [
      'the model takes none',
      { promptCacheRetention: '24h' },
      { model: 'meta.llama3-1-8b-instruct-v1:0' },
      [none, none, none, none],
    ],
  ];
  for (const [what, options, request, got] of rows)
    void it(`is marked as the plugin does where ${what}`, async () => {
      assert.deepEqual(await marks(options, request), got);
    });

  void it('is marked by a client that marks it itself, and then not by the configuration', async () => {
    const options = { promptCacheRetention: '24h', bedrockPromptCachePointPositions: all };
    const content = [
      { type: 'text', text: 'U1', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'U2' },
    ];
    const sent = await outgoing(
      { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['k'], ...options },
      {
        path: '/v1/messages',
        body: { model: CLAUDE, max_tokens: 5, system: 'S', messages: [{ role: 'user', content }] },
      },
    );
    assert.equal(sent.body.split('cachePoint').length - 1, 1, sent.body);
  });

  void it('is not asked for by words that Converse does not know, and the client is told which were left out', async () => {
    const request = { prompt_cache_key: 'k', prompt_cache_retention: '24h' };
    const options = { type: 'bedrock', awsRegion: 'us-east-1', apiTokens: ['k'] };
    for (const [model, dropped] of [
      [CLAUDE, ['prompt_cache_key']],
      ['meta.llama3-1-8b-instruct-v1:0', ['prompt_cache_key', 'prompt_cache_retention']],
    ] as const) {
      const sent = await outgoing(options, {
        path: '/v1/chat/completions',
        body: { model, messages, ...request },
      });
      assert.ok(!/prompt_cache/.test(sent.body), sent.body);
      assert.deepEqual([...(sent.translator?.dropped ?? [])].toSorted(), dropped);
    }
  });
});
