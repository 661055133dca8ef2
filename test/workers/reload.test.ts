import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { simulatedProvider } from '../support/gateway.ts';
import { askUntil } from '../support/http.ts';
import { KEY, gatewayWithWorkers, connectToEachWorker } from './tools.ts';

const NEXT = 'sk-next-0123456789abcdef-abcd';

void test('a reload reaches all workers before it is reported as done', async (context) => {
  const gateway = await gatewayWithWorkers(context, { workers: 3 });
  const lines = await connectToEachWorker(context, gateway.url, 3);
  for (const line of lines) assert.equal((await line.ask()).status, 200);
  assert.equal(gateway.simulator.counts(KEY).total, 3);

  await gateway.save({ providers: [simulatedProvider(gateway.simulator, [NEXT])] });
  await gateway.said(/"the configuration was taken over"/);
  for (const line of lines) assert.equal((await line.ask()).status, 200);
  assert.equal(gateway.simulator.counts(KEY).total, 3);
  assert.equal(gateway.simulator.counts(NEXT).total, 3);
});

void test('a worker that is started again runs what the others run, though the file has changed since', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  await gateway.save({ providers: [simulatedProvider(gateway.simulator, [NEXT])] });
  await gateway.said(/"the configuration was taken over"/);
  await gateway.save({ providers: 'none' });
  await gateway.said(/not valid; the old one stays/);
  await refusalsShown(context, gateway.url, true);

  for (const number of [1, 2]) process.kill(await gateway.pidOf(number), 'SIGKILL');
  await gateway.logged(2, ({ msg }) => msg === 'a worker was started again');
  for (const line of await connectToEachWorker(context, gateway.url, 2))
    assert.equal((await line.ask()).status, 200);
  assert.deepEqual([gateway.simulator.counts(KEY).total, gateway.simulator.counts(NEXT).total], [0, 2]);
  assert.doesNotMatch(gateway.stdout() + gateway.stderr(), /sk-(?:known|next)/);

  // Also those that began after it was refused show it, and none does once the file is good.
  await refusalsShown(context, gateway.url, true);
  await gateway.save({ providers: [simulatedProvider(gateway.simulator, [KEY])] });
  await gateway.logged(2, ({ msg }) => msg === 'the configuration was taken over');
  await refusalsShown(context, gateway.url, false);
});

/** Resolves once `GET /ready` of each of two workers says whether the file is refused. */
async function refusalsShown(context: TestContext, url: string, isRefused: boolean): Promise<void> {
  for (const line of await connectToEachWorker(context, url, 2))
    await askUntil(
      () => line.ask({ method: 'GET', path: '/ready' }),
      ({ text }) => text.includes('"configuration":"refused"') === isRefused,
    );
}

void test('what counts only after a restart of the gateway stays as it was in a worker started again', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  await gateway.save({ state: 'sqlite:./other.db', log: { level: 'error' } });
  await gateway.said(/"options":"state, log"/);
  await gateway.said(/"the configuration was taken over"/);
  process.kill(await gateway.pidOf(1), 'SIGKILL');
  await gateway.said(/a worker was started again/);

  const keys = await adminGet(gateway.adminUrl);
  await disable(gateway.adminUrl, keys);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  for (const line of lines) await askUntil(line.ask, ({ status }) => status === 503);
  await gateway.logged(1, ({ msg, worker }) => msg === 'request' && worker === 1);
});

async function adminGet(adminUrl: string): Promise<string> {
  return (await fetch(`${adminUrl}/api/keys`)).text();
}

async function disable(adminUrl: string, keys: string): Promise<void> {
  const [, id = ''] = /"id":"(\w+)"/.exec(keys) ?? [];
  const { status } = await fetch(`${adminUrl}/api/keys/${id}/disable`, { method: 'POST' });
  assert.equal(status, 200);
}
