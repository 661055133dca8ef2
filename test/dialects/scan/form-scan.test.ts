import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import type { BodyFacts } from '../../../src/dialects/scan/body-facts.ts';
import { spliceModel } from '../../../src/dialects/scan/body-facts.ts';
import { scanForm } from '../../../src/dialects/scan/form-scan.ts';

const TYPE = 'multipart/form-data; boundary=b0undary';

function part(disposition: string, value: string): string {
  return `--b0undary\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
}

function form(...parts: string[]): Buffer {
  return Buffer.from(`${parts.join('')}--b0undary--\r\n`);
}

function facts(body: Buffer, type = TYPE): BodyFacts {
  const scanned = scanForm(body, type);
  assert.ok(scanned.kind === 'facts', JSON.stringify(scanned));
  return scanned;
}

function fault(text: string, type = TYPE): string {
  const scanned = scanForm(Buffer.from(text), type);
  return scanned.kind === 'fault' ? scanned.code : 'facts';
}

/** A part with so long a header. */
function formWithHeader(length: number): string {
  return `--b0undary\r\nX: ${'x'.repeat(length)}\r\n\r\nv\r\n--b0undary--`;
}

const file = part('name="file"; filename="a; name=\\"model\\".wav"', 'RIFF"model"\r\n--b0undar\r\n\r\n');

void describe('reading a form', () => {
  void it('finds the fields among files', () => {
    const scanned = facts(form(file, part('name="model"', 'whisper-1'), part('name="stream"', 'true')));
    assert.equal(scanned.model, 'whisper-1');
    assert.equal(scanned.stream, true);
    assert.equal(scanned.whole, true);
  });

  void it('is not misled by a file’s name or content', () => {
    assert.equal(facts(form(file)).model, undefined);
    const decoy = part('name="file"; filename="model"', 'x');
    assert.equal(facts(form(decoy)).model, undefined);
  });

  void it('reads names without quotes, headers in any case, and parts with more headers', () => {
    const body = Buffer.from(
      '--b0undary\r\nContent-Type: text/plain\r\ncontent-disposition: FORM-DATA; Name=model \r\n\r\nm\r\n--b0undary--',
    );
    assert.equal(facts(body).model, 'm');
  });

  void it('refuses a part whose headers are longer than any file name', () => {
    assert.equal(fault(formWithHeader(4_000)), 'facts');
    assert.equal(fault(formWithHeader(4_100)), 'invalid_form');
  });

  void it('refuses what servers read in different ways', () => {
    const named = 'Content-Disposition: form-data; name="x"';
    for (const headers of [
      `Content-Disposition: form-data; name*=UTF-8''video%5Bid%5D`,
      `${named}; name*=UTF-8''video%5Bid%5D`,
      `${named}; name*0="video[id]"`,
      `${named}; name="video[id]"`,
      'Content-Disposition: form-data; name="vide\\o[id]"',
      'Content-Disposition: form-data;\r\n name="video[id]"',
      `${named}\r\nContent-Disposition: form-data; name="video[id]"`,
      `${named}\r\nContent-Disposition : form-data; name="video[id]"`,
      `${named}\nContent-Disposition: form-data; name="video[id]"`,
    ])
      assert.equal(fault(`--b0undary\r\n${headers}\r\n\r\nv\r\n--b0undary--`), 'invalid_form', headers);
    const bare = '\n--b0undary\r\nContent-Disposition: form-data; name="video[id]"\r\n\r\nv';
    assert.equal(fault(form(part('name="x"', bare)).toString()), 'invalid_form');
    const one = form(part('name="x"', 'v')).toString();
    for (const type of [`${TYPE}; boundary=other`, `${TYPE}; boundary*=UTF-8''other`])
      assert.equal(fault(one, type), 'invalid_form', type);
    assert.equal(fault(form(part(`name="file"; filename="a"; filename*=UTF-8''b`, 'v')).toString()), 'facts');
  });

  void it('reads a boundary in quotes, beside other parameters', () => {
    const type = 'multipart/form-data; charset=utf-8; Boundary="b0undary"; x=y';
    assert.equal(facts(form(part('name="model"', 'm')), type).model, 'm');
  });

  void it('lets the last of several equal fields count', () => {
    const twice = form(part('name="model"', 'a'), part('name="model"', 'b'));
    assert.equal(facts(twice).model, 'b');
  });

  void it('takes a preamble, an epilogue, an empty part and a part without headers', () => {
    const body = Buffer.concat([
      Buffer.from('preamble\r\n'),
      Buffer.from('--b0undary\r\n\r\nno headers\r\n'),
      form(part('name="model"', '')),
      Buffer.from('epilogue'),
    ]);
    assert.equal(facts(body).model, '');
  });

  void it('takes a value that is too long to be meant as absent', () => {
    assert.equal(facts(form(part('name="model"', 'm'.repeat(1025)))).model, undefined);
  });

  void it('finds the beginning of a form that goes on', () => {
    const body = form(part('name="model"', 'm'), file);
    for (let cut = 0; cut <= body.length; cut++) {
      const scanned = scanForm(body.subarray(0, cut), TYPE, { partial: true });
      assert.ok(scanned.kind === 'facts');
      if (scanned.whole) assert.equal(scanned.model, 'm');
      else assert.ok(cut < body.length);
    }
  });

  void it('takes a thousand parts and no more', () => {
    const parts = Array.from({ length: 1_000 }, (_, n) => part('name="file_ids[]"', `file-${n}`));
    assert.equal(facts(form(...parts)).refs.length, 1_000);
    const scanned = scanForm(form(...parts, part('name="x"', '')), TYPE, { partial: true });
    assert.ok(scanned.kind === 'fault' && scanned.message === 'The form has more than 1000 parts.');
  });

  const faults: [what: string, text: string, code: string, type?: string][] = [
    ['an empty body', '', 'invalid_form'],
    ['a form without its last boundary', part('name="model"', 'm'), 'truncated'],
    ['a form that ends in a header', '--b0undary\r\nContent-Disp', 'truncated'],
    ['a body without the boundary', 'hello', 'truncated'],
    ['a boundary with something behind it', '--b0undaryx\r\n\r\n\r\n--b0undary--', 'invalid_form'],
    ['endless headers', `--b0undary\r\n${'x'.repeat(20_000)}`, 'invalid_form'],
    ['no boundary', form().toString(), 'invalid_form', 'multipart/form-data'],
    ['an empty boundary', form().toString(), 'invalid_form', 'multipart/form-data; boundary=""'],
    ['a boundary too long', '', 'invalid_form', `multipart/form-data; boundary=${'b'.repeat(71)}`],
  ];
  for (const [what, text, code, type] of faults) {
    void it(`${what} is ${code}`, () => assert.equal(fault(text, type), code));
  }

  void it('agrees with the form reader of the platform', async () => {
    const value = fc
      .string({ unit: 'binary' })
      .map((text) => text.toWellFormed().replaceAll(/\r\n|\r|\n/g, ' '));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('model', 'stream', 'other'), value)),
        async (fields) => {
          const data = new FormData();
          for (const [name, text] of fields) data.append(name, text);
          data.append('file', new Blob(['model']), 'model');
          const written = new Response(data);
          const type = written.headers.get('content-type') ?? '';
          const scanned = facts(Buffer.from(await written.arrayBuffer()), type);
          const model = data.getAll('model').at(-1);
          assert.equal(scanned.model, model);
        },
      ),
    );
  });

  void it('never throws, whatever the bytes', () => {
    const piece = fc.constantFrom(
      '--b0undary',
      '--',
      '\r\n',
      '\r\n\r\n',
      'Content-Disposition:',
      '; name="model',
      '"',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.string(), (pieces, type) => {
        const body = Buffer.from(pieces.join(''));
        scanForm(body, TYPE);
        scanForm(body, `multipart/form-data; ${type}`);
      }),
    );
  });
});

void describe('putting another model into a form', () => {
  void it('changes nothing but the one value', () => {
    const body = form(file, part('name="model"', 'whisper-1'), file);
    const { modelSpan } = facts(body);
    assert.ok(modelSpan !== undefined);
    assert.deepEqual(
      spliceModel(body, modelSpan, 'größer'),
      form(file, part('name="model"', 'größer'), file),
    );
    assert.deepEqual(body, form(file, part('name="model"', 'whisper-1'), file));
  });
});
