import assert from 'node:assert/strict';
import { startTestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { FuzzTarget } from '../target.ts';
import { exchange } from './exchange.ts';

/** Whatever bytes a client sends, it is answered or hung up on, and nothing it can write is the gateway's own error. */
export async function front(): Promise<FuzzTarget> {
  const gateway = await startTestGateway({
    config: ({ url }) => ({
      providers: [
        { id: 'sim', type: 'openai', baseUrl: url, apiTokens: ['sk-good-0123456789abcdef'] },
        { id: 'ant', type: 'claude', baseUrl: `${url}/v1`, apiTokens: ['sk-ant-good-0123456789abcdef'] },
      ],
      routes: [
        { model: 'gpt-*', to: ['sim'] },
        { model: 'claude-*', to: ['ant'] },
      ],
    }),
    logLevel: 'error',
  });
  return {
    name: 'front',
    newInputs: 40,
    words: [
      'content-length: 5\r\n',
      'transfer-encoding: chunked\r\n',
      'expect: 100-continue\r\n',
      'upgrade: websocket\r\nconnection: upgrade\r\n',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n',
      '/v1/messages',
      '/v1beta/models/gpt-5:generateContent',
      '/v1/realtime?model=gpt-5',
      '/v1/files',
      '%2e%2e/',
      'HTTP/1.0',
      '\r\n\r\n',
      '0\r\n\r\n',
      '"model":"claude-sonnet-4-5"',
    ],
    seeds: [
      requestOf('POST /v1/chat/completions', '{"model":"gpt-5","messages":[{"role":"user","content":"hi"}]}'),
      requestOf(
        'POST /v1/messages',
        '{"model":"gpt-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}',
      ),
      requestOf('POST /v1/responses', '{"model":"claude-sonnet-4-5","input":"hi","stream":true}'),
      Buffer.from('GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n'),
      Buffer.from(
        'POST /v1/embeddings HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n' +
          '1d\r\n{"model":"gpt-5","input":"a"}\r\n0\r\n\r\n',
      ),
    ],
    run: async (input) => {
      const answer = await exchange(gateway.port, input);
      for (const [, status = ''] of answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gmu))
        assert.notEqual(status, '500', answer);
      assert.ok(answer === '' || answer.startsWith('HTTP/1.1 '), answer);
      const good = await ask(gateway.url, {
        body: { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] },
      });
      assert.equal(good.status, 200, 'a good request after it is not answered');
    },
    close: gateway.close,
  };
}

function requestOf(line: string, body: string): Buffer {
  return Buffer.from(
    `${line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
