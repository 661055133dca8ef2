import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { exists, read } from './files.ts';

const PAGE = 'docs/PROMISES.md';
/** Rows of the tables that have a column of promises, and one of tests. */
const ROWS = read(PAGE)
  .split('\n\n')
  .filter((block) => /^\| (?:\| )?Promise/.test(block))
  .flatMap((block) => block.trimEnd().split('\n').slice(2));

void test('every promise names tests, and each of them is in the file that it names', () => {
  assert.deepEqual(ROWS.flatMap(missing), []);
});

void test('no promise is left out', () => {
  const numbers = ROWS.map((row) => /^\| (?<number>\d+) \|/.exec(row)?.groups?.['number']);
  assert.deepEqual(
    numbers.filter((number) => number !== undefined).map(Number),
    Array.from({ length: 23 }, (_, i) => i + 1),
  );
});

/** What a row of the table names and is not there. */
function missing(row: string): string[] {
  const files = [...row.matchAll(/\]\((?<path>[^)]+)\): (?<names>(?:(?:, )?“[^”]+”)+)/g)];
  if (files.length === 0) return [`no test: ${row}`];
  return files.flatMap(({ groups }) => {
    const path = posix.join(posix.dirname(PAGE), groups?.['path'] ?? '');
    if (!exists(path)) return [path];
    const titles = titlesIn(read(path));
    return [...(groups?.['names'] ?? '').matchAll(/“(?<name>[^”]+)”/g)]
      .map((found) => found.groups?.['name'] ?? '')
      .filter((name) => !titles.has(name))
      .map((name) => `${path}: ${name}`);
  });
}

/** The names of the tests and suites that a file writes out. */
function titlesIn(source: string): ReadonlySet<string> {
  const calls = source.matchAll(/\b(?:test|suite|it|describe)\(\s*(?<quote>['"])(?<title>.*?)\k<quote>,/g);
  return new Set([...calls].map(({ groups }) => groups?.['title'] ?? ''));
}
