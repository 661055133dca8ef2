import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerTypes } from '../../../src/catalog/provider-types.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { isOffered } from '../../../src/catalog/row.ts';
import { FIRST_KEY, tryOutgoing, outgoing as leftBy } from '../outgoing.ts';
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
  '{ "model":"asked", "messages":[{"role":"user","content":"a \\u00e9\\n"}],\n "seed":12345678901234567890,"x":{"y":[1.0,1e3]}}';
const MAPPED = BODY.replace('"asked"', '"theirs"');
const STREAMED = BODY.replace(/\}$/, ',"stream":true}');

function left(type: string, asked: ClientRequest, more: object = {}): Promise<OutgoingRequest> {
  return leftBy({ type, modelMapping: { asked: 'theirs' }, ...expected[type]?.options, ...more }, asked);
}

void describe('what leaves for providers that speak OpenAI', () => {
  void it('is told of each type', () => {
    const types = [...providerTypes.keys()].filter((type) => !ELSEWHERE.has(type));
    assert.deepEqual(types.toSorted(), Object.keys(expected).toSorted());
  });

  for (const [type, { chat, credential, more }] of Object.entries(expected)) {
    void it(`${type}: a chat, byte for byte but for the model`, async () => {
      const gone = await left(type, { path: '/v1/chat/completions', body: BODY });
      assert.equal(`${gone.method} ${gone.url}`, `POST ${chat}`);
      assert.equal(gone.body, MAPPED);
      const [name, value] = credential ?? ['authorization', `Bearer ${FIRST_KEY}`];
      assert.deepEqual(
        { [name]: gone.headers[name], 'content-type': gone.headers['content-type'] },
        { [name]: value, 'content-type': 'application/json' },
      );
    });

    void it(`${type}: a stream, which is asked for its usage`, async () => {
      const gone = await left(type, { path: '/proxy/v1/chat/completions', body: STREAMED });
      assert.equal(gone.url, chat);
      const asked: unknown = JSON.parse(gone.body);
      const usage = type === 'mistral' ? '' : ',"stream_options":{"include_usage":true}';
      const plain = STREAMED.replace('"asked"', '"theirs"').replace(/\}$/, `${usage}}`);
      assert.deepEqual(asked, JSON.parse(plain));
    });

    for (const [line, url] of Object.entries(more)) {
      void it(`${type}: ${line}`, async () => {
        const [path = '', method = 'POST'] = line.split(' ').toReversed();
        const isGet = method === 'GET';
        const asked: ClientRequest = {
          method: isGet ? 'GET' : 'POST',
          path,
          ...(!isGet && { body: '{"model":"asked","input":"x"}' }),
        };
        if (url === '404') {
          const options = { type, ...expected[type]?.options };
          assert.equal(await tryOutgoing(options, asked), 'operation_not_offered');
          return;
        }
        const gone = await left(type, asked);
        assert.equal(`${gone.method} ${gone.url}`, `${method} ${url}`);
        assert.equal(gone.body, isGet ? '' : '{"model":"theirs","input":"x"}');
        const isAnthropic = path.includes('/messages');
        assert.equal(gone.headers['anthropic-version'], isAnthropic ? '2023-06-01' : undefined);
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
    const gone = await left('deepseek', messages, { baseUrl: 'http://127.0.0.1:9000/deepseek/v1' });
    assert.equal(gone.url, 'http://127.0.0.1:9000/deepseek/anthropic/v1/messages');
  });

  void it('is known to be the usual host with another path', async () => {
    const gone = await left('deepseek', messages, { baseUrl: 'https://api.deepseek.com' });
    assert.equal(gone.url, 'https://api.deepseek.com/anthropic/v1/messages');
  });

  void it('has operations at their own suffixes where nobody can tell', async () => {
    const gone = await left(
      'minimax',
      { path: '/v1/chat/completions', body: BODY },
      { baseUrl: 'http://127.0.0.1:9000/api' },
    );
    assert.equal(gone.url, 'http://127.0.0.1:9000/api/chat/completions');
  });

  void it('stands behind prefixes and another host, with what is beside it', async () => {
    const gone = await left(
      'longcat',
      { method: 'GET', path: '/v1/models' },
      {
        providerDomain: 'proxy.example.com',
        providerBasePath: '/outer',
      },
    );
    assert.equal(gone.headers['authorization'], `Bearer ${FIRST_KEY}`);
    assert.match(gone.url, /\/outer\/v1\/models$/);
  });
});

void describe('protocol: original', () => {
  void it('sends applications of DashScope what they are sent, at their own paths', async () => {
    const body = '{"input":{"prompt":"What is Dubbo?"},"parameters":{},"debug":{}}';
    const gone = await left(
      'qwen',
      { path: '/api/v1/apps/app-1/completion', body, headers: { 'X-DashScope-SSE': 'enable' } },
      { protocol: 'original' },
    );
    assert.equal(gone.url, 'https://dashscope.aliyuncs.com/api/v1/apps/app-1/completion');
    assert.equal(gone.body, body);
    assert.equal(gone.headers['x-dashscope-sse'], 'enable');
  });
});

void describe('options of vendors', () => {
  const chat = { path: '/v1/chat/completions', body: '{"model":"m","messages":[]}' };

  void it('the coding plan of zhipuai has chats at a place of its own, and nothing else', async () => {
    const options = { zhipuDomain: 'api.z.ai', zhipuCodePlanMode: true };
    const gone = await left('zhipuai', chat, options);
    assert.equal(gone.url, 'https://api.z.ai/api/coding/paas/v4/chat/completions');
    const embedded = await left('zhipuai', { ...chat, path: '/v1/embeddings' }, options);
    assert.equal(embedded.url, 'https://api.z.ai/api/paas/v4/embeddings');
  });

  void it('qwenEnableSearch holds where the client says nothing', async () => {
    const gone = await left('qwen', chat, { qwenEnableSearch: true });
    assert.equal(gone.body, '{"enable_search":true,"model":"m","messages":[]}');
    const own = { ...chat, body: '{"model":"m","messages":[],"enable_search":false}' };
    assert.equal((await left('qwen', own, { qwenEnableSearch: true })).body, own.body);
  });

  void it('responseJsonSchema holds whatever the client says, for chats', async () => {
    const options = { responseJsonSchema: { type: 'json_object' } };
    const asked = { ...chat, body: '{"model":"m","response_format":{"type":"text"},"messages":[]}' };
    for (const type of ['openai', 'longcat'])
      assert.equal(
        (await left(type, asked, options)).body,
        '{"model":"m","response_format":{"type":"json_object"},"messages":[]}',
      );
    const embedding = { path: '/v1/embeddings', body: '{"model":"m"}' };
    assert.equal((await left('openai', embedding, options)).body, '{"model":"m"}');
  });

  void it('images of doubao have no watermark unless the client wants one', async () => {
    const asked = { path: '/v1/images/generations', body: '{"model":"m"}' };
    assert.equal((await left('doubao', asked)).body, '{"watermark":false,"model":"m"}');
    const own = { ...asked, body: '{"model":"m","watermark":true}' };
    assert.equal((await left('doubao', own)).body, own.body);
  });

  void it('capabilities make an operation one that there is, and say where', async () => {
    const gone = await left(
      'perplexity',
      { path: '/v1/embeddings', body: '{"model":"m"}' },
      {
        capabilities: { 'openai/v1/embeddings': '/v1/embeddings' },
      },
    );
    assert.equal(gone.url, 'https://api.perplexity.ai/v1/embeddings');
  });
});
