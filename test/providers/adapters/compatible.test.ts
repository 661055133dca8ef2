import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerTypes } from '../../../src/catalog/provider-types.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { isOffered } from '../../../src/catalog/row.ts';
import { FIRST_KEY, tryOutgoing, outgoing } from '../outgoing.ts';
import type { ClientRequest, OutgoingRequest } from '../outgoing.ts';
import { expected } from '../expected-requests.ts';

/** Types with a file of tests of their own. */
const ELSEWHERE = new Set(
  'azure azure-ai-foundry bedrock claude gemini hunyuan kling vertex coze deepl dify generic triton'.split(
    ' ',
  ),
);

/** What a client may write that nobody here knows: it has to arrive as it is. */
const BODY =
  '{ "model":"asked", "messages":[{"role":"user","content":"a \\u00e9\\n"}],\n "big":12345678901234567890,"x":{"y":[1.0,1e3]}}';
const MAPPED = BODY.replace('"asked"', '"theirs"');
const STREAMED = BODY.replace(/\}$/, ',"stream":true}');

function outgoingFor(type: string, request: ClientRequest, more: object = {}): Promise<OutgoingRequest> {
  return outgoing({ type, modelMapping: { asked: 'theirs' }, ...expected[type]?.options, ...more }, request);
}

void describe('requests to providers with OpenAI’s API', () => {
  void it('is expected of each type', () => {
    const types = [...providerTypes.keys()].filter((type) => !ELSEWHERE.has(type));
    assert.deepEqual(types.toSorted(), Object.keys(expected).toSorted());
  });

  for (const [type, { chat, credential, more }] of Object.entries(expected)) {
    void it(`${type}: a chat, byte for byte but for the model`, async () => {
      const sent = await outgoingFor(type, { path: '/v1/chat/completions', body: BODY });
      assert.equal(`${sent.method} ${sent.url}`, `POST ${chat}`);
      assert.equal(sent.body, MAPPED);
      const [name, value] = credential ?? ['authorization', `Bearer ${FIRST_KEY}`];
      assert.deepEqual(
        { [name]: sent.headers[name], 'content-type': sent.headers['content-type'] },
        { [name]: value, 'content-type': 'application/json' },
      );
    });

    void it(`${type}: a stream, which is requested with its usage`, async () => {
      const sent = await outgoingFor(type, { path: '/proxy/v1/chat/completions', body: STREAMED });
      assert.equal(sent.url, chat);
      const request: unknown = JSON.parse(sent.body);
      const usage = type === 'mistral' ? '' : ',"stream_options":{"include_usage":true}';
      const plain = STREAMED.replace('"asked"', '"theirs"').replace(/\}$/, `${usage}}`);
      assert.deepEqual(request, JSON.parse(plain));
    });

    for (const [line, url] of Object.entries(more)) {
      void it(`${type}: ${line}`, async () => {
        const [path = '', method = 'POST'] = line.split(' ').toReversed();
        const isGet = method === 'GET';
        const request: ClientRequest = {
          method: isGet ? 'GET' : 'POST',
          path,
          ...(!isGet && { body: '{"model":"asked","input":"x"}' }),
        };
        if (url === '404') {
          const options = { type, ...expected[type]?.options };
          assert.equal(await tryOutgoing(options, request), 'operation_not_offered');
          return;
        }
        const sent = await outgoingFor(type, request);
        assert.equal(`${sent.method} ${sent.url}`, `${method} ${url}`);
        assert.equal(sent.body, isGet ? '' : '{"model":"theirs","input":"x"}');
        const isAnthropic = path.includes('/messages');
        assert.equal(sent.headers['anthropic-version'], isAnthropic ? '2023-06-01' : undefined);
      });
    }
  }
});

void describe('rows of the table', () => {
  void it('name operations that there are', () => {
    const names = operations.map(({ name }) => name);
    for (const { type, offers = [], paths = {}, anthropic } of providerTypes.values()) {
      for (const each of [...offers, ...Object.keys(paths), ...(anthropic?.offers ?? [])])
        assert.ok(
          names.some((name) => isOffered([each], name)),
          `${type}: ${each}`,
        );
      for (const name of Object.keys(paths)) assert.ok(isOffered(offers, name), `${type}: ${name}`);
    }
  });

  void it('offer the list of models where a refused key is checked by it', () => {
    for (const { type, listNeedsKey, offers, speaks } of providerTypes.values())
      if (listNeedsKey === true && speaks === undefined) assert.ok(isOffered(offers, 'models.list'), type);
  });

  void it('have a variable only beside a URL, so that the environment makes a configuration', () => {
    for (const { type, baseUrl, env } of providerTypes.values())
      assert.ok(env === undefined || baseUrl !== undefined, type);
  });
});

void describe('a base URL of the configuration’s own', () => {
  const messages = { path: '/v1/messages', body: '{"model":"asked"}' };

  void it('moves what stands beside the usual one along, where it ends alike', async () => {
    const sent = await outgoingFor('deepseek', messages, { baseUrl: 'http://127.0.0.1:9000/deepseek/v1' });
    assert.equal(sent.url, 'http://127.0.0.1:9000/deepseek/anthropic/v1/messages');
  });

  void it('is known to be the usual host with another path', async () => {
    const sent = await outgoingFor('deepseek', messages, { baseUrl: 'https://api.deepseek.com' });
    assert.equal(sent.url, 'https://api.deepseek.com/anthropic/v1/messages');
  });

  void it('has operations at their own suffixes where the prefix is unknown', async () => {
    const sent = await outgoingFor(
      'minimax',
      { path: '/v1/chat/completions', body: BODY },
      { baseUrl: 'http://127.0.0.1:9000/api' },
    );
    assert.equal(sent.url, 'http://127.0.0.1:9000/api/chat/completions');
  });

  void it('stands behind prefixes and another host, with what is beside it', async () => {
    const sent = await outgoingFor(
      'longcat',
      { method: 'GET', path: '/v1/models' },
      {
        providerDomain: 'proxy.example.com',
        providerBasePath: '/outer',
      },
    );
    assert.equal(sent.headers['authorization'], `Bearer ${FIRST_KEY}`);
    assert.match(sent.url, /\/outer\/v1\/models$/);
  });
});

void describe('protocol: original', () => {
  void it('sends applications of DashScope what they are sent, at their own paths', async () => {
    const body = '{"input":{"prompt":"What is Dubbo?"},"parameters":{},"debug":{}}';
    const sent = await outgoingFor(
      'qwen',
      { path: '/api/v1/apps/app-1/completion', body, headers: { 'X-DashScope-SSE': 'enable' } },
      { protocol: 'original' },
    );
    assert.equal(sent.url, 'https://dashscope.aliyuncs.com/api/v1/apps/app-1/completion');
    assert.equal(sent.body, body);
    assert.equal(sent.headers['x-dashscope-sse'], 'enable');
  });
});

void describe('options of vendors', () => {
  const chat = { path: '/v1/chat/completions', body: '{"model":"m","messages":[]}' };

  void it('the coding plan of zhipuai has a path of its own for chats, and nothing else', async () => {
    const options = { zhipuDomain: 'api.z.ai', zhipuCodePlanMode: true };
    const sent = await outgoingFor('zhipuai', chat, options);
    assert.equal(sent.url, 'https://api.z.ai/api/coding/paas/v4/chat/completions');
    const embedded = await outgoingFor('zhipuai', { ...chat, path: '/v1/embeddings' }, options);
    assert.equal(embedded.url, 'https://api.z.ai/api/paas/v4/embeddings');
  });

  void it('qwenEnableSearch holds where the client says nothing', async () => {
    const sent = await outgoingFor('qwen', chat, { qwenEnableSearch: true });
    assert.equal(sent.body, '{"enable_search":true,"model":"m","messages":[]}');
    const own = { ...chat, body: '{"model":"m","messages":[],"enable_search":false}' };
    assert.equal((await outgoingFor('qwen', own, { qwenEnableSearch: true })).body, own.body);
  });

  void it('responseJsonSchema holds whatever the client says, for chats', async () => {
    const options = { responseJsonSchema: { type: 'json_object' } };
    const request = { ...chat, body: '{"model":"m","response_format":{"type":"text"},"messages":[]}' };
    for (const type of ['openai', 'longcat'])
      assert.equal(
        (await outgoingFor(type, request, options)).body,
        '{"model":"m","response_format":{"type":"json_object"},"messages":[]}',
      );
    const embedding = { path: '/v1/embeddings', body: '{"model":"m"}' };
    assert.equal((await outgoingFor('openai', embedding, options)).body, '{"model":"m"}');
  });

  void it('images of doubao have no watermark unless the client wants one', async () => {
    const request = { path: '/v1/images/generations', body: '{"model":"m"}' };
    assert.equal((await outgoingFor('doubao', request)).body, '{"watermark":false,"model":"m"}');
    const own = { ...request, body: '{"model":"m","watermark":true}' };
    assert.equal((await outgoingFor('doubao', own)).body, own.body);
  });

  void it('capabilities make an operation one that there is, and say where', async () => {
    const sent = await outgoingFor(
      'perplexity',
      { path: '/v1/embeddings', body: '{"model":"m"}' },
      {
        capabilities: { 'openai/v1/embeddings': '/v1/embeddings' },
      },
    );
    assert.equal(sent.url, 'https://api.perplexity.ai/v1/embeddings');
  });
});
