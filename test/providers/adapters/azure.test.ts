import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../src/config/load/load.ts';
import { FIRST_KEY, tryOutgoing, outgoing } from '../outgoing.ts';

const R = 'https://r.openai.azure.com';
const V = 'api-version=2024-10-21';
const body = { model: 'gpt-3', messages: [] };
/** Of a client that wants a WebSocket; others do not mind. */
const SESSION = { connection: 'Upgrade', upgrade: 'websocket' };

/** By the URL of the service: where operations go. */
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [`${R}/openai/deployments/dep/chat/completions?${V}`]: {
    '/v1/chat/completions': `${R}/openai/deployments/dep/chat/completions?${V}`,
    '/v1/embeddings': `${R}/openai/deployments/dep/chat/completions?${V}`,
  },
  [`${R}/openai/deployments/dep?${V}`]: {
    '/v1/chat/completions': `${R}/openai/deployments/dep/chat/completions?${V}`,
    '/v1/embeddings?a=1': `${R}/openai/deployments/dep/embeddings?a=1&${V}`,
    '/v1/responses': `${R}/openai/responses?${V}`,
    'GET /v1/realtime?model=gpt-3': `${R}/openai/realtime?${V}&deployment=dep`,
    '/openai/deployments/other/chat/completions?api-version=2023-05-15': `${R}/openai/deployments/dep/chat/completions?${V}`,
  },
  [`${R}?${V}`]: {
    'GET /v1/realtime?model=gpt-3': `${R}/openai/realtime?${V}&deployment=gpt-35`,
    '/v1/audio/speech': `${R}/openai/deployments/gpt-35/audio/speech?${V}`,
    '/v1/fine_tuning/jobs': `${R}/openai/fine_tuning/jobs?${V}`,
    '/v1/chat/completions': `${R}/openai/deployments/gpt-35/chat/completions?${V}`,
    '/v1/images/generations': `${R}/openai/deployments/gpt-35/images/generations?${V}`,
    'GET /v1/models': `${R}/openai/models?${V}`,
    'GET /v1/files/file-1/content': `${R}/openai/files/file-1/content?${V}`,
  },
  [`${R}/openai/realtime?${V}&deployment=live`]: {
    'GET /v1/realtime?model=gpt-3': `${R}/openai/realtime?${V}&deployment=live`,
  },
  [`${R}/openai/v1/`]: {
    'GET /v1/realtime?model=gpt-3': `${R}/openai/v1/realtime?model=gpt-35`,
    '/v1/chat/completions': `${R}/openai/v1/chat/completions`,
    'GET /v1/files/file-1/content': `${R}/openai/v1/files/file-1/content`,
  },
};

/** What is wrong with these options. */
function problemsOf(options: object): string {
  const parsed = parseConfig(JSON.stringify({ provider: { type: 'azure', apiTokens: ['k'], ...options } }), {
    env: {},
  });
  assert.ok(!parsed.ok);
  return parsed.problems.map(({ path, expected }) => `${path}: ${expected}`).join('\n');
}

void describe('azure', () => {
  for (const [azureServiceUrl, paths] of Object.entries(cases)) {
    for (const [path, url] of Object.entries(paths)) {
      void it(`${path} at ${azureServiceUrl}`, async () => {
        const options = { type: 'azure', azureServiceUrl, modelMapping: { 'gpt-3': 'gpt-35' } };
        const isGet = path.startsWith('GET ');
        const sent = await outgoing(
          options,
          isGet ? { method: 'GET', path: path.slice(4), headers: SESSION } : { path: path, body },
        );
        assert.equal(sent.url, url);
        assert.equal(sent.headers['api-key'], FIRST_KEY);
        assert.ok(!('authorization' in sent.headers));
        if (!isGet) assert.deepEqual(JSON.parse(sent.body), { ...body, model: 'gpt-35' });
      });
    }
  }

  void it('needs a URL, and a version in all but the newest form', () => {
    assert.match(problemsOf({}), /azureServiceUrl/);
    assert.match(problemsOf({ azureServiceUrl: 'nope' }), /a URL/);
    assert.match(problemsOf({ azureServiceUrl: R }), /missing api-version/);
    assert.match(problemsOf({ azureServiceUrl: `${R}?api-version=` }), /missing api-version/);
    assert.match(problemsOf({ azureServiceUrl: `${R}/openai/v10` }), /missing api-version/);
  });

  void it('gets its version with the paths of `capabilities` too', async () => {
    const capabilities = { 'openai/v1/embeddings': '/a', 'openai/v1/audiospeech': '/b?c=1' };
    const options = { type: 'azure', azureServiceUrl: `${R}?${V}`, capabilities };
    assert.equal((await outgoing(options, { path: '/v1/embeddings', body })).url, `${R}/a?${V}`);
    assert.equal((await outgoing(options, { path: '/v1/audio/speech', body })).url, `${R}/b?c=1&${V}`);
  });

  void it('does not have what would need a deployment that nobody names', async () => {
    const resource = { type: 'azure', azureServiceUrl: `${R}?${V}` };
    const path = { method: 'GET', path: '/v1/videos/video-1' } as const;
    assert.equal(await tryOutgoing(resource, path), 'operation_not_offered');
    assert.equal(await tryOutgoing(resource, { path: '/v1/moderations', body: {} }), 'operation_not_offered');
    const deployment = { type: 'azure', azureServiceUrl: `${R}/openai/deployments/dep?${V}` };
    assert.equal((await outgoing(deployment, path)).url, `${R}/openai/deployments/dep/videos/video-1?${V}`);
  });

  void it('takes its newest base as `baseUrl` too, and nothing else there', async () => {
    const sent = await outgoing(
      { type: 'azure', baseUrl: `${R}/openai/v1` },
      { path: '/v1/embeddings', body },
    );
    assert.equal(sent.url, `${R}/openai/v1/embeddings`);
    assert.match(problemsOf({ baseUrl: R }), /^provider\.azureServiceUrl: .*missing azureServiceUrl/);
  });

  void it('takes chats of Gemini clients, streamed', async () => {
    const options = { type: 'azure', azureServiceUrl: `${R}?${V}` };
    const sent = await outgoing(options, {
      path: '/v1beta/models/gpt-5:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    });
    assert.equal(sent.url, `${R}/openai/deployments/gpt-5/chat/completions?${V}`);
    assert.deepEqual(JSON.parse(sent.body), {
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  void it('gets translated chats with the bound that its models know', async () => {
    const options = { type: 'azure', azureServiceUrl: `${R}/openai/v1` };
    const sent = await outgoing(options, {
      path: '/v1/messages',
      body: { model: 'gpt-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
      headers: { 'anthropic-version': '2023-06-01' },
    });
    assert.deepEqual(JSON.parse(sent.body), {
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 9,
    });
  });
});
