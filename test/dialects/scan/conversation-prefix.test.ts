import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scanBody } from '../../../src/dialects/scan/json-scan.ts';
import { conversationPrefix } from '../../../src/dialects/scan/conversation-prefix.ts';

function prefixOf(body: object | string): string[] {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const facts = scanBody(bytes);
  assert.ok(facts.kind === 'facts');
  return conversationPrefix(bytes, facts).map(String);
}

const system = { role: 'system', content: 'You are brief.' };
const first = { role: 'user', content: [{ type: 'text', text: 'Hello [{"role":"user"}]' }] };
const later = [
  { role: 'assistant', content: 'Hi.' },
  { role: 'user', content: 'More.' },
];

void describe('the prefix of a conversation', () => {
  void test('ends with the first message of the user, and stays the same as the conversation goes on', () => {
    const beginning = [system, first].map((message) => JSON.stringify(message));
    assert.deepEqual(prefixOf({ model: 'm', messages: [system, first] }), beginning);
    assert.deepEqual(prefixOf({ model: 'm', messages: [system, first, ...later] }), beginning);
    assert.deepEqual(
      prefixOf({ messages: [system, first, ...later], model: 'other', stream: true }),
      beginning,
    );
  });

  void test('begins with the instructions where they stand apart', () => {
    assert.deepEqual(prefixOf({ instructions: 'Be brief.', input: 'Hello' }), ['"Be brief."', '"Hello"']);
    assert.deepEqual(prefixOf({ input: [first, ...later], instructions: null }), [
      'null',
      JSON.stringify(first),
    ]);
    assert.deepEqual(prefixOf({ system: [{ text: 's' }], messages: [first] })[0], '[{"text":"s"}]');
  });

  void test('is nothing where there are no messages', () => {
    assert.deepEqual(prefixOf({ model: 'm', instructions: 'Be brief.' }), []);
    assert.deepEqual(prefixOf({ model: 'm', messages: [] }), []);
    assert.deepEqual(prefixOf({ model: 'm', messages: 7 }), []);
  });

  void test('is bounded, and long messages that begin alike differ by their length', () => {
    const long = (length: number): string[] =>
      prefixOf({ messages: [{ role: 'user', content: 'x'.repeat(length) }] });
    assert.ok(long(100_000).join('').length < 20_000);
    assert.notDeepEqual(long(100_000), long(100_001));
    const many = Array.from({ length: 200 }, () => ({ role: 'assistant', content: 'x' }));
    assert.equal(prefixOf({ messages: many }).length, 64);
  });

  void test('is read from any text that the scan lets pass', () => {
    assert.deepEqual(prefixOf('{"messages":[ {"role" : "user"} , {]}'.replace('{]', '{}]')), [
      '{"role" : "user"}',
    ]);
    assert.deepEqual(prefixOf('{"messages":[{"ro":1 2,"role":"user"},{"role":"user"}]}').length, 2);
  });
});
