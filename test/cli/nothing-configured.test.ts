import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask, chat } from '../support/http.ts';
import { folderFor } from '../support/folder.ts';
import { finished, started } from './tools.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));
const NOTHING = /^There is nothing to run: no sparekey\.yaml in \S+, and no API key in the environment/;

/** Runs `sparekey start` on a terminal of its own until its output matches, and ends it. */
async function onTerminal(
  context: TestContext,
  pattern: RegExp,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const command = `'${process.execPath}' '${ENTRY}' start --port 0 --admin-port 0`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(terminal, 'close');
  context.after(async () => {
    // Ctrl-C; what has ended hears nothing.
    terminal.stdin.on('error', () => undefined).write('\u0003');
    await ended;
  });
  let said = '';
  for await (const piece of terminal.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    said += piece;
    if (pattern.test(said)) return;
  }
  assert.fail(`it ended without ${String(pattern)}:\n${said}`);
}

void test('without a terminal nothing is invented: it says what to configure', async (context) => {
  const cwd = await folderFor(context);
  const { code, stdout, stderr } = await finished(context, ['start'], { cwd });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, NOTHING);
  assert.match(stderr, /--demo starts a pretend provider, whose answers are invented\.\n$/);
});

void test('on a terminal the pretend provider starts, and says that it is one', async (context) => {
  await onTerminal(
    context,
    /This is a demonstration: there is no sparekey\.yaml here[^]*no model runs[^]*Ctrl-C/,
    await folderFor(context),
  );
});

void test('what is nearly right is told, in place of a demonstration on a terminal too', async (context) => {
  const cwd = await folderFor(context);
  const files = {
    'sparekey.yml': 'provider: { type: openai }',
    'Sparekey.json': '{}',
    '.sparekey.yaml': '',
    'config.yaml': 'providers: []',
    'config.yml': 'port: 80',
    '.env': 'OPENAI_API_KEY=sk-secret-in-a-file\nMISTRAL_API_KEY=\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  const env = { OPENAI_KEY: 'sk-secret-0123', ANTHROPIC_API_KEY: '' };
  const { code, stderr } = await finished(context, ['start'], { cwd, env });
  assert.equal(code, 1);
  assert.match(stderr, NOTHING);
  const [, ...told] = stderr.trimEnd().split('\n');
  const renamed = ['.sparekey.yaml', 'Sparekey.json', 'config.yaml', 'sparekey.yml'].map(
    (name) => `${name} is here, but sparekey.yaml is what is read: rename it, or say --config ${name}.`,
  );
  assert.deepEqual(
    told.toSorted(),
    [
      ...renamed,
      'OPENAI_KEY is set, but OPENAI_API_KEY is what is read.',
      'ANTHROPIC_API_KEY is set, but empty.',
      '.env here has OPENAI_API_KEY, but is read only with --env-file .env.',
    ].toSorted(),
  );
  assert.doesNotMatch(stderr, /sk-secret/);
  await onTerminal(context, /nothing to run[^]*OPENAI_KEY is set/, await folderFor(context), {
    OPENAI_KEY: 'sk-secret-0123',
  });
});

void test('keys in the environment: the routes are printed, what is nearly right is told, other makers refused', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'sparekey.yml'), '');
  const env = { OPENAI_API_KEY: 'sk-one', ANTHROPIC_API_KEY: 'sk-two', GEMINI_KEY: 'three' };
  const gateway = await started(context, [], { cwd, env });
  assert.match(gateway.stdout(), /^ {2}route gpt-\*, .* to openai$/m);
  assert.match(gateway.stdout(), /^ {2}route claude-\* to claude$/m);
  assert.match(gateway.stdout(), /^ {2}route all other models to openai$/m);
  await gateway.said(/"level":"warn".*sparekey\.yml is here, but sparekey\.yaml is what is read/);
  await gateway.said(/"level":"warn".*GEMINI_KEY is set, but GEMINI_API_KEY is what is read/);
  const { status, text } = await ask(gateway.url, { body: chat('hi', { model: 'gemini-2.5-pro' }) });
  assert.equal(status, 404);
  assert.match(text, /set GEMINI_API_KEY/);
});
