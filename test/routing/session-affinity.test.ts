import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GOOD_KEY, idOf, simulatedProvider, type TestGateway } from '../support/gateway.ts';
import { ask, chat, type HttpAnswer } from '../support/http.ts';
import { until } from '../support/until.ts';
import { KEYS, nodesFor, respond, type Nodes } from './nodes.ts';

const session = { provider: { affinity: 'session' } };

function say(gateway: TestGateway, name: string, what = 'hello'): Promise<HttpAnswer> {
  return ask(gateway.url, { body: chat(what), headers: { 'x-session-id': name } });
}

/** The key that each session's request went up with. */
async function homes(nodes: Nodes, gateway: TestGateway, names: readonly string[]): Promise<string[]> {
  nodes.keysUsed();
  const found: string[] = [];
  for (const name of names) {
    assert.equal((await say(gateway, name)).status, 200);
    found.push(nodes.keysUsed().at(-1) ?? '');
  }
  return found;
}

const names = Array.from({ length: 40 }, (_, n) => `session ${n}`);

void describe('a session', () => {
  void test('stays with one key, on every node, and sessions spread over the keys', async (t) => {
    const nodes = await nodesFor(t, session);
    const [one, other] = [await nodes.open(), await nodes.open()];
    const before = await homes(nodes, one, names);
    assert.equal(new Set(before).size, KEYS.length);
    assert.deepEqual(await homes(nodes, one, names), before);
    assert.deepEqual(await homes(nodes, other, names), before);
  });

  void test('moves while its key is out of service, others stay, and it comes back with its key', async (t) => {
    const nodes = await nodesFor(t, session);
    const gateway = await nodes.open();
    const before = await homes(nodes, gateway, names);
    const [lost = ''] = before;
    nodes.sim.script(lost, [{ kind: 'server-error', status: 500, times: 1 }]);
    const first = await say(gateway, names[0] ?? '');
    assert.deepEqual([first.status, first.headers['x-sparekey-attempts']], [200, '2']);
    const during = await homes(nodes, gateway, names);
    assert.deepEqual(await homes(nodes, gateway, names), during, 'it has one key meanwhile, too');
    for (const [n, home] of during.entries()) {
      if (before[n] === lost) assert.notEqual(home, lost);
      else assert.equal(home, before[n]);
    }
    assert.equal(new Set(during).size, KEYS.length - 1);
    for (const word of ['disable', 'enable']) {
      await fetch(`${gateway.adminUrl}/api/keys/${idOf(gateway.sparekey, lost)}/${word}`, { method: 'POST' });
    }
    await until(async () => (await gateway.keyOf(lost)).state === 'in-service');
    assert.deepEqual(await homes(nodes, gateway, names), before);
  });

  void test('comes back as soon as the cooldown of its key is over', async (t) => {
    const failover = { enabled: true, failureThreshold: 1, cooldownDuration: 30 };
    const nodes = await nodesFor(t, { provider: { ...session.provider, failover } });
    const gateway = await nodes.open();
    const [home = ''] = await homes(nodes, gateway, ['one']);
    nodes.sim.script(home, [{ kind: 'server-error', status: 500, times: 1 }]);
    await say(gateway, 'one');
    await until(async () => (await gateway.keyOf(home)).state === 'in-service');
    assert.deepEqual(await homes(nodes, gateway, ['one']), [home]);
  });

  void test('is recognized by its first messages, where nothing names it', async (t) => {
    const nodes = await nodesFor(t, session);
    const gateway = await nodes.open();
    for (let n = 0; n < 8; n++) {
      const first = { role: 'user', content: `question ${n}` };
      const messages: object[] = [{ role: 'system', content: 'You are brief.' }, first];
      for (let turn = 0; turn < 3; turn++) {
        await ask(gateway.url, { body: { model: 'gpt-5', messages } });
        messages.push(
          { role: 'assistant', content: `answer ${turn}` },
          { role: 'user', content: `and ${turn}?` },
        );
      }
      assert.equal(new Set(nodes.keysUsed()).size, 1);
    }
  });

  void test('is recognized by the cache key in a Responses body that stores nothing', async (t) => {
    const nodes = await nodesFor(t, session);
    const gateway = await nodes.open();
    for (let n = 0; n < 8; n++) await respond(gateway, `turn ${n}`, { store: false, prompt_cache_key: 'k' });
    assert.equal(new Set(nodes.keysUsed()).size, 1);
  });

  void test('does not override the owner of the response that a request continues', async (t) => {
    const nodes = await nodesFor(t, session);
    const gateway = await nodes.open();
    const first = await respond(gateway, 'hello', { prompt_cache_key: 'one' });
    const id = /resp_\w+/.exec(first.text)?.[0];
    for (let n = 0; n < 8; n++) {
      const more = { previous_response_id: id, prompt_cache_key: `another ${n}` };
      assert.equal((await respond(gateway, `turn ${n}`, more)).status, 200);
    }
    assert.equal(new Set(nodes.keysUsed()).size, 1);
  });

  void test('has no effect at a provider that is not configured for it', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open({
      providers: [simulatedProvider(nodes.sim, [GOOD_KEY, ...KEYS], { choice: 'random' })],
    });
    const used = new Set<string>();
    await until(async () => {
      await say(gateway, 'one');
      for (const key of nodes.keysUsed()) used.add(key);
      return used.size > 2;
    });
  });
});
