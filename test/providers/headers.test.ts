import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forwardedHeaders } from '../../src/providers/headers.ts';

void describe('forwardedHeaders', () => {
  const stopped = [
    ['Authorization', 'Bearer sk-client'],
    ['X-Api-Key', 'sk-client'],
    ['x-goog-api-key', 'sk-client'],
    ['API-Key', 'sk-client'],
    ['Cookie', 'session=1'],
    ['Proxy-Authorization', 'Basic eA=='],
    ['Host', 'gateway.example'],
    ['Content-Length', '12'],
    ['Transfer-Encoding', 'chunked'],
    ['Keep-Alive', 'timeout=5'],
    ['TE', 'trailers'],
    ['Trailer', 'x-checksum'],
    ['Upgrade', 'websocket'],
    ['Expect', '100-continue'],
    ['Accept-Encoding', 'gzip, br'],
    ['X-Forwarded-For', '192.0.2.7'],
    ['Forwarded', 'for=192.0.2.7'],
    ['Via', '1.1 proxy'],
    ['X-Real-IP', '192.0.2.7'],
    ['CF-Connecting-IP', '192.0.2.7'],
    ['x-mse-consumer', 'consumer-alpha'],
    ['Origin', 'https://page.example'],
    ['Referer', 'https://page.example/chat'],
    ['Sec-Fetch-Mode', 'cors'],
    ['X-Amz-Date', '20261124T000000Z'],
    ['X-Amz-Security-Token', 'session'],
    ['X-TC-Timestamp', '1795500000'],
  ] as const;
  for (const [name, value] of stopped) {
    void it(`keeps ${name} to itself, however it is written`, () => {
      for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
        assert.deepEqual(forwardedHeaders([written, value, 'x-kept', '1']), ['x-kept', '1']);
      }
    });
  }

  void it('passes the rest on as it came: names, values, order and repetition', () => {
    const raw = [
      'Content-Type',
      'application/json; charset=utf-8',
      'Anthropic-Version',
      '2023-06-01',
      'anthropic-beta',
      'a',
      'anthropic-beta',
      'b',
      'OpenAI-Beta',
      'assistants=v2',
      'Idempotency-Key',
      'é',
      'x-empty',
      '',
    ];
    assert.deepEqual(forwardedHeaders(raw), raw);
  });

  void it('stops the headers that the connection names, and the connection header itself', () => {
    const raw = ['Connection', 'close, X-Hop , x-other', 'x-hop', '1', 'X-OTHER', '2', 'x-kept', '3'];
    assert.deepEqual(forwardedHeaders(raw), ['x-kept', '3']);
  });

  void it('heeds every connection header, wherever it stands', () => {
    const raw = [
      'x-hop',
      '1',
      'connection',
      'close',
      'x-kept',
      '2',
      'CONNECTION',
      'x-hop',
      'connection',
      'keep-alive',
    ];
    assert.deepEqual(forwardedHeaders(raw), ['x-kept', '2']);
  });

  void it('has nothing to pass on where nothing came', () => {
    assert.deepEqual(forwardedHeaders([]), []);
  });

  void it('leaves what it was given as it was', () => {
    const raw = Object.freeze(['authorization', 'Bearer sk-client', 'x-kept', '1']);
    forwardedHeaders(raw);
    assert.equal(raw.length, 4);
  });
});
