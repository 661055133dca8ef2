import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { startTestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { FuzzTarget } from '../target.ts';

const KEY = 'sk-good-0123456789abcdef';

/** The requests of clients: relayed and translated, whole and streamed. */
const REQUESTS: readonly (readonly [path: string, model: string, stream: boolean])[] = [
  ['/v1/chat/completions', 'raw', false],
  ['/v1/chat/completions', 'raw', true],
  ['/v1/messages', 'raw', false],
  ['/v1/messages', 'raw', true],
  ['/v1/chat/completions', 'ant', true],
  ['/v1/chat/completions', 'ant', false],
];

/** Whatever bytes a provider answers with, its client gets an answer that is one, and never the gateway's own error. */
export async function providersAnswers(): Promise<FuzzTarget> {
  let bytes: Buffer = Buffer.alloc(0);
  const upstream = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => {
    upstream.listen(0, '127.0.0.1', resolve);
  });
  const address = upstream.address();
  assert.ok(typeof address === 'object' && address !== null);
  const origin = `http://127.0.0.1:${address.port}`;
  const options = { apiTokens: [KEY], failover: { enabled: false }, firstOutputTimeout: '5s' };
  const gateway = await startTestGateway({
    config: {
      providers: [
        { id: 'raw', type: 'openai', baseUrl: `${origin}/v1`, ...options },
        { id: 'ant', type: 'claude', baseUrl: `${origin}/v1`, ...options },
      ],
      routes: [
        { model: 'raw', to: ['raw'] },
        { model: 'ant', to: ['ant'] },
      ],
    },
    logLevel: 'error',
  });
  return {
    name: 'providers-answers',
    newInputs: 60,
    words: [
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 204 No Content\r\n',
      'content-type: text/event-stream\r\n',
      'content-type: application/json\r\n',
      'transfer-encoding: chunked\r\n',
      'content-encoding: gzip\r\n',
      'content-length: 7\r\n',
      'data: [DONE]\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
      'data: {"error":{"message":"x"}}\n\n',
      '{"error":{"type":"overloaded_error","message":"x"}}',
    ],
    seeds: [
      jsonAnswer(
        '{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}',
      ),
      streamAnswer(
        'data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      ),
      jsonAnswer(
        '{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"t","name":"w","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}',
      ),
      streamAnswer(
        [
          '{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}',
          '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
          '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}',
          '{"type":"content_block_stop","index":0}',
          '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}',
          '{"type":"message_stop"}',
        ]
          .map((data) => `event: ${/"type":"(\w+)"/u.exec(data)?.[1] ?? ''}\ndata: ${data}\n\n`)
          .join(''),
      ),
      Buffer.from('HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\n{}'),
    ],
    run: async (input, random) => {
      bytes = input;
      const [path, model, stream] = random.pick(REQUESTS);
      const answer = await ask(gateway.url, {
        path,
        body: { model, stream, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
      });
      assert.ok(answer.status !== undefined, `hung up on without a status: ${answer.error}`);
      assert.notEqual(answer.status, 500, answer.text);
      assert.ok(!answer.text.includes(KEY), 'the key is in the answer');
    },
    close: async () => {
      upstream.close();
      await gateway.close();
    },
  };
}

function jsonAnswer(body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

function streamAnswer(frames: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${frames}`,
  );
}
