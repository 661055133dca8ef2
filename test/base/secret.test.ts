import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';
import { keyId, recordId } from '../../src/keys/key.ts';
import { Secret } from '../../src/base/secret.ts';

const TEXT = 'sk-proj-0123456789-very-secret-abcd';
const secret = new Secret(TEXT);

/** What the function throws, as text in every way an error is shown. */
function thrownBy(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return `${String(error)} ${inspect(error)} ${JSON.stringify(error)}`;
  }
  throw new Error('it did not fail');
}

void describe('Secret', () => {
  void it('gives its text where it is asked to', () => assert.equal(secret.reveal(), TEXT));

  // Each is a way in which a value ends up in a log line, an error or a store without anybody meaning it.
  const ways: Readonly<Record<string, () => string>> = {
    'String()': () => String(secret),
    'a template': () => `Bearer ${String(secret)}`,
    concatenation: () => ['', secret].join('key='),
    'JSON.stringify': () => JSON.stringify({ secret, list: [secret] }),
    'util.inspect': () => inspect(secret),
    'util.inspect at any depth, hidden properties and all': () =>
      inspect({ deep: { secret } }, { depth: null, showHidden: true, getters: true }),
    'util.inspect without custom inspection': () =>
      inspect(secret, { customInspect: false, showHidden: true, depth: null }),
    'util.format': () => format('%s %o %O %j %d', secret, secret, secret, secret, secret),
    'Object.entries': () => JSON.stringify([Object.entries(secret), Object.keys(secret)]),
    'own property names': () =>
      JSON.stringify([Object.getOwnPropertyNames(secret), Reflect.ownKeys(secret).map(String)]),
    structuredClone: () => inspect(structuredClone({ secret }), { showHidden: true, depth: null }),
    'an error about it': () => thrownBy(() => assert.equal(secret, 'another')),
    'an error that has it for its cause': () => inspect(new Error('failed', { cause: secret })),
    'a conversion to a number': () => String(Number(secret)),
  };
  for (const [way, show] of Object.entries(ways)) {
    void it(`does not leave by ${way}`, () => {
      const shown = show();
      assert.ok(!shown.includes(TEXT) && !shown.includes('very-secret'), shown);
    });
  }

  const hints: readonly (readonly [string, string])[] = [
    ['sk-proj-0123456789-very-secret-abcd', 'abcd'],
    ['0123456789abcdef', 'cdef'],
    ['0123456789abcde', 'de'],
    ['01234567', '67'],
    ['0123456', ''],
    ['', ''],
  ];
  for (const [text, hint] of hints) {
    void it(`hints at a text of ${text.length} characters with ${hint.length} of them`, () => {
      assert.equal(new Secret(text).hint, hint);
    });
  }
});

void describe('keyId', () => {
  void it('is the same on every machine and in every version', () => {
    assert.equal(keyId('openai-main', secret), keyId('openai-main', new Secret(TEXT)));
    assert.equal(keyId('openai-main', new Secret('sk-1')), 'k4kvgpihu47m');
  });

  void it('is short, and of letters and digits that are safe in paths and logs', () => {
    for (let n = 0; n < 500; n++) assert.match(keyId('p', new Secret(`sk-${n}`)), /^[a-z2-7]{12}$/);
  });

  void it('differs from provider to provider and from secret to secret', () => {
    const ids = new Set<string>();
    for (const provider of ['p', 'q', 'p\0', '']) {
      for (let n = 0; n < 5_000; n++) ids.add(keyId(provider, new Secret(`sk-${n}`)));
    }
    assert.equal(ids.size, 20_000);
  });

  void it('shows nothing of the secret', () => {
    const id = keyId('p', secret);
    for (let n = 0; n + 4 <= TEXT.length; n++) assert.ok(!id.includes(TEXT.slice(n, n + 4)));
  });

  void it('stands in the store under its provider, whatever characters the name of that one has', () => {
    assert.equal(recordId({ providerId: 'openai', id: 'abc' }), 'key/openai/abc');
    assert.equal(recordId({ providerId: 'a/b ü', id: 'abc' }), 'key/a%2Fb%20%C3%BC/abc');
  });
});
