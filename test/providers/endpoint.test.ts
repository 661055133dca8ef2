import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConfigParts } from '../support/gateway.ts';
import { outgoing, tryOutgoing, type ClientRequest } from './outgoing.ts';

/** Path, provider's options, and where the request goes. */
type Case = readonly [what: string, provider: ConfigParts, path: string, url: string];

function check(cases: readonly Case[]): void {
  for (const [what, provider, path, url] of cases) {
    void it(what, async () => {
      assert.equal((await outgoing({ type: 'openai', ...provider }, askedAt(path))).url, url);
    });
  }
}

function askedAt(path: string): ClientRequest {
  return { path, body: '{"model":"m","messages":[]}' };
}

const CHAT = '/v1/chat/completions';
const OPENAI = 'https://api.openai.com';

void describe('where a provider is', () => {
  check([
    ['is its type’s own endpoint', {}, CHAT, `${OPENAI}${CHAT}`],
    ['a client’s prefix ends here', {}, `/any/thing${CHAT}`, `${OPENAI}${CHAT}`],
    ['a client’s query does not', {}, `${CHAT}?a=b`, `${OPENAI}${CHAT}?a=b`],
    ['another domain', { providerDomain: 'a.example.com' }, CHAT, `https://a.example.com${CHAT}`],
    ['with a port', { providerDomain: 'a.example.com:81' }, CHAT, `https://a.example.com:81${CHAT}`],
    ['with a scheme', { providerDomain: 'http://127.0.0.1:81/' }, CHAT, `http://127.0.0.1:81${CHAT}`],
    [
      'whose port is not that of the endpoint it replaces',
      { type: 'ollama', ollamaServerHost: 'h', providerDomain: 'a.example.com' },
      CHAT,
      `http://a.example.com${CHAT}`,
    ],
    ['a path in front', { providerBasePath: '/front' }, CHAT, `${OPENAI}/front${CHAT}`],
    ['however it is written', { providerBasePath: 'front/' }, CHAT, `${OPENAI}/front${CHAT}`],
    ['of several segments', { providerBasePath: '/a/b/c' }, CHAT, `${OPENAI}/a/b/c${CHAT}`],
    ['which is not put twice', { providerBasePath: '/v1' }, CHAT, `${OPENAI}${CHAT}`],
    [
      'a prefix that is put in front',
      { basePath: '/in', basePathHandling: 'prepend' },
      CHAT,
      `${OPENAI}/in${CHAT}`,
    ],
    ['or that stops here', { basePath: '/in' }, `/in${CHAT}`, `${OPENAI}${CHAT}`],
    [
      'both, the provider’s own first',
      { basePath: '/in', basePathHandling: 'prepend', providerBasePath: '/front' },
      CHAT,
      `${OPENAI}/front/in${CHAT}`,
    ],
    [
      'one removed, another added',
      { basePath: '/gateway', providerBasePath: '/ai' },
      `/gateway${CHAT}`,
      `${OPENAI}/ai${CHAT}`,
    ],
    [
      'where everything passes, the prefix is removed from the client’s path',
      { type: 'generic', genericHost: 'http://g.example.com', basePath: '/gateway' },
      `/gateway${CHAT}?a=b`,
      `http://g.example.com${CHAT}?a=b`,
    ],
    [
      'and only where it stands',
      { type: 'generic', genericHost: 'http://g.example.com', basePath: '/gateway' },
      `/other${CHAT}`,
      `http://g.example.com/other${CHAT}`,
    ],
    [
      'or put in front of it',
      {
        type: 'generic',
        genericHost: 'http://g.example.com',
        basePath: '/in',
        basePathHandling: 'prepend',
        protocol: 'original',
      },
      CHAT,
      `http://g.example.com/in${CHAT}`,
    ],
  ]);
});

void describe('capabilities', () => {
  const path = '/own/chat';
  const chat = { capabilities: { 'openai/v1/chatcompletions': path } };
  check([
    ['say where an operation is', chat, CHAT, `${OPENAI}${path}`],
    ['with the client’s query', chat, `${CHAT}?a=b`, `${OPENAI}${path}?a=b`],
    [
      'with both queries',
      { capabilities: { 'openai/v1/chatcompletions': '/own?v=1' } },
      `${CHAT}?a=b`,
      `${OPENAI}/own?v=1&a=b`,
    ],
    ['behind another path', { ...chat, providerBasePath: '/front' }, CHAT, `${OPENAI}/front${path}`],
    [
      'by the names that are used here, too',
      { capabilities: { moderations: '/m' } },
      '/v1/moderations',
      `${OPENAI}/m`,
    ],
    [
      'and that a provider has what its type has not',
      { type: 'groq', capabilities: { 'openai/v1/embeddings': '/e' } },
      '/v1/embeddings',
      'https://api.groq.com/e',
    ],
    [
      'whatever the API of the type',
      { type: 'claude', capabilities: { 'openai/v1/embeddings': '/e' } },
      '/v1/embeddings',
      'https://api.anthropic.com/e',
    ],
    [
      'or Azure',
      {
        type: 'azure',
        azureServiceUrl: 'https://r.openai.azure.com?api-version=1',
        capabilities: { 'openai/v1/embeddings': '/e?api-version=2' },
      },
      '/v1/embeddings',
      'https://r.openai.azure.com/e?api-version=2',
    ],
    [
      'while its own dialect stays where it is',
      { type: 'claude', capabilities: { 'openai/v1/embeddings': '/e' } },
      '/v1/messages',
      'https://api.anthropic.com/v1/messages',
    ],
  ]);

  void it('fill in an id, and bring the type’s own credential', async () => {
    const capabilities = { 'openai/v1/retrievevideo': '/own/{video_id}/raw' };
    const request = { method: 'GET', path: '/p/v1/videos/v_1' } as const;
    assert.equal((await outgoing({ type: 'openai', capabilities }, request)).url, `${OPENAI}/own/v_1/raw`);
    const { url, headers } = await outgoing({ type: 'claude', capabilities }, request);
    assert.equal(url, 'https://api.anthropic.com/own/v_1/raw');
    assert.ok('x-api-key' in headers && !('authorization' in headers));
  });

  void it('without which an operation is refused that the type has not', async () => {
    assert.equal(await tryOutgoing({ type: 'groq' }, askedAt('/v1/embeddings')), 'operation_not_offered');
  });
});

void describe('protocol: original', () => {
  const odd = '{"model":"m","a":1,"a":2,"stream":true,"messages":[{"role":"developer","content":"x"}]}';
  void it('touches no byte of a body but for custom settings, and has nothing translated', async () => {
    const options = { type: 'groq', protocol: 'original', contextCleanupCommands: ['x'], hiclawMode: true };
    assert.equal((await outgoing(options, { path: CHAT, body: odd })).body, odd);
    const customSettings = [{ name: 'temperature', value: 1 }];
    assert.equal(
      (await outgoing({ ...options, customSettings }, { path: CHAT, body: odd })).body,
      odd.replace('{', '{"temperature":1,'),
    );
    const messages = await outgoing(options, { path: '/v1/messages', body: odd });
    assert.equal(messages.url, 'https://api.groq.com/v1/messages');
    assert.equal(messages.body, odd);
    const concatenated = await outgoing(
      { ...options, reasoningContentMode: 'concat' },
      { path: CHAT, body: odd },
    );
    assert.equal(concatenated.translator, undefined);
  });
});
