import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { idOf } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import { until } from '../support/until.ts';
import { get, idIn, KEYS, nodesFor, providerAt, respond, upload } from './nodes.ts';

const [ONE, TWO, THREE] = KEYS;

/** A provider that has batches: one of this name, with an output file of its own. */
const answersAs = (name: string): readonly Behaviour[] => [
  {
    kind: 'status',
    status: 200,
    operations: ['other'],
    body: { id: `batch_${name}`, output_file_id: `file-out-${name}`, input_file_id: 'x' },
  },
  { kind: 'answer' },
];

void describe('a resource', () => {
  void test('is reached with that key from another node, and every other key would find nothing', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [await nodes.open(), await nodes.open()];
    for (let n = 0; n < 12; n++) {
      const created = await upload(one, `content ${n}`);
      const id = idIn(created);
      const content = await get(other, `/v1/files/${id}/content`);
      assert.equal(content.text, `content ${n}`);
      assert.equal(content.headers['x-sparekey-key'], created.headers['x-sparekey-key']);
      assert.equal(content.headers['x-sparekey-attempts'], '1');
    }
    assert.ok(new Set(nodes.keysUsed()).size > 1, 'uploads were spread');
  });

  void test('is known after every node was restarted', async (t) => {
    const nodes = await nodesFor(t);
    const first = await nodes.open();
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(idIn(await upload(first, `${n}`)));
    await first.close();
    const later = await nodes.open();
    for (const id of ids) assert.equal((await get(later, `/v1/files/${id}`)).status, 200);
  });

  void test('is reached although its key has too many requests, and the provider’s own words are passed on', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const created = await upload(gateway, 'x');
    const [key = ''] = nodes.keysUsed();
    nodes.sim.script(key, [{ kind: 'rate-limited', retryAfter: 7 }]);
    for (let n = 0; n < 3; n++) {
      const answer = await get(gateway, `/v1/files/${idIn(created)}`);
      assert.deepEqual([answer.status, answer.headers['retry-after']], [429, '7']);
    }
    assert.deepEqual(nodes.keysUsed(), [key, key, key]);
  });

  void test('is reached with a key that is out of service for nothing definite, which the answer then helps', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const created = await upload(gateway, 'x');
    const [key = ''] = nodes.keysUsed();
    nodes.sim.script(key, [{ kind: 'server-error', status: 500, times: 1 }]);
    const failed = await get(gateway, `/v1/files/${idIn(created)}`);
    assert.equal(failed.status, 500);
    assert.equal((await gateway.keyOf(key)).state, 'out-of-service');
    assert.equal((await get(gateway, `/v1/files/${idIn(created)}`)).status, 200);
    assert.deepEqual(nodes.keysUsed(), [key, key], 'and no other was used');
  });

  void test('is forgotten when it is deleted', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const id = idIn(await upload(gateway, 'x'));
    const [key = ''] = nodes.keysUsed();
    assert.equal((await ask(gateway.url, { method: 'DELETE', path: `/v1/files/${id}` })).status, 200);
    nodes.keysUsed();
    await until(
      async () => (await get(gateway, `/v1/files/${id}`)).status === 404 && nodes.keysUsed()[0] !== key,
    );
  });

  void test('is known for as long as was configured after its last use', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [
      await nodes.open({ resourceAffinity: '60ms' }),
      await nodes.open({ resourceAffinity: '60ms' }),
    ];
    const id = idIn(await upload(one, 'x'));
    const [key] = nodes.keysUsed();
    // By then it is routed like any other request, and sooner or later to a key that never heard of it.
    await until(async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 70);
      });
      return (await get(other, `/v1/files/${id}`)).status === 404;
    });
    assert.ok(nodes.keysUsed().some((used) => used !== key));
  });

  void test('is not kept at all where that is switched off', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open({ resourceAffinity: 0 });
    const id = idIn(await upload(gateway, 'x'));
    await until(async () => (await get(gateway, `/v1/files/${id}`)).status === 404);
  });

  void test('is routed as usual where its owner is unknown', async (t) => {
    const nodes = await nodesFor(t);
    const answer = await get(await nodes.open(), '/v1/files/file-elsewhere');
    assert.equal(answer.status, 404);
    assert.match(answer.text, /No such File object/, 'in the provider’s words');
  });
});

void describe('a key that is gone', () => {
  void test('from the configuration: the client gets an error that says so, and no other key is tried', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const created = await upload(gateway, 'x');
    const [key = ''] = nodes.keysUsed();
    const left = KEYS.filter((one) => one !== key);
    await gateway.reload({ config: { providers: [providerAt(nodes.sim, { keys: left })] } });
    const other = await nodes.open({ providers: [providerAt(nodes.sim, { keys: left })] });
    for (const node of [gateway, other]) {
      const answer = await get(node, `/v1/files/${idIn(created)}`);
      assert.deepEqual([answer.status, answer.code], [410, 'resource_key_gone']);
      assert.match(answer.text, new RegExp(`${idIn(created)}.*is no longer configured`));
      assert.equal(answer.headers['x-should-retry'], 'false');
    }
    assert.deepEqual(nodes.keysUsed(), []);
  });

  void test('in favour of another key of the same account: its resources are reached with that', async (t) => {
    const organization = 'org-shared';
    const nodes = await nodesFor(t);
    for (const key of [ONE, TWO]) nodes.sim.script(key, { behaviours: [], organization });
    const old = [{ key: ONE, quotaDomain: organization }];
    const replaced = [THREE, { key: TWO, quotaDomain: organization }];
    const gateway = await nodes.open({ providers: [providerAt(nodes.sim, { keys: old })] });
    const created = await upload(gateway, 'x');
    await gateway.reload({ config: { providers: [providerAt(nodes.sim, { keys: replaced })] } });
    nodes.keysUsed();
    for (let n = 0; n < 5; n++) assert.equal((await get(gateway, `/v1/files/${idIn(created)}`)).status, 200);
    assert.deepEqual(new Set(nodes.keysUsed()), new Set([TWO]));
  });

  void test('by the operator: the client gets an error that says so', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const created = await upload(gateway, 'x');
    const [key = ''] = nodes.keysUsed();
    const id = idOf(gateway.sparekey, key);
    await fetch(`${gateway.adminUrl}/api/keys/${id}/disable`, { method: 'POST' });
    await until(async () => (await gateway.keyOf(key)).state === 'disabled');
    const answer = await get(gateway, `/v1/files/${idIn(created)}`);
    assert.equal(answer.code, 'resource_key_gone');
    assert.match(answer.text, /was disabled by the operator/);
    assert.deepEqual(nodes.keysUsed(), []);
  });

  void test('because it is dead: the client gets an error that says so, also for the request that finds it out', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [await nodes.open(), await nodes.open()];
    const created = await upload(one, 'x');
    const [key = ''] = nodes.keysUsed();
    nodes.sim.script(key, [{ kind: 'invalid-key' }]);
    for (const node of [one, one, other]) {
      await until(async () => node === one || (await other.keyOf(key)).state === 'out-of-service');
      const answer = await get(node, `/v1/files/${idIn(created)}`);
      assert.deepEqual([answer.status, answer.code], [410, 'resource_key_gone']);
      assert.match(answer.text, /is no longer accepted by its provider/);
      assert.ok(!answer.text.includes(key.slice(-4)));
    }
    assert.deepEqual(nodes.keysUsed(), [key], 'it was used once, and no other ever');
  });
});

void describe('responses', () => {
  void test('that go on from another, over fifty turns and two nodes, all reach the key that began', async (t) => {
    const nodes = await nodesFor(t);
    const both = [await nodes.open(), await nodes.open()];
    let previous: string | undefined;
    for (let turn = 0; turn < 50; turn++) {
      const gateway = both[turn % 2];
      assert.ok(gateway !== undefined);
      const more = {
        ...(previous !== undefined && { previous_response_id: previous }),
        stream: turn % 3 === 0,
      };
      const answer = await respond(gateway, `turn ${turn}`, more);
      assert.equal(answer.status, 200, answer.text);
      previous = idIn(answer);
    }
    const used = nodes.keysUsed();
    assert.equal(used.length, 50, 'no request went up twice');
    assert.equal(new Set(used).size, 1);
  });

  void test('that were streamed can be retrieved, continued and deleted on another node', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [await nodes.open(), await nodes.open()];
    for (let n = 0; n < 8; n++) {
      const id = idIn(await respond(one, `question ${n}`, { stream: true }));
      assert.equal((await get(other, `/v1/responses/${id}`)).status, 200);
      assert.equal((await get(other, `/v1/responses/${id}/input_items`)).status, 200);
      assert.equal((await ask(other.url, { method: 'DELETE', path: `/v1/responses/${id}` })).status, 200);
    }
  });

  void test('whose first key failed before any output belong to the key that answered', async (t) => {
    const failing: Behaviour = { kind: 'error-event', afterChunks: 0 };
    const nodes = await nodesFor(t, { behaviours: { [ONE]: [failing], [TWO]: [failing] } });
    const gateway = await nodes.open();
    const answer = await respond(gateway, 'hello', { stream: true });
    assert.equal(answer.status, 200);
    nodes.keysUsed();
    assert.equal((await get(gateway, `/v1/responses/${idIn(answer)}`)).status, 200);
    assert.deepEqual(nodes.keysUsed(), [THREE]);
  });

  void test('larger than what is held are learned from their beginning', async (t) => {
    const nodes = await nodesFor(t);
    const limits = { hold: '1KiB' };
    const [one, other] = [await nodes.open({ limits }), await nodes.open({ limits })];
    for (const stream of [false, true]) {
      for (let n = 0; n < 4; n++) {
        const answer = await respond(one, `${n} ${'long '.repeat(300)}`, {
          stream,
          instructions: 'x'.repeat(2_000),
        });
        assert.equal((await get(other, `/v1/responses/${idIn(answer)}`)).status, 200);
      }
    }
  });

  void test('that are not stored leave nothing behind', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const id = idIn(await respond(gateway, 'hello', { store: false }));
    const used = new Set<string>();
    await until(async () => {
      await get(gateway, `/v1/responses/${id}`);
      for (const key of nodes.keysUsed()) used.add(key);
      return used.size > 1;
    });
  });

  void test('that name a file go to the owner of the file, and so does a chat completion', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    for (let n = 0; n < 6; n++) {
      const id = idIn(await upload(gateway, `${n}`));
      const [key] = nodes.keysUsed();
      const input = [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }];
      await respond(gateway, input);
      await ask(gateway.url, {
        body: {
          model: 'gpt-5',
          messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
        },
      });
      assert.deepEqual(nodes.keysUsed(), [key, key]);
    }
  });

  void test('go to the provider of the response that they continue, ahead of all routes, and by its name for the model', async (t) => {
    const nodes = await nodesFor(t);
    const first = { ...providerAt(nodes.sim), id: 'first', modelMapping: { 'gpt-5': 'gpt-5-first' } };
    const second = { ...providerAt(nodes.sim), id: 'second', modelMapping: { 'gpt-5': 'gpt-5-second' } };
    const providers = [first, second];
    const one = await nodes.open({ providers, routes: [{ model: '*', to: ['first'] }] });
    const previous = idIn(await respond(one, 'hello'));
    const other = await nodes.open({ providers, routes: [{ model: '*', to: ['second'] }] });
    for (const model of ['gpt-5', 'second/gpt-5']) {
      const answer = await respond(other, `again, ${model}`, { previous_response_id: previous, model });
      assert.deepEqual([answer.status, answer.headers['x-sparekey-provider']], [200, 'first']);
      assert.equal(nodes.sim.requests.at(-1)?.model, 'gpt-5-first');
    }
  });
});

void describe('batches', () => {
  void test('are created with the key of their input, polled with it, and their output is fetched with it', async (t) => {
    const nodes = await nodesFor(t, {
      behaviours: { [ONE]: answersAs('one'), [TWO]: answersAs('two'), [THREE]: answersAs('three') },
    });
    const [one, other] = [await nodes.open(), await nodes.open()];
    for (let n = 0; n < 6; n++) {
      const file = idIn(await upload(one, 'x'));
      const [key] = nodes.keysUsed();
      const batch = await ask(one.url, {
        path: '/v1/batches',
        body: { input_file_id: file, endpoint: '/v1/responses' },
      });
      await get(other, `/v1/batches/${idIn(batch)}`);
      const output = /file-out-\w+/.exec(batch.text)?.[0] ?? '';
      await get(other, `/v1/files/${output}/content`);
      assert.deepEqual(nodes.keysUsed(), [key, key, key]);
    }
  });
});

void describe('stored chat completions', () => {
  void test('are retrieved with the key that owns them', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [await nodes.open(), await nodes.open()];
    for (let n = 0; n < 6; n++) {
      const created = await ask(one.url, { body: chat(`hello ${n}`, { store: true, stream: n % 2 === 0 }) });
      const retrieved = await get(other, `/v1/chat/completions/${idIn(created)}`);
      assert.equal(retrieved.headers['x-sparekey-key'], created.headers['x-sparekey-key']);
    }
  });
});
