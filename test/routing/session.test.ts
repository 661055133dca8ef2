import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fnv1a } from '../../src/routing/hash.ts';
import { sessionOf } from '../../src/routing/session.ts';
import { callOf } from './calls.ts';

const first = { role: 'user', content: 'Hello' };
const later = [
  { role: 'assistant', content: 'Hi' },
  { role: 'user', content: 'More' },
];

function session(
  body: object,
  headers: readonly string[] = [],
  url = '/v1/chat/completions',
): number | undefined {
  return sessionOf(callOf('POST', url, body, headers));
}

void describe('the session of a call', () => {
  void test('is that of a header, whatever the body says', () => {
    for (const name of ['x-session-id', 'session_id', 'Session-Id', 'X-Claude-Code-Session-Id']) {
      const headers = ['content-type', 'application/json', name, 's1'];
      assert.equal(session({ messages: [first], user: 'u', prompt_cache_key: 'p' }, headers), fnv1a('s1'));
    }
  });

  void test('is not that of a header which names a single request', () => {
    const body = { messages: [first] };
    assert.equal(session(body, ['x-client-request-id', '1']), session(body, ['x-client-request-id', '2']));
  });

  void test('is that of the body, the cache key before the conversation before the user', () => {
    const named = { prompt_cache_key: 'p', conversation: { id: 'c' }, user: 'u', messages: [first] };
    assert.equal(session(named), fnv1a('p'));
    assert.equal(session({ ...named, prompt_cache_key: '' }), fnv1a('c'));
    assert.equal(session({ ...named, prompt_cache_key: null, conversation: null }), fnv1a('u'));
  });

  void test('is that of the first messages, where nothing names it', () => {
    const one = session({ model: 'm', messages: [first] });
    assert.equal(session({ model: 'm2', messages: [first, ...later], stream: true }), one);
    assert.notEqual(session({ messages: [{ ...first, content: 'Goodbye' }] }), one);
    assert.notEqual(session({ messages: [{ role: 'system', content: 's' }, first] }), one);
    const responses = session({ instructions: 's', input: 'Hello' }, [], '/v1/responses');
    assert.equal(session({ instructions: 's', input: 'Hello', model: 'm' }, [], '/v1/responses'), responses);
    assert.notEqual(session({ instructions: 't', input: 'Hello' }, [], '/v1/responses'), responses);
  });

  void test('is none where nothing identifies it', () => {
    assert.equal(session({ model: 'm' }), undefined);
    assert.equal(sessionOf(callOf('GET', '/v1/models')), undefined);
  });
});

void describe('FNV-1a', () => {
  // From the authors' own test vectors (draft-eastlake-fnv, appendix C).
  for (const [text, hash] of [
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ] as const) {
    void test(`of "${text}"`, () => assert.equal(fnv1a(text), hash));
  }
});
