import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { operations } from '../../../src/dialects/operations/table.ts';
import { createsResource, familyOf, type Family } from '../../../src/dialects/operations/operation.ts';
import { allowedMethods, findTarget } from '../../../src/dialects/operations/find-target.ts';

/** The header by which a vendor's clients are recognised where paths are shared. */
const MARKS: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  openai: {},
  anthropic: { 'anthropic-version': '2023-06-01' },
  gemini: { 'x-goog-api-key': 'k' },
  bedrock: {},
  vendor: {},
};

function named(method: string, url: string): string {
  const target = findTarget(method, url);
  return typeof target === 'string' ? target : target.operation.name;
}

function found(method: string, url: string) {
  const target = findTarget(method, url);
  assert.ok(typeof target === 'object', `${method} ${url}`);
  return target;
}

void describe('the id in a path', () => {
  void it('is the first one, as the client wrote it', () => {
    assert.equal(found('GET', '/v1/files/file-1/content').pathId, 'file-1');
    assert.equal(found('GET', '/v1/conversations/conv_1/items/msg_1').pathId, 'conv_1');
    assert.equal(found('GET', '/v1/responses/resp%5F1?stream=true').pathId, 'resp%5F1');
  });

  void it('is there for ids alone', () => {
    assert.equal(found('POST', '/v1/chat/completions').pathId, undefined);
    assert.equal(found('GET', '/v1/models/org/name').pathId, undefined);
    assert.equal(found('POST', '/v1/videos/edits').pathId, undefined);
  });
});

void describe('finding the operation of a request', () => {
  const examples: [method: string, url: string, name: string][] = [
    ['POST', '/v1/chat/completions', 'chat.completions'],
    ['POST', '/chat/completions', 'chat.completions'],
    ['POST', '/proxy/v1/chat/completions', 'chat.completions'],
    ['POST', '/openai/v1/chat/completions/', 'chat.completions'],
    ['POST', '//v1/chat/completions', 'chat.completions'],
    ['POST', '/v1/completions', 'completions'],
    ['POST', '/chat/v1/completions', 'completions'],
    ['POST', '/models/chat/completions', 'chat.completions'],
    ['POST', '/v1/files', 'files.create'],
    ['GET', '/v1/files', 'files.list'],
    ['GET', '/v1/files/file-1/content', 'files.content'],
    ['DELETE', '/v1/files/file-1', 'files.delete'],
    ['GET', '/files/v1/models', 'models.list'],
    ['GET', '/v1/models/files', 'models.retrieve'],
    ['POST', '/v1/responses/compact', 'responses.compact'],
    ['GET', '/v1/responses/resp_1/input_items', 'responses.input_items'],
    ['POST', '/v1/fine_tuning/jobs/ft-1/pause', 'fine_tuning.jobs.pause'],
    ['GET', '/v1/videos/characters/c1', 'videos.characters.retrieve'],
    ['GET', '/v1/chat/completions', 'wrong-method'],
    ['PUT', '/v1/files/file-1', 'wrong-method'],
    ['POST', '/', 'no-operation'],
    ['POST', '', 'no-operation'],
    ['POST', '/v1', 'no-operation'],
    ['POST', '/v2/conversations/chat', 'no-operation'],
    ['POST', '/v1/chat/completions/chatcmpl-1', 'chat.completions.update'],
    ['POST', '/v1/chat/completions/more/still', 'no-operation'],
    ['POST', '/v1/chat//completions', 'completions'],
    ['POST', '/v1/Chat/Completions', 'no-operation'],
    ['GET', '/v1/files//content', 'no-operation'],
    ['POST', '*', 'no-operation'],
  ];
  for (const [method, url, name] of examples) {
    void it(`${method} ${url === '' ? '(empty)' : url} is ${name}`, () =>
      assert.equal(named(method, url), name));
  }

  void it('every operation is found under a prefix, and gives its own suffix back', () => {
    for (const operation of operations) {
      const suffix = operation.pattern.replaceAll(/\{\w+\}/g, 'abc-1');
      const target = findTarget(
        operation.method,
        `/some/prefix/v1${suffix}`,
        MARKS[familyOf(operation.dialect)],
      );
      assert.ok(typeof target === 'object', operation.name);
      assert.equal(target.operation, operation);
      assert.equal(target.path, suffix);
    }
  });

  void it('no two operations share a name, nor within one vendor a method and pattern', () => {
    assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length);
    const keys = operations.map(
      ({ dialect, method, pattern }) => `${familyOf(dialect)} ${method} ${pattern}`,
    );
    assert.equal(new Set(keys).size, operations.length);
  });

  void it('the model in a path is decoded, and may hold slashes, encoded or not', () => {
    const encoded = found('GET', '/v1/models/meta-llama%2FLlama-3?x=1');
    assert.equal(encoded.path, '/models/meta-llama%2FLlama-3');
    assert.equal(encoded.pathModel, 'meta-llama/Llama-3');
    assert.equal(found('GET', '/v1/models/meta-llama/Llama-3').pathModel, 'meta-llama/Llama-3');
    assert.equal(found('GET', '/v1/models').pathModel, undefined);
  });

  void it('a path that vendors share is that of the version or the header', () => {
    assert.equal(named('GET', '/v1/models'), 'models.list');
    assert.equal(named('GET', '/v1beta/models'), 'gemini.models.list');
    const anthropic = findTarget('GET', '/v1/models/claude-x', { 'anthropic-version': '2023-06-01' });
    assert.ok(typeof anthropic === 'object');
    assert.equal(anthropic.operation.name, 'anthropic.models.retrieve');
    const marked = findTarget('POST', '/v1/chat/completions', { 'anthropic-version': '2023-06-01' });
    assert.ok(typeof marked === 'object');
    assert.equal(marked.operation.name, 'chat.completions');
  });

  void it('a verb follows the last colon of a model', () => {
    const target = found('POST', '/v1beta/models/gemini-2.5-pro:generateContent');
    assert.equal(target.operation.name, 'gemini.generateContent');
    assert.equal(target.pathModel, 'gemini-2.5-pro');
    assert.equal(found('POST', '/v1beta/models/a/b:0:countTokens').pathModel, 'a/b:0');
    assert.equal(found('GET', '/v1/models/a:b').pathModel, 'a:b');
    assert.equal(named('POST', '/v1beta/models/gemini-2.5-pro:unknown'), 'wrong-method');
    assert.equal(named('POST', '/v1beta/models/:generateContent'), 'wrong-method');
  });

  void it('a path with dot segments is no operation', () => {
    const climbing = [
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      'a%2F..%2Fb',
      'a%2f%2e%2e',
      '..%5c..',
      '..;',
      '%00',
      '%',
      '%zz',
    ];
    for (const segment of climbing) {
      assert.equal(named('GET', `/v1/files/${segment}`), 'no-operation', segment);
      assert.equal(named('GET', `/v1/files/${segment}/content`), 'no-operation', segment);
      assert.equal(named('POST', `/${segment}/v1/chat/completions`), 'no-operation', segment);
    }
  });

  void it('a query stays as it was, without the credential', () => {
    const queries: [given: string, kept: string][] = [
      ['', ''],
      ['?', ''],
      ['?after=a%20b&limit=2', '?after=a%20b&limit=2'],
      ['?beta=true&key=abc', '?beta=true'],
      ['?key=abc', ''],
      ['?key', ''],
      ['?%6Bey=abc&a=1', '?a=1'],
      ['?keys=1&monkey=2&a=key', '?keys=1&monkey=2&a=key'],
      ['?%zz=1', '?%zz=1'],
      ['?q=what?', '?q=what?'],
    ];
    for (const [given, kept] of queries) assert.equal(found('GET', `/v1/files${given}`).query, kept, given);
  });

  void it('never throws, and what it gives back is the end of the path', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH'),
        fc.array(
          fc.oneof(fc.constantFrom('v1', 'files', 'models', 'chat', 'completions', '..', ''), fc.string()),
        ),
        (method, segments) => {
          const url = `/${segments.join('/')}`;
          const target = findTarget(method, url);
          if (typeof target === 'string') return;
          const path = url.split('?')[0] ?? '';
          assert.ok(path.endsWith(target.path) || path.endsWith(`${target.path}/`));
          assert.ok(!target.path.includes('..'));
        },
      ),
    );
  });

  void it('the methods of a path are listed for the Allow header', () => {
    assert.equal(allowedMethods('/v1/files/f1'), 'GET, DELETE');
    assert.equal(allowedMethods('/v1/chat/completions'), 'POST');
    assert.equal(allowedMethods('/nothing'), '');
  });
});

void describe('whether a call leaves something behind', () => {
  type Flags = { readonly store?: boolean; readonly background?: boolean };
  const cases: [method: string, url: string, flags: Flags, creates: boolean][] = [
    ['POST', '/responses', {}, true],
    ['POST', '/responses', { store: true }, true],
    ['POST', '/responses', { store: false }, false],
    ['POST', '/responses', { store: false, background: true }, true],
    ['POST', '/chat/completions', {}, false],
    ['POST', '/chat/completions', { store: true }, true],
    ['POST', '/files', {}, true],
    ['POST', '/files', { store: false }, true],
    ['POST', '/uploads/u/complete', {}, true],
    ['POST', '/batches', {}, true],
    ['POST', '/messages/batches', {}, true],
    ['POST', '/fine_tuning/jobs', {}, true],
    ['POST', '/videos', {}, true],
    ['POST', '/videos/v/remix', {}, true],
    ['POST', '/videos/text2video', {}, true],
    ['POST', '/videos/image2video', {}, true],
    ['POST', '/images/generations', {}, true],
    ['POST', '/images/edits', {}, true],
    ['POST', '/images/variations', {}, true],
    ['POST', '/models/imagen-4:predict', {}, true],
    ['POST', '/conversations', {}, true],
    ['POST', '/v1/workflow/run', {}, true],
    ['POST', '/workflows/run', {}, true],
    ['POST', '/batches/b/cancel', {}, false],
    ['POST', '/messages', {}, false],
    ['POST', '/models/gemini-3-pro:generateContent', {}, false],
    ['POST', '/embeddings', { store: true, background: true }, false],
    ['POST', '/audio/speech', {}, false],
    ['GET', '/files', {}, false],
  ];
  for (const [method, url, flags, creates] of cases) {
    void it(`${method} ${url} with ${JSON.stringify(flags)}: ${creates ? 'yes' : 'no'}`, () => {
      const { operation } = found(method, url);
      assert.equal(createsResource(operation, { store: undefined, background: false, ...flags }), creates);
    });
  }
});
