import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demoKeys } from '../../simulator/default-script.ts';
import { until } from '../support/until.ts';

interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<readonly [code: number | null, signal: string | null]>;
}

const SPAREKEY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));

function simulate(context: TestContext, ...args: readonly string[]): Running {
  const child = spawn(process.execPath, [SPAREKEY, 'simulate', ...args]);
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    return [typeof code === 'number' ? code : null, typeof signal === 'string' ? signal : null] as const;
  });
  return { process: child, output: () => output, exit };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  void test(`it says what its keys do, answers as its curl line says, and ends well on ${signal}`, async (context) => {
    const { process: child, output, exit } = simulate(context, '--port', '0');
    await until(() => output().includes('Ctrl-C stops it'));
    for (const { key } of demoKeys) assert.ok(output().includes(key));
    assert.match(output(), /-dead +revoked: is refused as invalid \(401\)/u);

    const [, url, authorization, body] =
      /curl (\S+) -H 'authorization: ([^']+)' .* -d '([^']+)'/u.exec(output()) ?? [];
    assert.ok(url !== undefined && authorization !== undefined && body !== undefined);
    const answer = await fetch(url, { method: 'POST', headers: { authorization }, body });
    assert.match(await answer.text(), /You said: Hello \[sim:/u);

    const [, place, behaviours] = /curl -X PUT '(\S+)' -d '([^']+)'/u.exec(output()) ?? [];
    assert.ok(place !== undefined && behaviours !== undefined);
    assert.equal((await fetch(place, { method: 'PUT', body: behaviours })).status, 200);
    const hanging = fetch(url, { method: 'POST', headers: { authorization }, body });
    const state = new URL('/__sim/state', url);
    await until(async () => {
      assert.equal(child.exitCode, null);
      return (await (await fetch(state)).text()).includes('"hang":1');
    });
    child.kill(signal);
    await assert.rejects(hanging);
    assert.deepEqual(await exit, [0, null]);
  });
}

void test('a script file is played, and one that is wrong is refused with its place', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-simulate-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'script.yaml');
  await writeFile(file, 'keys: { mine: [out-of-credit] }\nknownKeysOnly: true\n');
  const good = simulate(context, '--port', '0', '--script', file);
  await until(() => good.output().includes('Ctrl-C stops it'));
  assert.match(good.output(), /mine +is out of credit \(429\)\n +any other key +is refused as invalid/u);
  good.process.kill('SIGTERM');
  await good.exit;

  await writeFile(file, 'keys: { mine: [out-of-credits] }\n');
  const bad = simulate(context, '--port', '0', '--script', file);
  assert.deepEqual(await bad.exit, [1, null]);
  assert.match(bad.output(), /script\.yaml is not a valid script:\n +line 1, column \d+: keys\.mine\[0\]/u);
});

void test('with --strict a vendor refuses what it does not take; the others do not', async (context) => {
  const { process: child, output, exit } = simulate(context, '--port', '0', '--strict', 'mistral');
  await until(() => output().includes('Ctrl-C stops it'));
  assert.match(output(), /Requests are refused by the rules of mistral\./u);
  const [, origin = ''] = /listens at (\S+)\/v1/u.exec(output()) ?? [];
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], seed: 7 });
  const ask = async (path: string): Promise<Response> => fetch(`${origin}${path}`, { method: 'POST', body });
  const refused = await ask('/mistral/v1/chat/completions');
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /"loc":\["body","seed"\],"msg":"Extra inputs are not permitted"/u);
  assert.equal((await ask('/groq/v1/chat/completions')).status, 200);
  const log = await (await fetch(`${origin}/__sim/requests`)).text();
  assert.match(log, /"brokenRule":"mistral\/chat-shape"/u);
  child.kill('SIGTERM');
  await exit;
});

void test('--rules says what vendors refuse and where they say so; a vendor without rules is refused', async (context) => {
  const rules = simulate(context, '--rules', '--strict', 'anthropic');
  assert.deepEqual(await rules.exit, [0, null]);
  assert.match(rules.output(), /^anthropic:\n {2}messages-shape: .*\(platform\.claude\.com\/.*; 20\d\d-/u);
  assert.doesNotMatch(rules.output(), /mistral/u);
  const wrong = simulate(context, '--strict', 'nobody');
  assert.deepEqual(await wrong.exit, [2, null]);
  assert.match(wrong.output(), /Allowed choices are openai, anthropic, gemini/u);
});

void test('a port that is taken or none at all is a plain error', async (context) => {
  const first = simulate(context, '--port', '0');
  await until(() => first.output().includes('Ctrl-C stops it'));
  const port = /:(\d+)\/v1/u.exec(first.output())?.[1] ?? '';
  const second = simulate(context, '--port', port);
  assert.deepEqual(await second.exit, [1, null]);
  assert.match(second.output(), /^The simulator cannot listen there: .*EADDRINUSE/u);
  const third = simulate(context, '--port', 'http');
  assert.deepEqual(await third.exit, [2, null]);
  assert.match(third.output(), /must be a number from 0 to 65535/u);
});
