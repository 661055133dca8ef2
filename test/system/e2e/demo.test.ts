import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../../scripts/demo.ts', import.meta.url));

/** What a run of the demonstration came to. */
function runDemo(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [DEMO, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

void test('in the demonstration keys fail and return, and no request fails for a client', async () => {
  const { code, stdout, stderr } = await runDemo('--seconds', '6');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /provider: \w+ is revoked: 401/);
  assert.match(stdout, /sparekey: \w+ out of service: refused by the provider/);
  assert.match(stdout, /sparekey: \w+ is back in service/);
  assert.match(
    stdout,
    /^\d{2,} requests were answered, [1-9]\d* of them after another key had failed them\.$/m,
  );
  assert.match(stdout, /^0 requests failed for a client\.$/m);
  assert.ok(!stdout.includes('\u{1b}'), 'there is nothing for a terminal in it');
});

void test('the demonstration refuses a time that makes no sense', async () => {
  const wrong = [
    ['--seconds', 'soon'],
    ['--seconds', '0'],
    ['--hours', '1'],
  ];
  for (const { code, stdout, stderr } of await Promise.all(wrong.map((args) => runDemo(...args)))) {
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Usage: npm run demo/);
  }
});
