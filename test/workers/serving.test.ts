import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ask, chat, rawConnection } from '../support/http.ts';
import { rawHead, rawUpstream } from '../support/raw-upstream.ts';
import { KEY, gatewayWithWorkers, connectToWorker, connectToEachWorker } from './tools.ts';

void test('all workers answer on the one port, and the control process lists them', async (context) => {
  const gateway = await gatewayWithWorkers(context, { workers: 3 });
  assert.match(gateway.stdout(), /listens on 127\.0\.0\.1:\d+.*\n +3 workers\n/);
  const lines = await connectToEachWorker(context, gateway.url, 3);
  for (const line of lines) {
    assert.equal((await line.ask()).status, 200);
    const ready = await line.ask({ method: 'GET', path: '/ready' });
    const all = { status: 'ready', store: 'ok', workers: { ready: 3, of: 3 } };
    assert.deepEqual([ready.status, ready.json()], [200, all]);
  }
  const workers = await gateway.workers();
  assert.deepEqual(
    workers.map(({ number, state, restarts }) => [number, state, restarts]),
    [1, 2, 3].map((number) => [number, 'ready', 0]),
  );
  const pids = new Set(workers.map(({ pid }) => pid));
  assert.equal(pids.size, 3);
  assert.ok(!pids.has(gateway.process.pid ?? null), 'the control process answers no application');
});

void test('connections are spread evenly, whichever worker is quickest', async (context) => {
  const gateway = await gatewayWithWorkers(context, { workers: 3 });
  const kept = [];
  for (let count = 0; count < 60; count++) kept.push((await connectToWorker(context, gateway.url)).worker);
  const shares = Object.values(Object.groupBy(kept, (worker) => worker)).map((own = []) => own.length);
  assert.deepEqual(shares, [20, 20, 20]);
});

void test('every line of the log names the worker that wrote it', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  for (const line of await connectToEachWorker(context, gateway.url, 2)) await line.ask();
  const requests = await gateway.logged(2, ({ msg }) => msg === 'request');
  assert.deepEqual(new Set(requests.map(({ worker }) => worker)), new Set([1, 2]));
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  assert.equal(gateway.logs().at(-1)?.['msg'], 'stopped');
  assert.doesNotMatch(gateway.stdout() + gateway.stderr(), new RegExp(KEY));
});

void test('a single worker is the process itself', async (context) => {
  const gateway = await gatewayWithWorkers(context, { workers: 1 });
  const [worker, ...others] = await gateway.workers();
  assert.deepEqual([worker?.pid, worker?.state, others.length], [gateway.process.pid, 'ready', 0]);
  await ask(gateway.url);
  const [line] = await gateway.logged(1, ({ msg }) => msg === 'request');
  assert.equal(line?.['worker'], undefined);
});

void test('lines are whole however long they are and however many workers write at once', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  const rounds = 60;
  // Much longer than what a pipe takes in one piece, and of different lengths.
  const paths = Array.from(
    { length: rounds },
    (_, round) => `/${'long/'.repeat(1_000 + 100 * round)}${round}`,
  );
  const model = 'm'.repeat(1_000);
  await Promise.all(
    lines.map(async (line) => {
      for (const path of paths) {
        assert.equal((await line.ask({ path })).status, 404);
        assert.equal((await line.ask({ body: chat('hello', { model }) })).status, 200);
      }
    }),
  );
  const requests = await gateway.logged(4 * rounds, ({ msg }) => msg === 'request');
  for (const worker of [1, 2]) {
    const own = requests.filter((each) => each['worker'] === worker);
    assert.deepEqual(
      own.filter(({ status }) => status === 404).map(({ path }) => path),
      paths,
    );
    assert.ok(own.filter(({ status }) => status === 200).every((each) => each['model'] === model));
  }
});

void test('a realtime session in a worker is no leak, and Node is not led to say so', async (context) => {
  const upstream = await rawUpstream(context, async ({ request, socket, write }) => {
    const accept = createHash('sha1')
      .update(`${request.header('sec-websocket-key') ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    await write(
      rawHead('101 Switching Protocols', [
        'upgrade: websocket',
        'connection: Upgrade',
        `sec-websocket-accept: ${accept}`,
      ]),
    );
    socket.on('data', (bytes: Buffer) => socket.write(bytes));
  });
  const provider = { id: 'rt', type: 'openai', baseUrl: `${upstream.origin}/v1`, apiTokens: [KEY] };
  const gateway = await gatewayWithWorkers(context, { providers: [provider] });
  const client = await rawConnection(Number(new URL(gateway.url).port));
  const head = ['upgrade: websocket', 'connection: Upgrade', 'sec-websocket-version: 13'];
  client.write(
    `GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nhost: 127.0.0.1\r\n${head.join('\r\n')}\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await client.receive(/^HTTP\/1\.1 101 /);
  client.write('said and said back');
  await client.receive(/said and said back/);
  client.end();
  await client.closed;
  await gateway.logged(1, ({ msg }) => msg === 'request');
  assert.equal(gateway.stderr(), '');
});
