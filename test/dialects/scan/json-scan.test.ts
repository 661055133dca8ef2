import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { isStreamed } from '../../../src/dialects/operations/operation.ts';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { spliceModel } from '../../../src/dialects/scan/body-facts.ts';
import type { BodyFacts } from '../../../src/dialects/scan/body-facts.ts';
import { parseObject } from '../../../src/base/json.ts';
import { MAX_REFS } from '../../../src/dialects/scan/body-facts.ts';
import { scanBody, scanBodyInSteps } from '../../../src/dialects/scan/json-scan.ts';

function facts(text: string | Buffer): BodyFacts {
  const scanned = scanBody(Buffer.from(text));
  assert.ok(scanned.kind === 'facts', JSON.stringify(scanned));
  return scanned;
}

function fault(text: string): string {
  const scanned = scanBody(Buffer.from(text));
  return scanned.kind === 'fault' ? scanned.code : 'facts';
}

function nested(depth: number): string {
  return `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

void describe('reading a JSON body', () => {
  void it('finds the facts at the top level only', () => {
    const scanned = facts(
      `{"messages":[{"model":"inner","stream":true}],"metadata":{"model":"inner"},"model":"outer","store":false,
        "previous_response_id":"resp_1","conversation":"conv_1","prompt_cache_key":"p","user":"u"}`,
    );
    assert.equal(scanned.model, 'outer');
    assert.equal(scanned.stream, undefined);
    assert.equal(scanned.store, false);
    assert.equal(scanned.previousResponseId, 'resp_1');
    assert.equal(scanned.conversation, 'conv_1');
    assert.equal(scanned.promptCacheKey, 'p');
    assert.equal(scanned.user, 'u');
    assert.equal(scanned.whole, true);
  });

  void it('finds what else a call refers to: a conversation as an object, and files wherever they are named', () => {
    assert.equal(facts('{"conversation":{"object":"conversation","id":"conv_2"}}').conversation, 'conv_2');
    assert.equal(facts('{"conversation":{"metadata":{"id":"no"}}}').conversation, undefined);
    const scanned = facts(
      `{"input_file_id":"file-1","training_file":"file-2","validation_file":null,"video":{"id":"video_1"},
        "input":[{"content":[{"type":"input_file","file_id":"file-3"},{"file": {"file_id" : "file-4"}}]}]}`,
    );
    assert.deepEqual(scanned.refs, ['file-1', 'file-2', 'video_1', 'file-3', 'file-4']);
  });

  for (const [field, reasons] of [
    ['"reasoning_effort":"high"', true],
    ['"reasoning_effort":"none"', false],
    ['"reasoning_effort":"minimal"', false],
    ['"reasoning_effort":null', false],
    ['"reasoning":{"effort":"low","summary":"auto"}', true],
    ['"reasoning":{"effort": "none"}', false],
    ['"reasoning":{"enabled" : false}', false],
    ['"thinking":{"type":"enabled","budget_tokens":1024}', true],
    ['"thinking":{"type":"adaptive"}', true],
    ['"thinking":{"type":"disabled"}', false],
    ['"enable_thinking":true', true],
    ['"enable_thinking":false', false],
    ['"messages":[{"thinking":"hm"}]', false],
  ] as const) {
    void it(`${reasons ? 'asks' : 'does not ask'} for reasoning: ${field}`, () => {
      assert.equal(facts(`{"model":"m",${field},"n":1}`).asksForReasoning, reasons);
    });
  }

  void it('takes nothing for a file that only looks like one', () => {
    const scanned = facts(
      JSON.stringify({
        messages: ['"file_id":"file-1"', 'file_id', { content: 'file_id', message: 'x' }],
        tools: [{ required: ['file_id'], properties: { file_id: { type: 'string' }, file_ids: 'no' } }],
      }),
    );
    assert.deepEqual(scanned.refs, []);
  });

  void it('finds files at any depth, with escapes too, each once', () => {
    const named = facts(
      String.raw`{"file_ids":["a"],"tools":[{"file\u005fid":"b"},{"\u0066ile_ids":["\u0063","a"]}],"m":{"file_id":"d","n":["file_id"]}}`,
    );
    assert.deepEqual(named.refs, ['a', 'b', 'c', 'd']);
  });

  void it('keeps all values of a key that is there twice, since servers differ in which one counts', () => {
    const named = facts(
      '{"previous_response_id":"a","previous_response_id":"b","conversation":"c","conversation":{"id":"d","id":"e"}}',
    );
    assert.equal(named.previousResponseId, 'b');
    assert.equal(named.conversation, 'e');
    assert.deepEqual(named.refs, ['a', 'c', 'd']);
  });

  void it('finds containers, but not those that are only described', () => {
    const named = facts(
      String.raw`{"container":{"id":"a","skills":[]},"tools":[{"container":"b"},{"container":{"type":"auto"}},{"contain\u0065r":"c"}]}`,
    );
    assert.deepEqual(named.containers, ['a', 'b', 'c']);
  });

  void it('keeps no more names than it takes to see that there are too many', () => {
    const many = Array.from({ length: 12_000 }, (_, n) => ({ file_id: `f${n}`, container: `c${n}` }));
    const named = facts(JSON.stringify({ many }));
    assert.equal(named.refs.length, MAX_REFS + 1);
    assert.equal(named.containers.length, MAX_REFS + 1);
    assert.deepEqual(facts(`{${'"chat_id":"x",'.repeat(9_999)}"n":1}`).vendorRefs, ['x']);
  });

  void it('finds where messages and instructions begin', () => {
    const text = '{"model":"m", "messages": [1], "system":"s"}';
    assert.equal(facts(text).messagesAt, text.indexOf('[1]'));
    assert.equal(facts(text).instructionsAt, text.indexOf('"s"'));
    assert.deepEqual([facts('{}').messagesAt, facts('{}').instructionsAt], [-1, -1]);
  });

  void it('is not misled by quotes, brackets and escapes inside strings', () => {
    const hard = JSON.stringify({
      a: '}]{["\\"\\\\',
      b: '","model":"no"',
      model: 'yes',
      c: '\\'.repeat(101),
    });
    assert.equal(facts(hard).model, 'yes');
  });

  void it('reads keys and values that are written with escapes', () => {
    const scanned = facts(String.raw`{"mod\u0065l":"gpt\u002d4\n","\u0073tream":true}`);
    assert.equal(scanned.model, 'gpt-4\n');
    assert.equal(scanned.stream, true);
  });

  void it('lets the last of several equal keys count, whatever its type', () => {
    assert.equal(facts('{"model":"a","model":"b"}').model, 'b');
    const none = facts('{"model":"a","stream":true,"mod\\u0065l":5,"stream":null}');
    assert.equal(none.model, undefined);
    assert.equal(none.modelSpan, undefined);
    assert.equal(none.stream, false);
  });

  void it('lets a vendor’s own word for a stream count at its own operations alone', () => {
    const chat = operationNamed('chat.completions');
    const [tencent, dify] = [operationNamed('hunyuan.chat'), operationNamed('dify.chat_messages')];
    const foreign = facts('{"stream":true,"Stream":false,"response_mode":"blocking"}');
    assert.deepEqual(
      [chat, tencent].map((each) => isStreamed(each, foreign)),
      [true, false],
    );
    const own = facts('{"response_mode":"streaming"}');
    assert.deepEqual(
      [chat, dify].map((each) => isStreamed(each, own)),
      [false, true],
    );
    assert.equal(isStreamed(tencent, facts('{"Stream":true}')), true);
  });

  void it('tolerates a byte order mark, white space and an empty object', () => {
    assert.equal(facts('\uFEFF \r\n\t{ "model" : "m" } \n').model, 'm');
    assert.equal(facts('{ }').model, undefined);
  });

  void it('takes a model that is too long to be meant as absent', () => {
    assert.equal(facts(JSON.stringify({ model: 'm'.repeat(1024) })).model?.length, 1024);
    assert.equal(facts(JSON.stringify({ model: 'm'.repeat(1025) })).model, undefined);
  });

  void it('keeps what it found in a partial body, and that more may come', () => {
    const body = Buffer.from('{"model":"m","stream":true,"messages":[{"content":"abc"}],"n":1}');
    for (let cut = 0; cut <= body.length; cut++) {
      const scanned = scanBody(body.subarray(0, cut), { partial: true });
      if (cut === 0) continue;
      assert.ok(scanned.kind === 'facts', `cut at ${cut}`);
      assert.equal(scanned.model, cut >= 12 ? 'm' : undefined, `cut at ${cut}`);
      assert.equal(scanned.whole, cut === body.length);
    }
  });

  const faults: [text: string, code: string][] = [
    ['', 'invalid_json'],
    ['   ', 'truncated'],
    ['<html>', 'invalid_json'],
    ['model=gpt', 'invalid_json'],
    ['[]', 'not_an_object'],
    ['"text"', 'not_an_object'],
    ['12', 'not_an_object'],
    ['null', 'not_an_object'],
    ['{', 'truncated'],
    ['{"model":"m"', 'truncated'],
    ['{"model":"m', 'truncated'],
    ['{"model":"m\\"}', 'truncated'],
    ['{"a":[1,2', 'truncated'],
    ['{"a":tru', 'truncated'],
    ['{"a":1}}', 'invalid_json'],
    ['{"a":1} x', 'invalid_json'],
    ['{"a":1}{"a":2}', 'invalid_json'],
    ['{"a":1,}', 'invalid_json'],
    ['{,}', 'invalid_json'],
    ['{a:1}', 'invalid_json'],
    ["{'a':1}", 'invalid_json'],
    ['{"a" 1}', 'invalid_json'],
    ['{"a":}', 'invalid_json'],
    ['{"a":gpt-4}', 'invalid_json'],
    ['{"a":01}', 'invalid_json'],
    ['{"a":1 2}', 'invalid_json'],
    ['{"a":"x" "b":1}', 'invalid_json'],
    ['{"a":[1}', 'invalid_json'],
    ['{"a":{"b":[}]}', 'invalid_json'],
    ['{"model":"\\x"}', 'invalid_json'],
    ['{"model":"a\nb"}', 'invalid_json'],
  ];
  for (const [text, code] of faults) {
    void it(`${JSON.stringify(text)} is ${code}`, () => assert.equal(fault(text), code));
  }

  void it('bounds nesting instead of overflowing', () => {
    assert.equal(fault(nested(1000)), 'facts');
    assert.equal(fault(nested(1001)), 'invalid_json');
    assert.equal(fault(nested(1_000_000)), 'invalid_json');
  });

  void it('quotes nothing of the body in its message', () => {
    const scanned = scanBody(Buffer.from('{"a": hunter2}'));
    assert.ok(scanned.kind === 'fault');
    assert.ok(!scanned.message.includes('hunter2'));
    assert.equal(scanned.at, 6);
  });

  void it('never throws, whatever the bytes', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      'model',
      ' ',
      'true',
      '1',
      '\u00e9',
    );
    const bytes = fc.oneof(
      fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array().map((array) => Buffer.from(array)),
    );
    fc.assert(
      fc.property(bytes, fc.boolean(), (body, partial) => {
        scanBody(body, { partial });
      }),
    );
  });
});

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  const object = parseObject(text);
  assert.ok(object !== undefined);
  return object;
}

/** Writes JSON as no serializer would: white space anywhere, any letter of a string as an escape. */
const writtenBody = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom('model', 'stream', 'store', 'user'), fc.string({ unit: 'binary' })),
        fc.oneof(fc.constantFrom('gpt-5', true, false, null), fc.jsonValue(), fc.string({ unit: 'binary' })),
      ),
    ),
    fc.array(fc.constantFrom('', ' ', '\n', '\t\r\n'), { minLength: 1 }),
    fc.array(fc.boolean(), { minLength: 1 }),
  )
  .map(([members, spaces, escapes]) => {
    let drawn = 0;
    const space = () => spaces[drawn++ % spaces.length] ?? '';
    const escaped = (text: string) =>
      text.replaceAll(/[a-z]/g, (letter) =>
        (escapes[drawn++ % escapes.length] ?? false)
          ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
          : letter,
      );
    const text = (value: string) => {
      const json = JSON.stringify(value);
      return json.includes('\\') ? json : escaped(json);
    };
    const written = members.map(
      ([key, value]) =>
        `${space()}${text(key)}${space()}:${space()}${typeof value === 'string' ? text(value) : JSON.stringify(value)}${space()}`,
    );
    return `${space()}{${written.join(',')}${space()}}${space()}`;
  });

void describe('beside JSON.parse', () => {
  void it('comes to the same facts', () => {
    fc.assert(
      fc.property(writtenBody, (text) => {
        const parsed = parsedObject(text);
        const scanned = facts(text);
        const own = (name: string) => (Object.hasOwn(parsed, name) ? parsed[name] : undefined);
        const string = (name: string) => (typeof own(name) === 'string' ? own(name) : undefined);
        assert.equal(scanned.model, string('model'));
        assert.equal(scanned.user, string('user'));
        assert.equal(scanned.stream === true, own('stream') === true);
        assert.equal(scanned.store, typeof own('store') === 'boolean' ? own('store') : undefined);
      }),
      { numRuns: 500 },
    );
  });

  void it('finds no fault in what JSON.parse takes, and takes no prefix of it', () => {
    fc.assert(
      fc.property(writtenBody, fc.nat(), (text, cut) => {
        const trimmed = Buffer.from(text.trim());
        const scanned = scanBody(trimmed.subarray(0, cut % trimmed.length));
        assert.equal(scanned.kind, 'fault');
      }),
    );
  });
});

void describe('a scan in steps', () => {
  void it('finds what a scan at once finds, wherever its steps end and the body is cut', async () => {
    const lengths = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        writtenBody,
        lengths,
        fc.double({ noNaN: true, min: 0, max: 1 }),
        async (text, step, part) => {
          const whole = Buffer.from(text);
          for (const body of [whole, whole.subarray(0, Math.floor(whole.length * part))]) {
            for (const partial of [false, true])
              assert.deepEqual(await scanBodyInSteps(body, { partial }, step), scanBody(body, { partial }));
          }
        },
      ),
    );
  });

  void it('leaves others their turn', async () => {
    const body = Buffer.from(
      JSON.stringify({ model: 'm', messages: Array.from({ length: 1_000 }, () => ({})) }),
    );
    let turns = 0;
    const count = (): void => {
      turns++;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    const found = await scanBodyInSteps(body, {}, 100);
    clearImmediate(ticking);
    assert.equal(found.kind === 'facts' && found.model, 'm');
    assert.ok(turns >= 20, `${turns} turns in ${body.length} bytes`);
  });
});

void describe('putting another model into a body', () => {
  void it('changes nothing but the one value', () => {
    fc.assert(
      fc.property(writtenBody, fc.string({ unit: 'binary' }), (text, model) => {
        const body = Buffer.from(text);
        const { modelSpan } = facts(body);
        fc.pre(modelSpan !== undefined);
        const spliced = spliceModel(body, modelSpan, model);
        const before = parsedObject(text);
        assert.deepEqual(JSON.parse(spliced.toString()), { ...before, model: model.toWellFormed() });
        assert.ok(spliced.subarray(0, modelSpan.start).equals(body.subarray(0, modelSpan.start)));
        const tail = body.subarray(modelSpan.end);
        assert.ok(spliced.subarray(spliced.length - tail.length).equals(tail));
      }),
    );
  });

  void it('leaves the original as it was', () => {
    const body = Buffer.from('{"model":"a","x":1.0}');
    const { modelSpan } = facts(body);
    assert.ok(modelSpan !== undefined);
    assert.equal(spliceModel(body, modelSpan, 'b"\\').toString(), '{"model":"b\\"\\\\","x":1.0}');
    assert.equal(body.toString(), '{"model":"a","x":1.0}');
  });
});
