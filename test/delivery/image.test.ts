import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadConfig } from '../../src/config/load/load.ts';
import { fromRoot, textOf } from './repository.ts';

/* What can be said of the image without an engine; `npm run packaging:image` builds and runs it. */

const manifest = z.object({
  bin: z.object({ sparekey: z.string() }),
  scripts: z.object({ build: z.string() }),
});
const { bin, scripts } = manifest.parse(JSON.parse(textOf('package.json')));

/** One instruction of the Dockerfile. */
interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of each stage. */
const STAGES: readonly (readonly Instruction[])[] = stagesOf(textOf('Dockerfile'));
const FINAL = STAGES.at(-1) ?? [];

void test('what the image is built from is in the repository, and is let into the build', () => {
  const patterns = linesOf('.dockerignore');
  const allowed = new Set(patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1)));
  assert.equal(patterns[0], '*');
  const sources = STAGES.flat().flatMap(sourcesOf);
  assert.ok(sources.length > 0);
  assert.deepEqual(
    sources.filter(
      (path) => !existsSync(fromRoot(path)) || !allowed.has(posix.normalize(path).split('/')[0] ?? ''),
    ),
    [],
  );
  const needed = [...scripts.build.matchAll(/\b(?:scripts\/[\w-]+\.ts|tsconfig\.build\.json)/g)].map(
    ([path]) => path,
  );
  assert.deepEqual(
    needed.filter((path) => !sources.includes(path)),
    [],
  );
});

void test('the image runs the command of the package, as nobody in particular, from the last of several stages', () => {
  assert.ok(STAGES.length > 1);
  assert.match(only('USER'), /^[1-9]\d*:[1-9]\d*$/);
  const command = z.array(z.string()).parse(JSON.parse(only('CMD')));
  // Behind `--` an option is not Node's, whose --env-file is another one.
  assert.deepEqual(command.slice(0, 4), ['node', '--', bin.sparekey, 'start']);
  assert.deepEqual(
    FINAL.filter(({ word }) => word === 'COPY').flatMap(sourcesOf),
    [],
    'nothing of the context',
  );
});

void test('the composition gives its gateways what they need to run and to finish, and no more', async () => {
  const gateway = z.looseObject({
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal('ALL')]),
    stop_grace_period: z.string().regex(/^\d+s$/),
  });
  const composition = z.object({ services: z.object({ 'gateway-1': gateway, 'gateway-2': gateway }) });
  const { services } = composition.parse(parse(textOf('compose.yaml'), { merge: true }));
  const names = [...textOf('examples/cluster.yaml').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const env = Object.fromEntries(names.map((name) => [name, `${name.toLowerCase()}-0123456789abcdef`]));
  const loaded = await loadConfig(fromRoot('examples/cluster.yaml'), env);
  assert.ok(loaded.ok);
  for (const each of Object.values(services)) {
    assert.ok(parseInt(each.stop_grace_period, 10) * 1_000 > loaded.config.limits.drain);
  }
});

function stagesOf(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  for (const line of lines.filter((each) => each.trim() !== '')) {
    const [, word = '', rest = ''] = /^(\w+) +(.+)$/.exec(line) ?? [];
    if (word === 'FROM') stages.push([]);
    stages.at(-1)?.push({ word, rest });
  }
  return stages;
}

/** What a COPY takes of the build's context; nothing where it takes from another stage. */
function sourcesOf({ word, rest }: Instruction): readonly string[] {
  return word !== 'COPY' || rest.startsWith('--from=') ? [] : rest.split(/ +/).slice(0, -1);
}

/** The one instruction of the final stage with this word. */
function only(word: string): string {
  const found = FINAL.filter((each) => each.word === word);
  assert.equal(found.length, 1, word);
  return found[0]?.rest ?? '';
}

function linesOf(path: string): readonly string[] {
  return textOf(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
