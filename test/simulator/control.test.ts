import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, simulatorFor } from './client.ts';

void test('the state shows what each key does, what is left of it, and its counts', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: {
      a: {
        note: 'twice',
        behaviours: [
          { kind: 'overloaded', times: 2 },
          { kind: 'hang', times: 3 },
        ],
      },
    },
  });
  for (let i = 0; i < 2; i += 1) await ask(simulator, { key: 'a' });
  const { status, body } = await ask(simulator, { method: 'GET', path: '/__sim/state' });
  assert.equal(status, 200);
  assert.match(body, /"requests":2/u);
  assert.match(body, /"key":"a","note":"twice"/u);
  assert.match(body, /is told the servers are overloaded \(503\) 2 times, then hangs for ever 3 times/u);
  assert.match(body, /"remaining":\[\{"kind":"hang","times":3\}\]/u);
  assert.match(body, /"met":\{"overloaded":2\}/u);
});

void test('a key gets a new script while it runs', async (context) => {
  const simulator = await simulatorFor(context);
  assert.equal((await ask(simulator)).status, 200);
  const put = { method: 'PUT', path: `/__sim/keys/${encodeURIComponent('k/1')}` };
  assert.equal((await ask(simulator, { ...put, body: ['invalid-key'] })).status, 200);
  assert.equal((await ask(simulator, { key: 'k/1' })).status, 401);
  const body = {
    repeat: true,
    behaviours: [
      { kind: 'overloaded', times: 1 },
      { kind: 'html-502', times: 1 },
    ],
  };
  await ask(simulator, { ...put, body });
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await ask(simulator, { key: 'k/1' })).status);
  assert.deepEqual(statuses, [503, 502, 503]);
  await ask(simulator, { ...put, body: [] });
  assert.equal((await ask(simulator, { key: 'k/1' })).status, 200);
});

void test('a script that is not valid changes nothing and says why', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'overloaded' }] } } });
  const put = { method: 'PUT', path: '/__sim/keys/k' };
  for (const [body, message] of [
    [[{ kind: 'hang', times: 0 }], /\[0\]\.times: .*\(found 0\)/u],
    [[{ kind: 'hang', colour: 1 }], /\[0\]: .*colour/u],
    [{ behaviours: 'hang' }, /behaviours: /u],
    [7, /the body: .*\(found 7\)/u],
    [Buffer.from('nonsense'), /parse the JSON/u],
  ] as const) {
    const response = await ask(simulator, { ...put, body });
    assert.equal(response.status, 400);
    assert.match(response.body, message);
  }
  assert.equal((await ask(simulator)).status, 503);
});

void test('requests are shown with their credentials masked, and keys no script names as well', async (context) => {
  const simulator = await simulatorFor(context, { keys: { 'scripted-key': { behaviours: [] } } });
  const stray = 'a-real-key-that-came-here-by-mistake';
  await ask(simulator, { key: 'scripted-key' });
  await ask(simulator, { key: stray, headers: { 'x-api-key': stray } });
  for (const path of ['/__sim/requests', '/__sim/state']) {
    const { body } = await ask(simulator, { method: 'GET', path });
    assert.ok(body.includes('scripted-key'));
    assert.ok(body.includes('"key":"a-re********take"'));
    assert.ok(!body.includes(stray));
  }
});

void test('a reset over the control path is a reset', async (context) => {
  const simulator = await simulatorFor(context);
  simulator.script('k', [{ kind: 'overloaded' }]);
  await ask(simulator);
  assert.equal((await ask(simulator, { path: '/__sim/reset' })).status, 200);
  assert.equal(simulator.counts('k').total, 0);
  assert.equal((await ask(simulator)).status, 200);
});

void test('the control path is not among the requests seen, and answers 404 to what it does not know', async (context) => {
  const simulator = await simulatorFor(context);
  for (const [method, path] of [
    ['GET', '/__sim/nothing'],
    ['GET', '/__sim/keys/k'],
    ['DELETE', '/__sim/state'],
    ['PUT', '/__sim/keys/'],
  ] as const) {
    assert.equal((await ask(simulator, { method, path })).status, 404);
  }
  assert.equal(simulator.requests.length, 0);
});
