import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { exists, read } from './files.ts';

/** Licences that ask nothing of those who use Sparekey beyond keeping the notice. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  '(AFL-2.1 OR BSD-3-Clause)',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
]);

const names = z.record(z.string(), z.string()).default({});
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().default(false), dependencies: names, optionalDependencies: names }),
  ),
});
const manifest = z.object({ license: z.string() });

const LOCKED = lockFile.parse(JSON.parse(read('package-lock.json'))).packages;

void test('every package that runs in production has a licence on the list', () => {
  const production = Object.entries(LOCKED)
    .filter(([path, { dev }]) => path !== '' && !dev && exists(`${path}/package.json`))
    .map(([path]) => path);
  assert.ok(production.length > 0);
  assert.deepEqual(
    production.filter((path) => !LICENCES.has(licenceOf(path))),
    [],
  );
});

void test('the lock file does not say where packages were downloaded from', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});

// npm leaves an optional package out of the lock where the registry at hand does not carry it, and then
// refuses that lock on every clean install as incomplete.
void test('the lock file names every package that its packages ask for', () => {
  const locked = new Set(Object.keys(LOCKED).map((path) => path.split('node_modules/').at(-1)));
  const asked = Object.values(LOCKED).flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  );
  assert.deepEqual(
    asked.filter((name) => !locked.has(name)),
    [],
  );
});

function licenceOf(path: string): string {
  return manifest.parse(JSON.parse(read(`${path}/package.json`))).license;
}
