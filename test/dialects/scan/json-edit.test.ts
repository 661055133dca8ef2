import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import {
  appendMember,
  memberAt,
  removeMembers,
  replaceAt,
  setAt,
  setInObject,
} from '../../../src/dialects/scan/json-edit.ts';

const BOM = '\ufeff';

function set(text: string, path: readonly string[], more: { overwrites?: boolean; snake?: boolean } = {}) {
  const edit = { path, json: '1', overwrites: more.overwrites ?? true, alsoSnakeCase: more.snake ?? false };
  return setInObject(Buffer.from(text), edit).toString();
}

function remove(text: string, ...names: readonly string[]): string {
  return removeMembers(Buffer.from(text), names).toString();
}

void describe('a byte order mark', () => {
  void it('is stepped over, and stays', () => {
    assert.equal(set(`${BOM} {"a":0}`, ['a']), `${BOM} {"a":1}`);
    assert.equal(set(`${BOM}{}`, ['a']), `${BOM}{"a":1}`);
    assert.equal(set(`${BOM}{"a":0}`, ['b']), `${BOM}{"b":1,"a":0}`);
    assert.equal(appendMember(Buffer.from(`${BOM}{ }`), Buffer.from('"a":1')).toString(), `${BOM}{ "a":1}`);
    assert.equal(remove(`${BOM}{"a":0,"b":0}`, 'a'), `${BOM}{"b":0}`);
    assert.equal(memberAt(Buffer.from(`${BOM}{"a":0}`), 'a'), 8);
  });
});

void describe('a name that is written with escapes', () => {
  void it('is the name that it means', () => {
    assert.equal(set('{"\\u0061":0}', ['a']), '{"\\u0061":1}');
    assert.equal(set('{"\\u0061":0}', ['a'], { overwrites: false }), '{"\\u0061":0}');
    assert.equal(set('{"o":{"\\u0061":0}}', ['o', 'a']), '{"o":{"\\u0061":1}}');
    assert.equal(remove('{"\\u0061":0,"b":0}', 'a'), '{"b":0}');
    assert.equal(memberAt(Buffer.from('{"\\u0061":0}'), 'a'), 10);
  });

  void it('may need them, or hold more than ASCII', () => {
    assert.equal(set('{"q\\"":0}', ['q"']), '{"q\\"":1}');
    assert.equal(set('{"größe":0}', ['größe']), '{"größe":1}');
    assert.equal(set('{"gr\\u00f6ße":0}', ['größe']), '{"gr\\u00f6ße":1}');
    assert.equal(set('{"grÃ¶Ã\u009fe":0}', ['größe']), '{"größe":1,"grÃ¶Ã\u009fe":0}');
    assert.equal(remove('{"größe":0}', 'größe'), '{}');
  });
});

void describe('names that may be in snake_case', () => {
  void it('are found in either', () => {
    const path = ['someConfig', 'aField'];
    assert.equal(
      set('{"some_config":{"a_field":0}}', path, { snake: true }),
      '{"some_config":{"a_field":1}}',
    );
    assert.equal(
      set('{"some\\u005fconfig":{}}', path, { snake: true }),
      '{"some\\u005fconfig":{"aField":1}}',
    );
    assert.equal(set('{"someConfig":{}}', path, { snake: true }), '{"someConfig":{"aField":1}}');
  });

  void it('are others where nothing says so', () => {
    assert.equal(set('{"a_field":0}', ['aField']), '{"aField":1,"a_field":0}');
  });
});

void describe('members are removed', () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    ['the first one', '{ "x" : 1 , "b":2 }', '{ "b":2 }'],
    ['one in the middle', '{"a":1 , "x":2, "b":3}', '{"a":1, "b":3}'],
    ['the last one', '{"a":1 , "x":[2,{"x":3}] }', '{"a":1 }'],
    ['the only one', '{ "x":1 }', '{  }'],
    ['all of one name', '{"x":1,"a":{"x":0},"x":2, "x":3,"b":4,"x":5}', '{"a":{"x":0},"b":4}'],
    ['of several names', '{"y":0,"x":1,"a":2,"y":3}', '{"a":2}'],
    ['nothing where nothing is', '{"a":"x"}', '{"a":"x"}'],
  ];
  for (const [what, before, after] of cases)
    void it(what, () => {
      assert.equal(remove(before, 'x', 'y'), after);
    });

  void it('and every other one stays', () => {
    const name = fc.constantFrom('a', 'b', 'x', 'y', 'größe');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 8 }), (members) => {
        const write = (list: typeof members) =>
          `{${list.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
        const kept = members.filter(([key]) => key !== 'x' && key !== 'y');
        assert.equal(remove(write(members), 'x', 'y'), write(kept));
      }),
    );
  });
});

void describe('what cannot be edited is given back as it is', () => {
  for (const text of ['', ' ', '[]', '"x"', 'null', BOM, `${BOM}[]`])
    void it(JSON.stringify(text), () => {
      const body = Buffer.from(text);
      const edit = { path: ['x'], json: '1', overwrites: true };
      assert.equal(setInObject(body, edit), body);
      assert.equal(removeMembers(body, ['x']), body);
      assert.equal(memberAt(body, 'x'), undefined);
    });

  void it('where its bytes end too early', () => {
    const body = Buffer.from('{"a":1,"x":[');
    assert.equal(removeMembers(body, ['a']), body);
    assert.equal(replaceAt(body, 11, '1'), body);
    assert.equal(setInObject(body, { path: ['x'], json: '1', overwrites: true }), body);
  });

  void it('in a value that is no object', () => {
    const body = Buffer.from('{"a":1}');
    assert.equal(setAt(body, 5, { path: ['x'], json: '1', overwrites: true }), body);
  });
});
