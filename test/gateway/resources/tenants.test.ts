import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderFor } from '../../support/folder.ts';
import { ask, rawConnection } from '../../support/http.ts';
import { CLIENTS, idOf, idsIn, KEYS, moreIn, named, tenantSetup, accountProvider } from './tenant-setup.ts';

const [ONE = '', TWO = ''] = KEYS;
const makeFile = named('files.create');
const readFile = named('files.retrieve');
const listFiles = named('files.list');
const makeResponse = named('responses.create');

void describe('the tenant of a resource', () => {
  void test('is known on other nodes, after a restart, and with another key of the same client', async (t) => {
    const path = join(await folderFor(t), 'state.db');
    const first = await tenantSetup(t, {}, { state: { path } });
    const { accounts } = first;
    const other = await tenantSetup(t, {}, { state: { path }, server: accounts });
    const id = idOf(await first.as('ada', makeFile));
    assert.equal((await other.as('bob', readFile, { id })).code, 'resource_not_found');
    assert.equal((await other.as('ada', readFile, { id })).status, 200);
    await first.gateway.close();
    await other.gateway.close();
    const clients = [CLIENTS[1], { name: 'ada', key: 'client-rotated-0123456789' }];
    const later = await tenantSetup(t, { clients }, { state: { path }, server: accounts });
    assert.equal((await later.as('bob', readFile, { id })).code, 'resource_not_found');
    assert.equal((await later.as('rotated', readFile, { id })).status, 200);
    assert.deepEqual(idsIn(await later.as('rotated', listFiles)), [id]);
  });

  void test('is the group: who has its name reaches what it created', async (t) => {
    const { as, gateway, accounts } = await tenantSetup(t);
    const id = idOf(await as('ada', makeFile));
    const clients = [
      { name: 'eve', group: 'ada', key: 'client-eve-0123456789' },
      { name: 'joe', group: 'ada', key: 'client-joe-0123456789' },
      { name: 'ada', group: 'others', key: 'client-ada-0123456789' },
    ];
    await gateway.reload({ config: { clients, providers: [accountProvider(accounts, KEYS)] } });
    assert.equal((await as('eve', readFile, { id })).status, 200);
    assert.equal((await as('joe', readFile, { id })).status, 200);
    assert.equal((await as('ada', readFile, { id })).code, 'resource_not_found');
  });

  void test('is none where it was created elsewhere, or before there were clients', async (t) => {
    const { as, send, gateway, accounts } = await tenantSetup(t, { clients: undefined });
    const [outside = ''] = accounts.create(ONE, 'file-', 1);
    const before = idOf(await as('ada', makeFile));
    assert.equal((await as('bob', readFile, { id: before })).status, 200, 'everybody is one client');
    const clients = { clients: CLIENTS, providers: [accountProvider(accounts, [ONE])] };
    await gateway.reload({ config: clients });
    accounts.requestsSinceLast();
    for (const id of [outside, before]) {
      assert.equal((await as('ada', readFile, { id })).code, 'resource_not_found');
      const batch = { input_file_id: id };
      assert.equal((await send('ada', 'POST', '/v1/batches', { body: batch })).code, 'resource_not_found');
    }
    assert.deepEqual(idsIn(await as('ada', listFiles)), []);
    assert.deepEqual(accounts.requestsSinceLast(), []);
    const mentions = {
      model: 'm',
      input: [{ file_id: outside }],
      metadata: { file_id: 'a word of its own' },
    };
    assert.equal((await send('ada', 'POST', '/v1/responses', { body: mentions })).status, 200);
    await gateway.reload({ config: { ...clients, sharedResources: true } });
    assert.equal((await as('ada', readFile, { id: outside })).status, 200);
  });

  void test('does not matter where clients share, and is known again where they no longer do', async (t) => {
    const shared = { sharedResources: true };
    const { as, gateway, accounts } = await tenantSetup(t, shared);
    const id = idOf(await as('ada', makeFile));
    assert.equal((await as('bob', readFile, { id })).status, 200);
    const all = await as('bob', listFiles);
    assert.deepEqual([all.status, all.headers['x-sparekey-provider']], [200, 'accounts'], 'as it came');
    await gateway.reload({ config: { clients: CLIENTS, providers: [accountProvider(accounts, KEYS)] } });
    assert.equal((await as('bob', readFile, { id })).code, 'resource_not_found');
    assert.equal((await as('ada', readFile, { id })).status, 200);
  });

  void test('does not depend on resource affinity', async (t) => {
    const { as } = await tenantSetup(t, { resourceAffinity: 0 });
    const id = idOf(await as('ada', makeResponse));
    assert.equal((await as('bob', named('responses.retrieve'), { id })).code, 'resource_not_found');
  });

  void test('is reported in each client’s dialect', async (t) => {
    const { as } = await tenantSetup(t);
    const id = idOf(await as('ada', named('anthropic.files.create')));
    const others = await as('bob', named('anthropic.files.retrieve'), { id });
    assert.match(others.text, /^\{"type":"error","error":\{"type":"not_found_error","message":"There is no/u);
    const asGemini = { path: `/v1beta/files/${id}`, method: 'GET' };
    const gemini = await ask((await tenantSetup(t)).gateway.url, {
      ...asGemini,
      headers: { 'x-goog-api-key': 'client-bob-0123456789' },
    });
    assert.equal(gemini.status, 404);
  });
});

void describe('a resource created by a model', () => {
  for (const stream of [false, true]) {
    void test(`belongs to its tenant: a container, and a file in it (${stream ? 'streamed' : 'whole'})`, async (t) => {
      const { as, send, accounts } = await tenantSetup(t);
      const tools = [{ type: 'code_execution_20250825', name: 'code_execution' }];
      const body = { model: 'm', max_tokens: 9, stream, messages: [], tools };
      const ran = await send('ada', 'POST', '/v1/messages', { body, anthropic: true });
      assert.equal(ran.status, 200, ran.text);
      const [file = ''] = /file-\d+\w+/u.exec(ran.text) ?? [];
      const [container = ''] = /cntr_\d+\w+/u.exec(ran.text) ?? [];
      accounts.requestsSinceLast();
      const content = named('anthropic.files.content');
      const again = { anthropic: true, body: { model: 'm', messages: [], container } };
      assert.equal((await as('bob', content, { id: file })).status, 404);
      assert.equal((await send('bob', 'POST', '/v1/messages', again)).status, 404);
      assert.deepEqual(accounts.requestsSinceLast(), []);
      assert.equal((await as('ada', content, { id: file })).status, 200);
      const on = await send('ada', 'POST', '/v1/messages', again);
      assert.equal(on.status, 200);
      assert.equal(on.headers['x-sparekey-key'], ran.headers['x-sparekey-key']);
      assert.deepEqual(idsIn(await as('ada', named('anthropic.files.list'))), [file]);
    });
  }

  void test('at OpenAI, where code runs in a container', async (t) => {
    const { as, send, accounts } = await tenantSetup(t);
    const auto = { model: 'm', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] };
    const [container = ''] = /cntr_\d+\w+/u.exec((await as('ada', makeResponse, { body: auto })).text) ?? [];
    accounts.requestsSinceLast();
    const body = { model: 'm', tools: [{ type: 'code_interpreter', container }] };
    assert.equal((await send('bob', 'POST', '/v1/responses', { body })).code, 'resource_not_found');
    assert.deepEqual(accounts.requestsSinceLast(), []);
    assert.equal((await send('ada', 'POST', '/v1/responses', { body })).status, 200);
  });

  void test('is learned from a batch, be it retrieved or only listed', async (t) => {
    for (const how of ['batches.retrieve', 'batches.list']) {
      const { as } = await tenantSetup(t);
      const id = idOf(await as('ada', named('batches.create')));
      const text = (await as('ada', named(how), { id, query: how.endsWith('list') ? '?limit=1' : '' })).text;
      const [output] = /(?<="output_file_id":")[^"]+/u.exec(text) ?? [];
      assert.ok(output !== undefined, text);
      assert.equal((await as('bob', named('files.content'), { id: output })).code, 'resource_not_found');
      assert.equal((await as('ada', named('files.content'), { id: output })).status, 200);
    }
  });
});

void describe('a tenant’s list', () => {
  void test('is filtered from what others have, over as many pages as needed', async (t) => {
    const { as, accounts } = await tenantSetup(t, {}, {});
    const first = idOf(await as('ada', named('batches.create')));
    const key = accounts.requestsSinceLast()[0]?.key ?? '';
    accounts.create(key, 'batch_', 950);
    const list = named('batches.list');
    const page = await as('ada', list, { query: '?limit=1' });
    assert.deepEqual([idsIn(page), moreIn(page)], [[first], false]);
    assert.equal(accounts.requestsSinceLast().length, 10, 'a hundred on a page');
    accounts.create(key, 'batch_', 2_500);
    const far = await as('ada', list, { query: '?limit=1' });
    assert.equal(far.code, 'list_not_read', 'and not over more than 32');
    assert.equal(accounts.requestsSinceLast().length, 32);
  });

  void test('goes back as far as it is requested to', async (t) => {
    const { as } = await tenantSetup(t, {}, { keys: [] });
    const make = named('messages.batches.create');
    const created: string[] = [];
    while (created.length < 5) created.unshift(idOf(await as('ada', make)));
    const list = named('messages.batches.list');
    const whole = idsIn(await as('ada', list, { query: '?limit=100' }));
    assert.deepEqual(whole, created);
    assert.equal((await as('bob', list, { query: `?after_id=${created[2] ?? ''}` })).status, 404);
  });

  void test('is not returned as complete where one of its accounts does not answer', async (t) => {
    const { as, gateway, accounts } = await tenantSetup(t);
    for (let n = 0; n < 12; n++) await as('ada', makeFile);
    const used = new Set(accounts.requestsSinceLast().map(({ key }) => key));
    assert.deepEqual(used, new Set([ONE, TWO]));
    accounts.fail(TWO);
    const failed = await as('ada', listFiles);
    assert.equal(failed.status, 503, failed.text);
    await gateway.reload({ config: { clients: CLIENTS, providers: [accountProvider(accounts, [ONE])] } });
    const left = await as('ada', listFiles);
    assert.equal(left.status, 200, 'what was created with a key that has left cannot be reached by anybody');
  });

  void test('of keys of one account is requested with one of them', async (t) => {
    const { as, gateway, accounts } = await tenantSetup(t);
    const keys = KEYS.map((key) => ({ key, quotaDomain: 'org' }));
    await gateway.reload({ config: { clients: CLIENTS, providers: [accountProvider(accounts, keys)] } });
    for (let n = 0; n < 6; n++) await as('ada', makeFile);
    accounts.requestsSinceLast();
    await as('ada', listFiles);
    assert.equal(accounts.requestsSinceLast().length, 1);
  });
});

void describe('attempts to get around it', () => {
  void test('a path into a resource that this client did not make here is refused, whatever its kind', async (t) => {
    const { send, as, accounts } = await tenantSetup(t);
    const own = idOf(await as('bob', makeFile));
    accounts.requestsSinceLast();
    for (const within of [
      'vector_stores/vs_1',
      'containers/cntr_1',
      'threads/thread_1',
      '%74hreads/thread_1',
    ]) {
      const paths = [`/v1/${within}/files/${own}`, `/v1/${within}/files`];
      for (const path of paths)
        assert.equal((await send('bob', 'GET', path)).code, 'resource_not_found', path);
    }
    const message = { model: 'm', messages: [] };
    assert.equal((await send('bob', 'POST', '/v1/threads/t/messages', { body: message })).status, 404);
    assert.deepEqual(accounts.requestsSinceLast(), []);
  });

  void test('a Realtime call of another tenant is not joined', async (t) => {
    const { gateway, accounts } = await tenantSetup(t);
    const connection = await rawConnection(gateway.port);
    t.after(() => connection.socket.destroy());
    connection.write(
      'GET /v1/realtime?call_id=rtc_1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer client-bob-0123456789\r\n' +
        'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    assert.match(await connection.receive(/\}\}$/u), /^HTTP\/1\.1 404 .*"resource_not_found"/su);
    assert.deepEqual(accounts.requestsSinceLast(), []);
  });

  void test('what is named after the part of a body that is kept does not get through', async (t) => {
    const { as, send, accounts } = await tenantSetup(t, { limits: { replay: '64KiB' } });
    const id = idOf(await as('ada', makeFile));
    accounts.requestsSinceLast();
    const padding = 'said: \\"file_id\\": '.repeat(16_384);
    const bodies = [
      `{"model":"m","input":["${padding}",{"file_id":"${id}"}]}`,
      `{"model":"m","input":["${padding}",{"file_id"${' '.repeat(100_000)}:"${id}"}]}`,
      `{"model":"m","input":["${padding}",{"\\u0066ile_id":"${id}"}]}`,
      `{"model":"m","input":["${padding}"],"previous_response_id":"resp_x"}`,
    ];
    for (const body of bodies) {
      const late = await send('bob', 'POST', '/v1/responses', { body: Buffer.from(body) });
      assert.equal(late.code, 'reference_too_late', late.text);
    }
    for (const { body } of accounts.requestsSinceLast()) assert.ok(!body.includes(id));
    const plain = Buffer.from(`{"model":"m","input":["${padding}", "\\\\u0066"]}`);
    const passed = await send('bob', 'POST', '/v1/responses', { body: plain });
    assert.equal(passed.status, 200, passed.text);
    assert.ok(
      accounts.requestsSinceLast().some(({ body }) => body === plain.toString()),
      'byte for byte',
    );
  });
});
