import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultScript } from '../../simulator/default-script.ts';
import { parseScript, readScript, ScriptError } from '../../simulator/script-file.ts';
import { scriptSchema } from '../../simulator/script-schema.ts';

/** The problems of a script that is not valid. */
function problemsOf(text: string): readonly string[] {
  try {
    parseScript(text, 'script.yaml');
  } catch (error) {
    assert.ok(error instanceof ScriptError);
    return error.problems;
  }
  return assert.fail('the script was accepted');
}

void test('a script is read from YAML, short forms included', () => {
  const text = `
keys:
  plain: [hang, { kind: refuse }]
  full:
    note: comes and goes
    repeat: true
    organization: org-a
    behaviours:
      - { kind: rate-limited, times: 2, retryAfter: 30, headers: { x-ratelimit-remaining-requests: "0" } }
      - { kind: answer, forMs: 5000 }
      - { kind: status, status: 402, body: { detail: pay }, models: [gpt-5], operations: [chat], chance: 0.5 }
unknownKeys: [invalid-key]
models: [a, b]
`;
  assert.throws(() => parseScript(text, 'script.yaml'), ScriptError);
  const script = parseScript(text.replace('[hang, { kind: refuse }]', '[hang]'), 'script.yaml');
  assert.deepEqual(script.keys['plain'], { behaviours: [{ kind: 'hang' }] });
  assert.equal(script.keys['full']?.behaviours.length, 3);
  assert.deepEqual(script.unknownKeys, { behaviours: [{ kind: 'invalid-key' }] });
});

void test('a script is read from JSON', () => {
  const script = parseScript(
    '{"keys": {"a": [{"kind": "cut", "afterChunks": 3}]}, "knownKeysOnly": true}',
    's.json',
  );
  const keys = { a: { behaviours: [{ kind: 'cut', afterChunks: 3 }] } };
  assert.deepEqual(script, { keys, knownKeysOnly: true });
});

void test('the name that `knownKeysOnly` had before is still read', () => {
  assert.deepEqual(parseScript('keys: {}\nstrict: true', 's.yaml'), { keys: {}, knownKeysOnly: true });
});

void test('every problem is named with its place and what was expected', () => {
  const problems = problemsOf(`keys:
  a:
    - kind: hang
      tmes: 3
      times: 0
  b:
    - kind: explode
  c:
    - kind: model-denied
  d:
    - { kind: slow-first-output, delayMs: soon }
    - { kind: answer, times: 1, forMs: 1 }
  e: [hang, answer]
  f:
    - { kind: status, status: 99, headers: { "bad name": x } }
`).join('\n');
  assert.match(problems, /line 3, column \d+: keys\.a\[0\]: .*"tmes"/u);
  assert.match(problems, /line 5, column 14: keys\.a\[0\]\.times: .*>=1 \(found 0\)/u);
  assert.match(problems, /line 7, column 13: keys\.b\[0\].kind: .*'hang'.*\(found "explode"\)/u);
  assert.match(problems, /keys\.c\[0\]\.models: /u);
  assert.match(problems, /keys\.d\[0\]\.delayMs: .*number.*\(found "soon"\)/u);
  assert.match(problems, /keys\.d\[1\]\.forMs: give `times` or `forMs`, not both/u);
  assert.match(problems, /keys\.e\[1\]: is never reached/u);
  assert.match(problems, /keys\.f\[0\]\.status: /u);
  assert.match(problems, /keys\.f\[0\]\.headers\.bad name: /u);
});

void test('unknown fields, broken YAML and relations that cannot be are problems', () => {
  assert.match(problemsOf('keys: {}\ncolour: red').join(), /the file: .*"colour"/u);
  assert.match(problemsOf('keys: [').join(), /line 1/u);
  assert.match(
    problemsOf('keys: {}\nknownKeysOnly: true\nunknownKeys: [hang]').join(),
    /unknownKeys: cannot be given/u,
  );
  assert.match(problemsOf('').join(), /expected object/u);
});

void test('a file is read by its path, and one that is not there is a problem', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-script-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'script.yaml');
  await writeFile(path, 'keys: { a: [hang] }');
  assert.deepEqual((await readScript(path)).keys['a'], { behaviours: [{ kind: 'hang' }] });
  await assert.rejects(readScript(join(folder, 'none.yaml')), ScriptError);
});

void test('the default script is one that a file could hold', () => {
  assert.deepEqual(scriptSchema.parse(structuredClone(defaultScript)), defaultScript);
});
