import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactedText, redactedValue } from '../../../src/keys/redaction/redacted-text.ts';

void describe('redactedText', () => {
  const CASES = [
    ['redis://user:p@ss/word@redis.example:6379/0 refused', 'redis://***@redis.example:6379/0 refused'],
    [
      'GET https://api.example/v1/chat?key=AbC&api-version=2024-10-21&x failed',
      'GET https://api.example/v1/chat?key=***&api-version=2024-10-21&*** failed',
    ],
    [
      '"https://u@a.example" and http://b.example/?q=1#f',
      '"https://***@a.example" and http://b.example/?q=***#f',
    ],
    ['authorization: Bearer abcdefgh.ijkl', 'authorization: Bearer ***'],
    ['Basic dXNlcjpwYXNz', 'Basic ***'],
    ['key sk-proj-0123456789abcdefghij is bad', 'key sk-*** is bad'],
    ['AIzaSyA0123456789abcdefg, AKIAIOSFODNN7EXAMPLE', 'AIza***, AKIA***'],
    ['a word, sk-short, http://plain.example/path', 'a word, sk-short, http://plain.example/path'],
    ['req_0123456789abcdef0123456789abcdef', 'req_0123456789abcdef0123456789abcdef'],
  ] as const;
  for (const [text, expected] of CASES)
    void it(`writes ${expected}`, () => assert.equal(redactedText(text), expected));

  void it('takes no longer than its text is long', () => {
    for (const text of ['://'.repeat(200_000), `http://${'a@'.repeat(200_000)}`, 'bearer '.repeat(100_000)])
      assert.ok(redactedText(text).length <= text.length);
  });
});

void describe('redactedValue', () => {
  void it('looks into lists and plain objects, and leaves what has a class of its own', () => {
    const date = new Date(0);
    assert.deepEqual(redactedValue({ a: ['http://u:p@h/'], b: { c: 1, d: date }, e: undefined }), {
      a: ['http://***@h/'],
      b: { c: 1, d: date },
      e: undefined,
    });
  });

  void it('ends, however deep, wide or circular a value is', () => {
    const circular: Record<string, unknown> = { text: 'http://u:p@h/' };
    circular['self'] = circular;
    circular['many'] = Array.from({ length: 2_000 }, () => circular);
    const written = JSON.stringify(redactedValue(circular));
    assert.ok(!written.includes('u:p') && written.length < 5_000_000);
  });
});
