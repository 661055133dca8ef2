import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { RedisServer } from '../store/redis/redis-server.ts';
import { folderFor } from '../support/folder.ts';

const GUARD = join(import.meta.dirname, '../support/loopback-only.ts');

/** For documentation alone (RFC 5737, RFC 3849): nobody answers there. */
const [OUTSIDE, OUTSIDE_6] = ['192.0.2.1', '2001:db8::1'];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts Node as the first process that is guarded: where a guard is over this one, it does not see the notes. */
const AS_FIRST = ['-u', 'LOOPBACK_ONLY_NOTES', process.execPath];

/** Runs a program so. */
async function guarded(program: string): Promise<Ended> {
  const child = spawn('env', [...AS_FIRST, '--input-type=module', '--eval', program], {
    env: { PATH: process.env['PATH'], NODE_OPTIONS: `--require=${JSON.stringify(GUARD)}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exit;
  return { code: child.exitCode, stdout, stderr };
}

const TRIES: Readonly<Record<string, string>> = {
  'a connection': `import { connect } from 'node:net';
    connect(80, '${OUTSIDE}').on('error', ({ code }) => console.log(code));`,
  'a connection over IPv6': `import { connect } from 'node:net';
    connect({ port: 80, host: '${OUTSIDE_6}' }).on('error', ({ code }) => console.log(code));`,
  'a connection by name': `import { connect } from 'node:net';
    connect(80, 'example.com').on('error', ({ code }) => console.log(code));`,
  'one over TLS': `import { connect } from 'node:tls';
    connect(443, '${OUTSIDE}').on('error', ({ code }) => console.log(code));`,
  'a request': `import { get } from 'node:http';
    get('http://${OUTSIDE}/').on('error', ({ code }) => console.log(code));`,
  'a fetch': `await fetch('http://example.com/').catch(({ cause }) => console.log(cause.code));`,
  'a lookup': `import { lookup } from 'node:dns';
    lookup('example.com', ({ code }) => console.log(code));`,
  'a question to a name server': `import { resolve4 } from 'node:dns/promises';
    await resolve4('example.com').catch(({ code }) => console.log(code));`,
  'a resolver’s question': `import { Resolver } from 'node:dns';
    new Resolver().resolveTxt('example.com', ({ code }) => console.log(code));`,
  'a datagram': `import { createSocket } from 'node:dgram';
    try { createSocket('udp4').send('hello', 53, '${OUTSIDE}'); } catch ({ code }) { console.log(code); process.exit(); }`,
};

for (const [what, program] of Object.entries(TRIES)) {
  void test(`${what} that leaves this machine fails, and so does the process, with the address and the stack`, async () => {
    const { code, stdout, stderr } = await guarded(program);
    assert.equal(stdout, 'ERR_NOT_LOOPBACK\n');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Tests reached beyond loopback:[^]*(?:192\.0\.2\.1|2001:db8::1|example\.com)[^]*\n {4}at /,
    );
  });
}

const INNER = `fetch('http://${OUTSIDE}/').catch(() => {})`;

const STARTED: Readonly<Record<string, string>> = {
  'a process with an environment of its own': `import { spawn } from 'node:child_process';
    spawn(process.execPath, ['--eval', ${JSON.stringify(INNER)}], { env: {} });`,
  'a process that such a process starts': `import { spawn } from 'node:child_process';
    const args = ['--eval', ${JSON.stringify(INNER)}];
    const inner = 'require("node:child_process").spawn(process.execPath, ' + JSON.stringify(args) + ', { env: {} })';
    spawn(process.execPath, ['--eval', inner], { env: {} });`,
  'a thread': `import { Worker } from 'node:worker_threads';
    new Worker(${JSON.stringify(INNER)}, { eval: true });`,
};

for (const [who, program] of Object.entries(STARTED)) {
  void test(`what ${who} tries fails the process that was there first`, async () => {
    const { code, stderr } = await guarded(program);
    assert.equal(code, 1);
    assert.match(stderr, /Tests reached beyond loopback:[^]*192\.0\.2\.1/);
  });
}

const SWALLOWING = `
  import { spawn } from 'node:child_process';
  import { once } from 'node:events';
  import { test } from 'node:test';
  test('good before', () => {});
  test('asks', async () => { await fetch('http://${OUTSIDE}/').catch(() => {}); });
  test('good between', () => {});
  test('has a process ask', async () => {
    await once(spawn(process.execPath, ['--eval', ${JSON.stringify(INNER)}]), 'exit');
  });
  test('good behind', () => {});
`;

void test('the very test that tries fails, though it swallows the error, and no other of its file', async (context) => {
  const file = join(await folderFor(context), 'swallowing.test.mjs');
  await writeFile(file, SWALLOWING);
  const args = ['--require', GUARD, '--test', '--test-reporter=spec', file];
  const child = spawn('env', [...AS_FIRST, ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said = await text(child.stdout);
  const [results = ''] = said.split('failing tests');
  assert.deepEqual(
    [...results.matchAll(/^(?<sign>[✔✖]) (?<name>[a-z ]+) \(/gm)].map(({ groups }) => groups?.['name']),
    ['good before', 'asks', 'good between', 'has a process ask', 'good behind'],
  );
  assert.deepEqual(
    [...results.matchAll(/^✖ (?<name>[a-z ]+) \(/gm)].map(({ groups }) => groups?.['name']),
    ['asks', 'has a process ask'],
  );
  assert.match(said, /a test reached beyond loopback:[^]*192\.0\.2\.1/);
});

/** Takes connections, and answers none. */
async function listening(context: TestContext, where: ListenOptions): Promise<Server> {
  const server = createServer((socket) => void socket.end()).listen(where);
  await once(server, 'listening');
  context.after(() => server.close());
  return server;
}

void test('loopback is reached by number, by name, by path and by datagram', async (context) => {
  const path = join(await folderFor(context), 'socket');
  await listening(context, { path });
  const server = await listening(context, { port: 0, host: '127.0.0.1' });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  const places = [
    { port },
    { port, host: '127.0.0.1' },
    { port, host: '::ffff:127.0.0.1' },
    { port, host: 'localhost' },
    { path },
  ];
  const { code, stdout, stderr } = await guarded(`
    import { connect } from 'node:net';
    import { createSocket } from 'node:dgram';
    import { once } from 'node:events';
    import { lookup } from 'node:dns/promises';
    for (const place of ${JSON.stringify(places)}) {
      await once(connect(place).resume(), 'close');
    }
    await lookup('localhost');
    const socket = createSocket('udp4');
    await new Promise((resolve) => socket.send('hello', ${port}, '127.0.0.1', resolve));
    socket.close();
    console.log('reached');
  `);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'reached\n', stderr: '' });
});

void test('a Redis server of the tests is reached over its port and over its socket', async (context) => {
  const socket = join(await folderFor(context), 'redis');
  const redis = await RedisServer.start({ args: ['--unixsocket', socket] });
  context.after(() => redis.dispose());
  const client = new URL(import.meta.resolve('@redis/client')).href;
  const { code, stdout, stderr } = await guarded(`
    import { createClient } from ${JSON.stringify(client)};
    for (const place of [{ host: '127.0.0.1', port: ${redis.port} }, { path: ${JSON.stringify(socket)} }]) {
      const client = createClient({ socket: place });
      await client.connect();
      console.log(await client.sendCommand(['PING']));
      client.destroy();
    }
  `);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'PONG\nPONG\n', stderr: '' });
});
