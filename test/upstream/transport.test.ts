import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTransport } from '../../src/upstream/transport.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor } from './exchange-tools.ts';

const JSON_TYPE = ['content-type: application/json'];

void test('a request may go to another origin of its provider, until the transport is closed', async (t) => {
  const answer = rawAnswer('200 OK', JSON_TYPE, '{}');
  const own = await rawUpstream(t, ({ write }) => write(answer));
  const other = await rawUpstream(t, ({ write }) => write(answer));
  const { dispatch, transport } = dispatcherFor(t, own.origin);
  const kindOf = async (path: string, origin?: string): Promise<string> =>
    (await dispatch({}, { path, ...(origin !== undefined && { origin }) }).result).kind;

  assert.equal(await kindOf('/a'), 'whole');
  assert.equal(await kindOf('/b', other.origin), 'whole');
  assert.equal(await kindOf('/c', own.origin), 'whole');
  assert.deepEqual(
    [own, other].map(({ requests }) => requests.map(({ line }) => line)),
    [['POST /a HTTP/1.1', 'POST /c HTTP/1.1'], ['POST /b HTTP/1.1']],
  );

  await transport.destroy();
  assert.equal(await kindOf('/d', other.origin), 'fault');
  assert.equal(other.requests.length, 1);
});

void test('an idle connection is closed after its time, though the provider would keep it longer', async (t) => {
  const answer = rawAnswer('200 OK', [...JSON_TYPE, 'keep-alive: timeout=600'], '{}');
  const upstream = await rawUpstream(t, ({ write }) => write(answer));
  const transport = openTransport({ origin: upstream.origin, connectTimeoutMs: 5_000, idleMs: 100 });
  t.after(() => transport.destroy());
  const answered = Promise.withResolvers<void>();
  transport.dispatch(
    { method: 'GET', path: '/', headers: [], body: null },
    {
      onConnection: () => undefined,
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: () => undefined,
      onResponseEnd: () => answered.resolve(),
      onResponseError: (_, error) => answered.reject(error),
    },
  );
  await answered.promise;
  assert.equal(upstream.open(), 1);
  await until(() => upstream.open() === 0);
});
