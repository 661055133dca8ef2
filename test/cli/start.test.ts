import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { ask, chat, streamedChat } from '../support/http.ts';
import { rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { finished, run, started } from './tools.ts';
import { folderFor } from '../support/folder.ts';
import type { Started } from './tools.ts';

const KEY = 'sk-known-0123456789abcdef-wxyz';
/** It starts, with a warning. */
const TWO_KEYS_WITHOUT_FAILOVER = [
  { id: 'two', type: 'openai', apiTokens: [KEY, 'sk-two-0123456789abcdef'] },
];

interface Place {
  readonly cwd: string;
  readonly simulator: Simulator;
}

/** A folder with a `sparekey.yaml` for a simulator. */
async function place(context: TestContext, more: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const provider = { id: 'sim', type: 'openai', baseUrl: simulator.url, apiTokens: [KEY] };
  await writeFile(join(cwd, 'sparekey.yaml'), JSON.stringify({ providers: [provider], ...more }));
  return { cwd, simulator };
}

void test('it runs the sparekey.yaml that is there, and says what that comes to', async (context) => {
  const { cwd, simulator } = await place(context);
  const gateway = await started(context, [], { cwd });
  const banner = gateway.stdout();
  assert.match(banner, /It runs sparekey\.yaml/);
  assert.ok(banner.includes(`provider sim: openai at ${simulator.url}`));
  assert.match(banner, /1 key: \S+ \(…wxyz\)/);
  assert.ok(banner.includes(`state in ${join(cwd, 'sparekey.db')}`));
  assert.equal((await ask(gateway.url, { method: 'GET', path: '/ready' })).status, 200);
  assert.equal((await ask(gateway.url)).status, 200);
  assert.equal((await ask(gateway.adminUrl, { method: 'GET', path: '/api/keys' })).status, 200);

  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  assert.equal(gateway.stderr(), '');
  const log = gateway.stdout().slice(banner.length).trimEnd().split('\n');
  assert.deepEqual(
    log.map((line) => /"msg":"([^"]+)"/.exec(line)?.[1]?.split(' ')[0]),
    ['so', 'request', 'stopping', 'stopped'],
  );
  assert.doesNotMatch(gateway.stdout(), /sk-known/);
});

void test('with --quiet there is nothing but the log', async (context) => {
  const { cwd } = await place(context, { providers: TWO_KEYS_WITHOUT_FAILOVER });
  const gateway = run(context, ['start', '--quiet', '--port', '0', '--admin-port', '0'], { cwd });
  await gateway.said(/"level":"warn"/);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  const lines = gateway.stdout().trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^\{"level":.*\}$/);
});

void test('keys in the environment are enough', async (context) => {
  const cwd = await folderFor(context);
  const env = {
    OPENAI_API_KEY: `${KEY},sk-two-0123456789abcdef-abcd`,
    MISTRAL_API_KEY: 'mi-0123456789abcdef-mist',
  };
  const gateway = await started(context, [], { cwd, env });
  assert.match(gateway.stdout(), /uses the API keys it found in the environment/);
  assert.match(
    gateway.stdout(),
    /provider openai: .*\n +2 keys: OPENAI_API_KEY\[1\] \(…wxyz\), OPENAI_API_KEY\[2\] \(…abcd\)\n +failover on/,
  );
  assert.match(gateway.stdout(), /provider mistral: .*\n +1 key: MISTRAL_API_KEY \(…mist\)/);
  assert.match(gateway.stdout(), /-d '\{"model":"gpt-5-nano"/);
});

void test('a stop lets a stream under way come to its end', async (context) => {
  const { cwd, simulator } = await place(context);
  simulator.script(KEY, [{ kind: 'answer', chunks: 20, chunkDelayMs: 20 }]);
  const gateway = await started(context, [], { cwd });
  const beginning = Promise.withResolvers<void>();
  const answer = ask(gateway.url, {
    body: streamedChat('hello'),
    onProgress: () => beginning.resolve(),
  });
  await beginning.promise;
  gateway.process.kill('SIGTERM');
  const { text, whole } = await answer;
  assert.equal(whole, true);
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.equal(await gateway.exit, 0);
});

void test('one Ctrl-C that arrives twice is one, a second one ends it at once', async (context) => {
  const { cwd, simulator } = await place(context);
  simulator.script(KEY, [{ kind: 'hang' }]);
  const gateway = await started(context, [], { cwd });
  const hanging = ask(gateway.url, { body: chat('hello') });
  await until(() => simulator.open === 1);
  gateway.process.kill('SIGINT');
  gateway.process.kill('SIGINT');
  await gateway.said(/a second signal stops at once/);
  // Later than what counts as the same one.
  const again = setInterval(() => gateway.process.kill('SIGINT'), 600);
  context.after(() => clearInterval(again));
  assert.equal(await gateway.exit, 1);
  assert.equal((await hanging).whole, false);
});

async function keysAt({ adminUrl }: Started): Promise<string> {
  return (await ask(adminUrl, { method: 'GET', path: '/api/keys' })).text;
}

void test('what is known of keys is there again after a restart', async (context) => {
  const { cwd, simulator } = await place(context);
  const first = await started(context, [], { cwd });
  const [, id = ''] = /"id":"(\w+)"/.exec(await keysAt(first)) ?? [];
  await ask(first.adminUrl, { path: `/api/keys/${id}/disable`, body: '' });
  first.process.kill('SIGKILL');
  await first.exit;
  const second = await started(context, [], { cwd });
  assert.match(await keysAt(second), /"state":"disabled","reason":"disabled by hand"/);
  assert.equal(simulator.requests.length, 0);
});

void test('a port in use is reported in a line, with the option that chooses another', async (context) => {
  const { cwd } = await place(context);
  const taken = await rawUpstream(context, ({ end }) => end());
  const port = String(taken.port);
  const data = await finished(context, ['start', '--port', port, '--admin-port', '0'], { cwd });
  assert.equal(data.code, 1);
  assert.equal(
    data.stderr,
    `Something listens on 127.0.0.1:${port} already: another Sparekey perhaps. --port chooses another port.\n`,
  );
  const admin = await finished(context, ['start', '--port', '0', '--admin-port', port], { cwd });
  assert.equal(admin.code, 1);
  assert.match(admin.stderr, /^Something listens on \S+ already.* --admin-port chooses another port\.\n$/);
});

void test('a configuration with mistakes does not start, and all of them are reported', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'mine.yaml'), 'provider: { type: openai, apiTokens: [""], deadline: red }\n');
  const { code, stdout, stderr } = await finished(context, ['start', '--config', 'mine.yaml'], { cwd });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /^The configuration cannot be used: 2 mistakes\.\nmine\.yaml:1:\d+: .*\nmine\.yaml:1:\d+: .*\n$/,
  );
});

void test('keys in the environment with a mistake are named by their variable', async (context) => {
  const cwd = await folderFor(context);
  const env = { OPENAI_API_KEY: `${KEY},two words` };
  const { code, stderr } = await finished(context, ['start'], { cwd, env });
  assert.equal(code, 1);
  assert.match(stderr, /OPENAI_API_KEY is \[secret\]: expected a token/);
  assert.doesNotMatch(stderr, /sk-known|two words/);
});

void test('a state file that is none is left as it is, and reported in a line', async (context) => {
  const { cwd } = await place(context, { state: 'sqlite:./notes.txt' });
  await writeFile(join(cwd, 'notes.txt'), 'These are notes, and no state of Sparekey. '.repeat(100));
  const { code, stderr } = await finished(context, ['start', '--port', '0', '--admin-port', '0'], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^The state cannot be used: .*notes\.txt.*\n$/);
});

void test('warnings are in the log, after the banner', async (context) => {
  const { cwd } = await place(context, { providers: TWO_KEYS_WITHOUT_FAILOVER });
  const gateway = await started(context, [], { cwd });
  await gateway.said(
    /Ctrl-C stops it[^]*"level":"warn".*sparekey\.yaml:1:\d+: providers\[0\]\.failover\.enabled/,
  );
});
