import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { get, idIn, KEYS, nodesFor, respond, upload } from '../../routing/nodes.ts';
import { ask, chat } from '../../support/http.ts';

/* The promise about rotation, prompt caches and what keys make, by its number. */

void suite('22: what belongs together stays together', () => {
  void test('22: a conversation keeps its key while keys rotate around it, so that its prompt is cached there', async (t) => {
    const nodes = await nodesFor(t, { provider: { affinity: 'session' } });
    const gateway = await nodes.open();
    const turn = async (session: string): Promise<string> => {
      const answer = await ask(gateway.url, { body: chat('hello', { prompt_cache_key: session }) });
      assert.equal(answer.status, 200);
      return nodes.keysUsed().at(-1) ?? '';
    };
    const home = await turn('mine');
    const other = KEYS.find((key) => key !== home) ?? '';
    nodes.sim.script(other, [{ kind: 'invalid-key' }]);
    for (let n = 0; n < 30; n++) {
      await turn(`other ${n}`);
      assert.equal(await turn('mine'), home);
    }
    assert.equal((await gateway.keyOf(other)).state, 'out-of-service', 'one key was lost meanwhile');
  });

  void test('22: files, batches and previous responses stay with the key that made them, on every node', async (t) => {
    const nodes = await nodesFor(t);
    const [one, other] = [await nodes.open(), await nodes.open()];
    for (let n = 0; n < 10; n++) {
      const file = idIn(await upload(one, `line ${n}`));
      assert.equal((await get(other, `/v1/files/${file}/content`)).text, `line ${n}`);
      const begun = idIn(await respond(one, `begin ${n}`));
      const continued = await respond(other, `go on ${n}`, { previous_response_id: begun });
      assert.equal(continued.status, 200, continued.text);
    }
    assert.ok(new Set(nodes.keysUsed()).size > 1, 'while other calls were spread');
  });

  void test('22: a client whose file went with its key hears that, and not that there is no such file', async (t) => {
    const nodes = await nodesFor(t);
    const gateway = await nodes.open();
    const file = idIn(await upload(gateway, 'x'));
    const [key = ''] = nodes.keysUsed();
    nodes.sim.script(key, [{ kind: 'invalid-key' }]);
    const answer = await get(gateway, `/v1/files/${file}`);
    assert.deepEqual([answer.status, answer.code], [410, 'resource_key_gone']);
  });
});
