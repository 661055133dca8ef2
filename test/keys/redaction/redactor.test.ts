import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Redactor, redactorFor } from '../../../src/keys/redaction/redactor.ts';
import { Secret } from '../../../src/base/secret.ts';

const KEY = 'sk-proj-aB3/d_F+9xYz0123456789-QwErTy';

const CHARACTERS = Array.from(KEY);

/** Each way in which the key may be written, and whether a good answer is looked through for it. */
const FORMS: Readonly<Record<string, readonly [form: string, isForErrors?: true]>> = {
  plain: [KEY],
  'JSON of PHP': [KEY.replaceAll('/', String.raw`\/`)],
  'JSON of .NET': [KEY.replaceAll('+', String.raw`\u002B`).replaceAll('/', String.raw`\u002f`)],
  'JSON in JSON': [KEY.replaceAll('+', String.raw`\\u002b`).replaceAll('/', String.raw`\\\/`)],
  'JSON, all escaped': [
    CHARACTERS.map((each) => String.raw`\u00` + each.charCodeAt(0).toString(16)).join(''),
  ],
  'JSON, all escaped in capitals': [
    CHARACTERS.map((each) => String.raw`\u00` + each.charCodeAt(0).toString(16).toUpperCase()).join(''),
  ],
  'a URL': [encodeURIComponent(KEY)],
  'a URL in a URL': [encodeURIComponent(encodeURIComponent(KEY))],
  'a URL, all escaped': [CHARACTERS.map((each) => `%${each.charCodeAt(0).toString(16)}`).join('')],
  'HTML, decimal': [KEY.replaceAll(/[^\w]/g, (each) => `&#${each.charCodeAt(0)};`)],
  'HTML, hexadecimal': [KEY.replaceAll(/[^\w]/g, (each) => `&#x${each.charCodeAt(0).toString(16)};`)],
  'HTML, all escaped': [CHARACTERS.map((each) => `&#${each.charCodeAt(0)};`).join(''), true],
  base64: [Buffer.from(KEY).toString('base64'), true],
  'Basic with a user': [Buffer.from(`user:${KEY}`).toString('base64'), true],
  'Basic with a user and more': [Buffer.from(`us:${KEY}:xx`).toString('base64'), true],
  'base64url of more': [Buffer.from(`{"k":"${KEY}"}`).toString('base64url'), true],
};

/** What comes out of a stream for pieces. */
function streamed(kind: 'answer' | 'error' | 'connection', ...pieces: readonly string[]): string {
  const stream = new Redactor([KEY]).stream(kind);
  const out = pieces.map((piece) => stream.push(Buffer.from(piece, 'latin1')).toString('latin1'));
  return out.join('') + stream.end().toString('latin1');
}

/** The longest run of characters of the key that a text shows. */
function shown(text: string, form: string): number {
  let longest = 0;
  for (let from = 0; from < form.length; from++)
    for (let to = from + longest + 1; to <= form.length && text.includes(form.slice(from, to)); to++)
      longest = to - from;
  return longest;
}

/** A JWT. All of them begin alike. */
function token(claims: object): string {
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { sub: '1234567890', ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...parts, 'c2lnbmF0dXJlLW9mLWE'].join('.');
}

void describe('Redactor', () => {
  for (const [name, [form, isForErrors]] of Object.entries(FORMS)) {
    const kinds = isForErrors === true ? (['error'] as const) : (['answer', 'error', 'connection'] as const);
    // The characters at the ends of base64 are half of what stands beside the key.
    const edge = isForErrors === true ? 12 : 0;

    void it(`redacts the key as ${name}, and leaves the text around it`, () => {
      for (const kind of kinds) {
        const said = streamed(kind, `{"message":"bad key ${form} sent"}`);
        assert.equal(said.length, `{"message":"bad key ${form} sent"}`.length);
        assert.ok(said.startsWith('{"message":"bad key ') && said.endsWith(' sent"}'), said);
        assert.ok(shown(said, form) <= Math.max(4, edge), said);
      }
      const text = new Redactor([KEY]).text(`Bearer ${form}, seen`);
      assert.match(text, /^Bearer [^, ]*\*{16,}[^, ]*, seen$/);
    });

    void it(`finds the key as ${name} wherever it is cut in two`, () => {
      for (const kind of kinds)
        for (let at = 0; at <= form.length; at++) {
          const said = streamed(kind, `"key: ${form.slice(0, at)}`, `${form.slice(at)}" and more`);
          const unescaped = kind === 'connection' && form !== KEY;
          assert.ok(shown(said, form) <= Math.max(unescaped ? 30 : 4, edge), `at ${at}: ${said}`);
          assert.ok(said.endsWith('" and more'), said);
          assert.equal(said.length, form.length + '"key: " and more'.length);
        }
    });
  }

  void it('finds the key byte by byte, twice, and at both ends', () => {
    const said = streamed('answer', ...Array.from(`${KEY}${KEY} and ${KEY}`));
    // Its first characters had been passed on before there was anything to know it by.
    const left = `${KEY.slice(0, 4)}${'*'.repeat(KEY.length - 4)}`;
    assert.equal(said, `${left}${left} and ${left}`);
  });

  void it('shows no telling beginning of a key that was cut off', () => {
    assert.equal(streamed('answer', `the key ${KEY.slice(0, 20)}`), `the key ${'*'.repeat(20)}`);
    assert.equal(
      streamed('error', `the key ${KEY.slice(0, 20)}... is bad`),
      `the key ${'*'.repeat(20)}... is bad`,
    );
    // What a provider masks itself stays, since it says which key it means.
    assert.equal(streamed('error', `the key sk-proj-****rTy`), `the key sk-proj-****rTy`);
  });

  void it('passes every piece on as it is and at once where there is no key', () => {
    const stream = new Redactor([KEY]).stream('answer');
    for (const text of [
      'data: {"a":"sk-project"}\n\n',
      'sk',
      'sk-p',
      'rinting',
      '\xff\x00s',
      ' 100% \\u00e9 &#x41;',
    ])
      assert.equal(stream.push(Buffer.from(text, 'latin1')).toString('latin1'), text);
    const piece = Buffer.from('data: {"choices":[]}\n\n');
    assert.equal(stream.push(piece), piece, 'not even copied');
    assert.equal(stream.end().length, 0);
  });

  void it('keeps back only what may be a key, and gives it when it turns out to be none', () => {
    const stream = new Redactor([KEY]).stream('answer');
    assert.equal(stream.push(Buffer.from('so: sk-proj-aB3')).toString(), 'so: ');
    assert.equal(stream.push(Buffer.from(' it goes')).toString(), 'sk-proj-aB3 it goes');
    assert.equal(stream.push(Buffer.from('sk-pro')).toString(), '');
    assert.equal(stream.end().toString(), 'sk-pro');
  });

  void it('never keeps an escape back on a connection, whose messages may end anywhere', () => {
    const stream = new Redactor([KEY]).stream('connection');
    for (const text of ['100%', 'a\\', '&', '%7'])
      assert.equal(stream.push(Buffer.from(text)).toString(), text);
  });

  void it('leaves placeholder keys in answers, but not in errors', () => {
    for (const word of ['not-needed', 'lm-studio', 'no-key-required'] as const) {
      const redactor = redactorFor(new Secret(word));
      const text = `as an API key say ${word}.`;
      assert.equal(redactor.stream('answer').push(Buffer.from(text)).toString(), text);
      assert.ok(!redactor.stream('error').push(Buffer.from(text)).toString().includes(word));
    }
    assert.ok(redactorFor(new Secret('none')).isIdle);
  });

  void it('leaves tokens in good answers that only begin as the key does', () => {
    const [key, another] = [token({ iat: 1_700_000_000 }), token({ iat: 1_516_239_022 })];
    const text = `"${another}" is a token`;
    for (const kind of ['answer', 'connection'] as const) {
      const stream = new Redactor([key]).stream(kind);
      assert.equal(stream.push(Buffer.from(text)).toString(), text);
      assert.equal(stream.push(Buffer.from(`"${key}"`)).toString(), `"${'*'.repeat(key.length)}"`);
    }
  });

  void it('looks for each part of a key that has several, and for what was made of it', () => {
    const secret = new Secret('AKIDEXAMPLE0001:wJalrXUtnFEMI/K7MDENG:session-Token-1');
    const redactor = redactorFor(secret, 'eyJ0b2tlbjEyMw');
    const text = redactor.text('AKIDEXAMPLE0001 wJalrXUtnFEMI/K7MDENG session-Token-1 eyJ0b2tlbjEyMw end');
    assert.match(text, /^[* ]+ end$/);
    assert.equal(redactorFor(secret, 'eyJ0b2tlbjEyMw'), redactor, 'made once for a token');
    assert.equal(redactorFor(secret), redactorFor(secret));
  });
});
