import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Vendor } from '../../../src/catalog/row.ts';
import type { Family } from '../../../src/dialects/operations/operation.ts';
import { HeaderFilter } from '../../../src/providers/request/header-filter.ts';

const FAMILIES: readonly Family[] = ['openai', 'anthropic', 'gemini', 'bedrock', 'vendor'];

interface Options {
  readonly family?: Family;
  readonly vendor?: Vendor;
  readonly names?: readonly string[];
  readonly isOwnCredential?: boolean;
  readonly isGet?: boolean;
}

function passed(raw: readonly string[], options: Options = {}): string[] {
  const { family = 'openai', vendor, names = [], isOwnCredential = false, isGet = false } = options;
  return new HeaderFilter({ family, vendor, names, isOwnCredential }).filter(raw, isGet);
}

/** What travels to nobody, whatever the configuration says and whoever's credential travels. */
const NEVER = [
  ['Authorization', 'Bearer sk-client'],
  ['X-Api-Key', 'sk-client'],
  ['x-goog-api-key', 'sk-client'],
  ['API-Key', 'sk-client'],
  ['Cookie', 'session=1'],
  ['Proxy-Authorization', 'Basic eA=='],
  ['Host', 'gateway.example'],
  ['Content-Length', '12'],
  ['Content-Encoding', 'gzip'],
  ['Transfer-Encoding', 'chunked'],
  ['Keep-Alive', 'timeout=5'],
  ['TE', 'trailers'],
  ['Trailer', 'x-checksum'],
  ['Upgrade', 'websocket'],
  ['Expect', '100-continue'],
  ['Accept-Encoding', 'gzip, br'],
  ['X-Forwarded-For', '192.0.2.7'],
  ['X-Forwarded-User', 'root'],
  ['Forwarded', 'for=192.0.2.7'],
  ['Via', '1.1 proxy'],
  ['X-Real-IP', '192.0.2.7'],
  ['CF-Connecting-IP', '192.0.2.7'],
  ['x-mse-consumer', 'consumer-alpha'],
  ['Origin', 'https://page.example'],
  ['Referer', 'https://page.example/chat'],
  ['Sec-Fetch-Mode', 'cors'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate'],
  ['X-Amz-Date', '20261124T000000Z'],
  ['X-Amz-Security-Token', 'session'],
  ['X-TC-Timestamp', '1795500000'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-HTTP-Method', 'DELETE'],
  ['X-Method-Override', 'DELETE'],
  ['If-Match', '"a"'],
  ['If-None-Match', '*'],
  ['If-Modified-Since', 'Sun, 29 Nov 2026 00:00:00 GMT'],
  ['If-Unmodified-Since', 'Sun, 29 Nov 2020 00:00:00 GMT'],
  ['x-sparekey-hold', 'whole'],
] as const;

/** What says whose request it is, in the words of several vendors. */
const IDENTITY = [
  'OpenAI-Organization',
  'OpenAI-Project',
  'X-OpenAI-Authorization',
  'Anthropic-Workspace-Id',
  'anthropic-organization-id',
  'x-goog-user-project',
  'x-goog-iam-authorization-token',
  'x-goog-iam-authority-selector',
  'x-ms-authorization-auxiliary',
  'x-dashscope-workspace',
  'chatgpt-account-id',
  'cf-aig-authorization',
  'x-openrouter-api-key',
] as const;

void describe('PassedHeaders', () => {
  for (const [name, value] of NEVER) {
    void it(`keeps ${name} to itself, however it is written and whatever is configured`, () => {
      for (const written of [name, name.toLowerCase(), name.toUpperCase()])
        for (const family of FAMILIES)
          for (const isOwnCredential of [false, true])
            for (const names of [[], ['*'], [name.toLowerCase()]])
              assert.deepEqual(
                passed([written, value, 'Accept', '*/*'], { family, names, isOwnCredential, isGet: true }),
                ['Accept', '*/*'],
              );
    });
  }

  for (const name of IDENTITY) {
    void it(`keeps ${name} to itself unless the configuration names it`, () => {
      for (const family of FAMILIES)
        for (const names of [[], ['*'], [`${name.toLowerCase().slice(0, 6)}*`]])
          assert.deepEqual(passed([name, 'mine'], { family, names }), []);
      assert.deepEqual(passed([name, 'mine'], { names: [name.toLowerCase()] }), [name, 'mine']);
    });
  }

  void it('passes what says whose request it is beside the client’s own credential', () => {
    const raw = ['OpenAI-Organization', 'org-1', 'OpenAI-Project', 'p', 'ChatGPT-Account-Id', 'a'];
    assert.deepEqual(passed(raw, { vendor: 'openai', isOwnCredential: true }), raw);
    const google = ['x-goog-user-project', 'p'];
    assert.deepEqual(passed(google, { family: 'gemini', isOwnCredential: true }), google);
    assert.deepEqual(passed(google, { family: 'openai', isOwnCredential: true }), []);
  });

  void it('passes what it knows on as it came: names, values, order and repetition', () => {
    const raw = [
      'Content-Type',
      'application/json; charset=utf-8',
      'OpenAI-Beta',
      'a',
      'openai-beta',
      'b',
      'Idempotency-Key',
      'é',
      'X-Stainless-Lang',
      'js',
      'traceparent',
      '',
    ];
    assert.deepEqual(passed(raw, { vendor: 'openai' }), raw);
  });

  void it('passes what it does not know only where the configuration says so', () => {
    const raw = ['x-mine', '1', 'X-My-Trace', '2', 'baggage', '3'];
    assert.deepEqual(passed(raw), []);
    assert.deepEqual(passed(raw, { names: ['x-mine'] }), ['x-mine', '1']);
    assert.deepEqual(passed(raw, { names: ['x-my-*'] }), ['X-My-Trace', '2']);
    assert.deepEqual(passed(raw, { names: ['*'] }), raw);
  });

  void it('passes a vendor’s own headers to providers with its API, and to nobody else', () => {
    const raw = ['anthropic-beta', 'a', 'openai-beta', 'b', 'x-goog-api-client', 'c', 'accept', '*/*'];
    const expected: Readonly<Record<Family, readonly string[]>> = {
      anthropic: ['anthropic-beta', 'a'],
      openai: ['openai-beta', 'b'],
      gemini: ['x-goog-api-client', 'c'],
      bedrock: [],
      vendor: [],
    };
    for (const family of FAMILIES)
      assert.deepEqual(passed(raw, { family }), [...expected[family], 'accept', '*/*']);
  });

  void it('passes what clients mean for their vendor to that vendor alone', () => {
    const meant = {
      openai: ['originator', 'version', 'x-codex-window-id', 'session-id', 'x-client-request-id'],
      anthropic: ['x-app', 'x-claude-code-session-id', 'anthropic-dangerous-direct-browser-access'],
    } as const;
    for (const [vendor, other] of [
      ['openai', 'anthropic'],
      ['anthropic', 'openai'],
    ] as const) {
      const raw = [...meant[vendor], 'x-stainless-os'].flatMap((name) => [name, 'v']);
      for (const family of FAMILIES) {
        assert.deepEqual(passed(raw, { family, vendor }), raw);
        assert.deepEqual(passed(raw, { family }), []);
        assert.deepEqual(passed(raw, { family, names: ['x-codex-*', 'x-claude-*'] }).length, 2);
      }
      const own = meant[vendor].filter((name) => name !== 'x-client-request-id');
      assert.deepEqual(
        passed(
          own.flatMap((name) => [name, 'v']),
          { vendor: other },
        ),
        [],
      );
    }
  });

  void it('asks for parts of what is fetched, and of nothing else', () => {
    const raw = ['Range', 'bytes=0-9', 'If-Range', '"a"'];
    assert.deepEqual(passed(raw, { isGet: true }), raw);
    assert.deepEqual(passed(raw, { isGet: false }), []);
  });

  void it('takes out of the protocols of a WebSocket the key, and who pays', () => {
    const request =
      'realtime, openai-insecure-api-key.k, openai-organization.o, OpenAI-Project.p, openai-beta.v1';
    assert.deepEqual(passed(['Sec-WebSocket-Protocol', request]), [
      'Sec-WebSocket-Protocol',
      'realtime, openai-beta.v1',
    ]);
    assert.deepEqual(passed(['Sec-WebSocket-Protocol', request], { isOwnCredential: true }), [
      'Sec-WebSocket-Protocol',
      'realtime, openai-organization.o, OpenAI-Project.p, openai-beta.v1',
    ]);
    assert.deepEqual(passed(['sec-websocket-protocol', 'openai-insecure-api-key.k']), []);
  });

  void it('stops the headers that the connection names, and the connection header itself', () => {
    const raw = [
      'Connection',
      'close, OpenAI-Beta , x-other',
      'openai-beta',
      '1',
      'X-OTHER',
      '2',
      'accept',
      '3',
    ];
    assert.deepEqual(passed(raw, { names: ['x-other'] }), ['accept', '3']);
  });

  void it('heeds every connection header, wherever it stands', () => {
    const raw = [
      'user-agent',
      '1',
      'connection',
      'close',
      'accept',
      '2',
      'CONNECTION',
      'user-agent',
      'connection',
      'keep-alive',
    ];
    assert.deepEqual(passed(raw), ['accept', '2']);
  });

  void it('has nothing to pass on where nothing came', () => {
    assert.deepEqual(passed([]), []);
  });

  void it('leaves what it was given as it was', () => {
    const raw = Object.freeze(['authorization', 'Bearer sk-client', 'accept', '1']);
    passed(raw);
    assert.equal(raw.length, 4);
  });

  void it('decides alike however many names it has met', () => {
    const headers = new HeaderFilter({ family: 'openai', names: [], isOwnCredential: false });
    for (let i = 0; i < 2_000; i++) assert.deepEqual(headers.filter([`x-${i}`, '1'], false), []);
    assert.deepEqual(headers.filter(['Accept', '1', 'x-9999', '2'], false), ['Accept', '1']);
  });
});
