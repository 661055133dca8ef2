import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_REFS } from '../../../src/dialects/scan/body-facts.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { familyOf, type Operation } from '../../../src/dialects/operations/operation.ts';
import { resourceListOf } from '../../../src/dialects/operations/resource-lists.ts';
import type { HttpAnswer } from '../../support/http.ts';
import { idOf, idsIn, KEYS, moreIn, named, tenantSetup, type RequestParts } from './tenant-setup.ts';

/** By the beginning of a path: the operation that creates the resource in it. The longest beginning counts. */
const CREATORS: Readonly<Record<string, string>> = {
  '/chat/completions/{id}': 'chat.completions',
  '/responses/{id}': 'responses.create',
  '/conversations/{id}': 'conversations.create',
  '/files/{id}': 'files.create',
  '/uploads/{id}': 'uploads.create',
  '/batches/{id}': 'batches.create',
  '/fine_tuning/jobs/{id}': 'fine_tuning.jobs.create',
  '/videos/{id}': 'videos.create',
  '/videos/characters/{id}': 'videos.characters.create',
  '/videos/text2video/{id}': 'kling.text2video',
  '/videos/image2video/{id}': 'kling.image2video',
  '/images/generations/{id}': 'images.generations',
  '/messages/batches/{id}': 'messages.batches.create',
  '/tasks/{id}': 'qwen.text_embedding',
  '/contents/generations/tasks/{id}': 'doubao.tasks.create',
  '/models/{model}/operations/{id}': 'gemini.predictLongRunning',
};

function creatorOf({ pattern, dialect }: Operation): Operation {
  const [, name] = Object.entries(CREATORS).find(([beginning]) => pattern.startsWith(beginning)) ?? [];
  assert.ok(name !== undefined, `no operation creates the resource in ${pattern}`);
  return named(
    familyOf(dialect) === 'anthropic' && name === 'files.create' ? 'anthropic.files.create' : name,
  );
}

/** An answer without what differs from one answer to the next. */
function comparable({ status, headers, text }: HttpAnswer, id: string): unknown {
  const { date, 'x-request-id': _, 'request-id': __, 'content-length': ___, ...rest } = headers;
  assert.ok(date !== undefined);
  return { status, headers: rest, text: text.replace(id, 'ID') };
}

/** A generic provider offers everything but Bedrock's, and its apps are the operator's. */
const byId = operations.filter(
  ({ pattern, name, dialect }) =>
    pattern.includes('{id}') && name !== 'qwen.app' && dialect !== 'bedrock-converse',
);

void describe('with clients, a resource of one', () => {
  void test('does not exist for another, whatever the operation', async (t) => {
    const { as, accounts } = await tenantSetup(t);
    for (const operation of byId) {
      accounts.requestsSinceLast();
      const id = idOf(await as('ada', creatorOf(operation)));
      accounts.requestsSinceLast();
      const others = await as('bob', operation, { id });
      const nobodys = await as('bob', operation, { id: 'file-000000neverwas' });
      assert.equal(others.status, 404, `${operation.name}: ${others.text}`);
      assert.deepEqual(comparable(others, id), comparable(nobodys, 'file-000000neverwas'));
      assert.deepEqual(accounts.requestsSinceLast(), [], 'nothing was sent to the provider');
      const own = await as('ada', operation, { id });
      assert.equal(own.status, 200, `${operation.name}: ${own.text}`);
      const [, ...more] = accounts.requestsSinceLast();
      assert.deepEqual(more, [], 'and it took one request');
      if (operation.method !== 'DELETE' || operation.pattern.includes('items')) continue;
      const gone = await as('ada', operation, { id });
      assert.deepEqual(
        comparable(gone, id),
        comparable(others, id),
        'what is deleted does not exist for its owner either',
      );
      assert.deepEqual(accounts.requestsSinceLast(), []);
    }
  });

  for (const operation of operations.filter((each) => resourceListOf(each) !== undefined)) {
    void test(`is in no list of another: ${operation.name}`, async (t) => {
      const { as, accounts } = await tenantSetup(t);
      const creator = creatorOf({ ...operation, pattern: `${operation.pattern}/{id}` });
      const created: string[] = [];
      for (let n = 0; n < 6; n++) created.push(idOf(await as('ada', creator)));
      for (const key of KEYS) accounts.create(key, created[0]?.slice(0, created[0].search(/\d/u)) ?? '', 3);
      accounts.requestsSinceLast();
      const others = await as('bob', operation);
      assert.deepEqual([others.status, idsIn(others), moreIn(others)], [200, [], false]);
      assert.deepEqual(accounts.requestsSinceLast(), []);
      const own = await as('ada', operation, { query: '?limit=100' });
      assert.deepEqual(
        [idsIn(own), moreIn(own)],
        [created.toReversed(), false],
        'all of it, the newest first',
      );
      const paged: string[] = [];
      for (let cursor: string | undefined, n = 0; n < 10; n++) {
        const word = familyOf(operation.dialect) === 'anthropic' ? 'after_id' : 'after';
        const query = cursor === undefined ? '?limit=2' : `?limit=2&${word}=${cursor}`;
        const page = await as('ada', operation, { query });
        paged.push(...idsIn(page));
        cursor = paged.at(-1);
        if (!moreIn(page)) break;
      }
      assert.deepEqual(paged.toSorted(), created.toSorted(), 'page by page, each once');
    });
  }

  void test('is in this table, whatever the operation', () => {
    const listed = operations.filter((each) => resourceListOf(each) !== undefined).map(({ name }) => name);
    const lists = operations
      .filter(({ stateful, method, pattern }) => stateful && method === 'GET' && !pattern.includes('{id}'))
      .filter(({ idsInQuery }) => idsInQuery.length === 0)
      .map(({ name }) => name);
    assert.deepEqual(listed, lists, 'every list of resources is filtered');
    const unowned = byId.filter(({ stateful }) => !stateful).map(({ name }) => name);
    assert.deepEqual(
      unowned,
      [],
      'every operation with an id in its path is about resources that have an owner',
    );
  });
});

/** Where a body names resources of earlier calls. */
const NAMED: readonly (readonly [
  what: string,
  creator: string,
  path: string,
  body: (id: string) => unknown,
])[] = [
  [
    'previous_response_id',
    'responses.create',
    '/responses',
    (id) => ({ model: 'm', previous_response_id: id }),
  ],
  [
    'previous_response_id, escaped',
    'responses.create',
    '/responses',
    (id) => Buffer.from(`{"model":"m","previous_\\u0072esponse_id":"${id}"}`),
  ],
  [
    'previous_response_id, twice',
    'responses.create',
    '/responses',
    (id) => Buffer.from(`{"model":"m","previous_response_id":"${id}","previous_response_id":null}`),
  ],
  ['of input tokens', 'responses.create', '/responses/input_tokens', (id) => ({ previous_response_id: id })],
  ['conversation', 'conversations.create', '/responses', (id) => ({ model: 'm', conversation: id })],
  [
    'conversation as an object',
    'conversations.create',
    '/responses',
    (id) => ({ model: 'm', conversation: { id } }),
  ],
  ['input_file_id', 'files.create', '/batches', (id) => ({ input_file_id: id, endpoint: '/v1/responses' })],
  ['training_file', 'files.create', '/fine_tuning/jobs', (id) => ({ model: 'm', training_file: id })],
  ['validation_file', 'files.create', '/fine_tuning/jobs', (id) => ({ model: 'm', validation_file: id })],
  [
    'file_id',
    'files.create',
    '/responses',
    (id) => ({ model: 'm', input: [{ content: [{ type: 'input_file', file_id: id }] }] }),
  ],
  [
    'file_id, its value escaped',
    'files.create',
    '/responses',
    (id) => Buffer.from(`{"model":"m","input":[{"file_id":"${id.replace('f', '\\u0066')}"}]}`),
  ],
  [
    'file_id, its key escaped',
    'files.create',
    '/responses',
    (id) => Buffer.from(`{"model":"m","input":[{"\\u0066ile_\\u0069d":"${id}"}]}`),
  ],
  [
    'file_id in a chat',
    'files.create',
    '/chat/completions',
    (id) => ({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
    }),
  ],
  [
    'file_ids of a tool',
    'files.create',
    '/responses',
    (id) => ({
      model: 'm',
      tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [id] } }],
    }),
  ],
  [
    'file_id behind a hundred others',
    'files.create',
    '/responses',
    (id) => ({
      model: 'm',
      input: [...Array.from({ length: 100 }, () => ({ file_id: id })), { file_id: id }],
    }),
  ],
  ['video', 'videos.create', '/videos/edits', (id) => ({ prompt: 'x', video: { id } })],
];

void describe('with clients, a body that names another’s resource', () => {
  void test('wherever that stands and however it is written', async (t) => {
    const { as, send, accounts } = await tenantSetup(t);
    for (const [what, creator, path, body] of NAMED) {
      const id = idOf(await as('ada', named(creator)));
      accounts.requestsSinceLast();
      const others = await send('bob', 'POST', `/v1${path}`, { body: body(id) });
      assert.deepEqual([others.status, others.code], [404, 'resource_not_found'], `${what}: ${others.text}`);
      assert.deepEqual(accounts.requestsSinceLast(), []);
      const own = await send('ada', 'POST', `/v1${path}`, { body: body(id) });
      assert.equal(own.status, 200, `${what}: ${own.text}`);
      assert.equal(accounts.requestsSinceLast().length, 1);
    }
  });

  void test('among its own, or more than are checked', async (t) => {
    const { as, send, accounts } = await tenantSetup(t);
    const others = idOf(await as('ada', named('files.create')));
    const own = idOf(await as('bob', named('files.create')));
    accounts.requestsSinceLast();
    const mixed = { model: 'm', input: [{ file_id: own }, { file_id: others }] };
    assert.equal((await send('bob', 'POST', '/v1/responses', { body: mixed })).code, 'resource_not_found');
    const many = {
      model: 'm',
      input: Array.from({ length: MAX_REFS + 1 }, (_, n) => ({ file_id: `f${n}` })),
    };
    assert.equal((await send('bob', 'POST', '/v1/responses', { body: many })).code, 'too_many_references');
    const form = `--b\r\ncontent-disposition: form-data; name="video[id]"\r\n\r\n${others}\r\n--b--\r\n`;
    assert.equal((await send('bob', 'POST', '/v1/videos/edits', { body: form, form: true })).status, 404);
    assert.deepEqual(accounts.requestsSinceLast(), []);
  });

  void test('of Coze or Dify, in a query or a body', async (t) => {
    const { as, send, accounts } = await tenantSetup(t);
    const chat = (await as('ada', named('coze.chat'))).text;
    const [, id = '', conversation = ''] = /"id":"(\w+)","conversation_id":"(\w+)"/u.exec(chat) ?? [];
    const dify = /"conversation_id":"(\w+)"/u.exec((await as('ada', named('dify.chat_messages'))).text)?.[1];
    accounts.requestsSinceLast();
    const requests: [string, string, Partial<RequestParts>][] = [
      ['GET', '/v1/v3/chat/retrieve', { query: `?chat_id=${id}&conversation_id=${conversation}` }],
      ['GET', '/v1/v3/chat/message/list', { query: `?conversation_id=${conversation}&chat_id=${id}` }],
      ['POST', '/v1/v3/chat/cancel', { body: { chat_id: id, conversation_id: conversation } }],
      ['POST', '/v1/v3/chat', { query: `?conversation_id=${conversation}` }],
      ['POST', '/v1/chat-messages', { body: { conversation_id: dify, query: 'x' } }],
    ];
    for (const [method, path, more] of requests) {
      assert.equal((await send('bob', method, path, more)).code, 'resource_not_found', path);
      assert.deepEqual(accounts.requestsSinceLast(), []);
      const own = await send('ada', method, path, more);
      assert.equal(own.status, 200, own.text);
      accounts.requestsSinceLast();
    }
  });
});
