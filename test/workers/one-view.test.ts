import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedProvider } from '../support/gateway.ts';
import { askUntil } from '../support/http.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { KEY, gatewayWithWorkers, connectToEachWorker, type LogLine } from './tools.ts';

void test('a key revoked on one worker is not tried on another that has heard of it', async (context) => {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const dying = Array.from({ length: 10 }, (_, index) => `sk-dying-${index}-0123456789abcdef`);
  const gateway = await gatewayWithWorkers(context, {
    log: { level: 'debug', format: 'json' },
    providers: [simulatedProvider(simulator, [KEY, ...dying], { attempts: 12 })],
  });
  const [one, other] = await connectToEachWorker(context, gateway.url, 2);
  assert.ok(one !== undefined && other !== undefined);
  for (const key of dying) simulator.script(key, [{ kind: 'invalid-key' }]);
  const tried = (): number => dying.reduce((sum, key) => sum + simulator.counts(key).total, 0);

  await askUntil(
    () => one.ask(),
    ({ status }) => {
      assert.equal(status, 200);
      return tried() >= dying.length;
    },
  );
  assert.equal(tried(), dying.length);
  await gateway.logged(2 * dying.length, isReadByWorker);
  for (let request = 0; request < 100; request++) assert.equal((await other.ask()).status, 200);
  assert.equal(tried(), dying.length, 'no key was tried on the other worker once it was out on the first');
});

void test('keys are checked by the control process alone, however many workers there are', async (context) => {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const failover = {
    enabled: true,
    failureThreshold: 1,
    healthCheckModel: 'gpt-5-nano',
    healthCheckInterval: 50,
    healthCheckMaxInterval: 50,
  };
  const gateway = await gatewayWithWorkers(context, {
    workers: 3,
    providers: [simulatedProvider(simulator, [KEY], { failover })],
  });
  simulator.script(KEY, [{ kind: 'invalid-key' }]);
  const lines = await connectToEachWorker(context, gateway.url, 3);
  await Promise.all(lines.map((line) => line.ask()));
  const before = simulator.requests.filter(({ model }) => model === 'gpt-5-nano').length;
  const checks = await gateway.logged(10, ({ msg }) => msg === 'health check');
  assert.ok(checks.every(({ worker }) => worker === undefined));
  assert.equal(before <= 3, true);

  gateway.process.kill('SIGTERM');
  await gateway.exit;
  const reported = gateway.logs().filter(({ msg }) => msg === 'health check').length;
  const made = simulator.requests.filter(({ model }) => model === 'gpt-5-nano');
  assert.ok(
    made.length - reported <= 1,
    'every check was one of the control process; the last may be cut off',
  );
  for (const [index, { at }] of made.slice(1).entries()) {
    const last = made[index];
    assert.ok(last?.endedAt !== undefined && at >= last.endedAt, 'no two at once');
  }
});

/** A worker logs this when it reads a key's record, and goes by it from then on. */
function isReadByWorker({ msg, worker }: LogLine): boolean {
  return msg === 'a key left service' && worker !== undefined;
}
