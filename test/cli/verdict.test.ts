import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { finished } from './tools.ts';
import { folderFor } from '../support/folder.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));
const NO_QUOTA = '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}';

void test('a verdict is described in plain words, with its rule, its source and the effect on the key', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'body.json'), NO_QUOTA);
  const args = ['verdict', '--provider', 'openai', '--status', '429', '--body', 'body.json'];
  const { code, stdout } = await finished(context, args, { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /^rule +openai\.insufficient-quota$/m);
  assert.match(stdout, /^source +developers\.openai\.com/m);
  assert.match(stdout, /^class +billing: there is nothing left to spend$/m);
  assert.match(stdout, /^the key +out of service at once/m);
});

void test('--json prints the verdict and no more', async (context) => {
  const args = ['verdict', '--provider', 'unheard-of', '--status', '429', '--json'];
  const { stdout } = await finished(context, [...args, '--header', 'Retry-After: 7', '--header', 'x: y: z']);
  assert.equal(
    stdout,
    '{"rule":"general.rate-limit","class":"rate_limit","scope":"quota_domain","retry":"other-domain","waitMs":7000}\n',
  );
  const without = await finished(context, ['verdict', '--provider', 'openai', '--status', '401', '--json']);
  assert.match(without.stdout, /"waitMs":null\}$/m);
});

void test('an error inside a stream, an empty one and a good one are distinguished', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'error'),
    'data: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
  );
  await writeFile(join(cwd, 'empty'), ': keep-alive\n\n');
  await writeFile(join(cwd, 'good'), 'data: {"choices":[]}\n\ndata: [DONE]\n\n');
  const classes: string[] = [];
  for (const name of ['error', 'empty', 'good']) {
    const args = ['verdict', '--provider', 'claude', '--status', '200', '--stream', '--body', name, '--json'];
    const { stdout } = await finished(context, args, { cwd });
    classes.push(/"rule":"([^"]*)"/.exec(stdout)?.[1] ?? stdout);
  }
  assert.deepEqual(classes, ['anthropic.at-capacity', 'fault.no-output', 'ok']);
});

void test('a configuration brings its rules, and its providers by their ids', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(
    join(cwd, 'sparekey.yaml'),
    `provider:
  id: main
  type: openai
  apiTokens: [sk-one]
  failover: { enabled: true, cooldownDuration: 1m, failureThreshold: 5 }
  verdicts: [{ id: teapot, when: { status: 418 }, class: overloaded }]
`,
  );
  const args = ['verdict', '--provider', 'main', '--status', '418', '--config', 'sparekey.yaml'];
  const { stdout } = await finished(context, args, { cwd });
  assert.match(stdout, /^rule +config\.teapot$/m);
  assert.match(stdout, /^source +the configuration$/m);
  assert.match(stdout, /^the key +one more failure in a row; at 5 it is out of service$/m);
});

void test('a batch gets a line for each, in order, from standard input too', async () => {
  const lines = [
    { provider: 'azure-openai', status: 401, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
    { provider: 'zhipu', status: 429, body: '{"error":{"code":"1113","message":"x"}}', note: 'ignored' },
    { provider: 'nobody knows', status: 400, headers: {}, body: '', stream: false },
  ];
  const child = spawn(process.execPath, [ENTRY, 'verdict', '--batch', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join('\n'));
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const rules = stdout
    .trim()
    .split('\n')
    .map((line) => /^\{"rule":"([^"]*)"/.exec(line)?.[1]);
  assert.deepEqual(rules, ['general.html-refusal', 'zhipu.no-credit', 'general.client-error']);
  assert.equal(child.exitCode, 0);
});

void test('a line that cannot be read says so in its place, and the exit code is 1', async (context) => {
  const cwd = await folderFor(context);
  const lines = [
    '{"provider":"openai","status":500}',
    'no JSON',
    '{"provider":"openai"}',
    '{"provider":7,"status":500}',
    '{"status":500,"headers":"a: b"}',
    '{"status":500,"headers":[["a"],7]}',
    '{"status":500,"stream":"yes"}',
    '[]',
    '{"status":429,"headers":{"retry-after":3}}',
  ];
  await writeFile(join(cwd, 'batch.jsonl'), lines.join('\n'));
  const { code, stdout, stderr } = await finished(context, ['verdict', '--batch', 'batch.jsonl'], { cwd });
  assert.equal(code, 1);
  const answers = stdout.trim().split('\n');
  assert.equal(answers.length, lines.length);
  assert.deepEqual(
    answers.flatMap((line) => /^\{"line":(\d+),/.exec(line)?.[1] ?? []),
    ['2', '3', '4', '5', '6', '7', '8'],
  );
  assert.match(answers[8] ?? '', /"waitMs":3000/);
  assert.match(stderr, /could not be read: 7/);
});

void test('a batch takes what people write for the same thing', async (context) => {
  const cwd = await folderFor(context);
  const dead = { error: { message: 'Invalid', code: 'invalid_api_key' } };
  const lines = [
    { provider: null, status: '401', headers: null, body: dead, stream: null },
    { status: 401, headers: [['Content-Type', ['application/json', 7, null, true]]], body: [dead] },
    { provider: 'OpenAI/gpt-5', status: 401, body: JSON.stringify(dead), stream: 'false' },
    {
      provider: 'aws',
      status: 403,
      headers: { 'X-AMZN-ErrorType': ['ExpiredTokenException:http://x'], date: null },
      body: { message: 'expired' },
    },
    { provider: 'openai', status: 401, body: { error: { ...dead.error, echo: 'x'.repeat(1_000_000) } } },
    { provider: 'x', status: 200, body: `data: ${JSON.stringify(dead)}\n\n`, stream: 'true' },
  ];
  await writeFile(
    join(cwd, 'batch.jsonl'),
    `\uFEFF${lines.map((line) => JSON.stringify(line)).join('\r\n')}`,
  );
  const { code, stdout } = await finished(context, ['verdict', '--batch', 'batch.jsonl'], { cwd });
  assert.equal(code, 0);
  const classes = stdout
    .trim()
    .split('\n')
    .map((line) => /"class":"([^"]*)"/.exec(line)?.[1]);
  assert.deepEqual(classes, Array(6).fill('key_dead'));
});

void test('senseless options are refused, and missing files are reported', async (context) => {
  const refused = [
    ['verdict'],
    ['verdict', '--provider', 'openai'],
    ['verdict', '--provider', 'openai', '--status', 'bad'],
    ['verdict', '--provider', 'openai', '--status', '429', '--header', 'nothing'],
  ];
  for (const args of refused) assert.equal((await finished(context, args)).code, 2, args.join(' '));
  for (const args of [
    ['--batch', 'away.jsonl'],
    ['--provider', 'x', '--status', '429', '--body', 'away'],
  ]) {
    const { code, stderr } = await finished(context, ['verdict', ...args]);
    assert.equal(code, 1);
    assert.match(stderr, /away(?:\.jsonl)? cannot be read/);
  }
});
