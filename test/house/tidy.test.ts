import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { matching, read, tracked } from './files.ts';
import { identifiersIn } from './identifiers.ts';
import { importsOf } from './imports.ts';

/** An outer bound: a file has the length of its one thought, and none is as long as this. */
const MAX_LINES = 600;

/** What no file of the project may say. One letter of each stands in brackets so that this file does not. */
const UNWANTED: Readonly<Record<string, RegExp>> = {
  'a path of somebody’s machine': /(?:^|[^\w.])\/(?:wor[k]|roo[t]|far[m]|home\/[a-z]+|tmp\/[a-z_]+)\//,
  'the host of a package registry':
    /registry[.]npmjs|registry[.]yarnpkg|pypi[.]org|proxy[.]golang|deb[.]debian|crates[.]io/,
  'something left undone': /\b(?:TO[D]O|FIXM[E]|XX[X]|HAC[K])\b|not implemente[d]/,
  'a silenced check':
    /@ts-(?:ignor[e]|nochec[k]|expect-erro[r])|(?:oxlin[t]|eslin[t])-disable|prettier-ignor[e]/,
  'a test set aside':
    /\b(?:it|test|describe|suite)\.(?:ski[p]|tod[o]|onl[y])\b|\b(?:ski[p]|tod[o]|onl[y]): *(?:true|['"`])/,
};

/** Written by tools, or not ours to word. */
const NOT_OURS = new Set(['LICENSE', 'package-lock.json']);

const SCRIPTS = matching('{src,simulator,test,bench,scripts}/**/*.ts');
const SHIPPED = matching('{src,simulator}/**/*.ts');

for (const [what, pattern] of Object.entries(UNWANTED)) {
  void test(`no file holds ${what}`, () => {
    const files = tracked().filter((path) => !NOT_OURS.has(path));
    assert.deepEqual(
      files.flatMap((path) => linesWith(path, pattern)),
      [],
    );
  });
}

void test(`no source file is longer than ${MAX_LINES} lines`, () => {
  assert.deepEqual(
    SHIPPED.filter((path) => read(path).split('\n').length - 1 > MAX_LINES),
    [],
  );
});

void test('file names are in kebab case', () => {
  assert.deepEqual(
    SCRIPTS.filter((path) => !/^[a-z\d]+(?:-[a-z\d]+)*(?:\.(?:test|d))?\.ts$/.test(posix.basename(path))),
    [],
  );
});

void test('every exported function, class and interface says what it is', () => {
  assert.deepEqual(SHIPPED.flatMap(exportsWithoutComment), []);
});

void test('what is exported is used by another file, and from where it stands', () => {
  const users = new Map<string, Set<string>>();
  for (const path of SCRIPTS) {
    for (const { name } of identifiersIn(read(path))) {
      users.set(name, (users.get(name) ?? new Set()).add(path));
    }
  }
  const unused = SHIPPED.flatMap((path) =>
    [...read(path).matchAll(EXPORTED_VALUE)]
      .map(({ groups }) => groups?.['name'] ?? '')
      .filter((name) => (users.get(name)?.size ?? 0) < 2)
      .map((name) => `${path}: ${name}`),
  );
  const passedOn = SHIPPED.filter((path) => /^export (?:type )?(?:\{[^}]*\}|\*) from /m.test(read(path)));
  assert.deepEqual([unused.filter((each) => !each.startsWith('src/main.ts')), passedOn], [[], []]);
});

void test('properties are tried with inputs that are the same in every run of the tests', () => {
  const bringers = SCRIPTS.filter((path) => importsOf(path).some(({ target }) => target === 'fast-check'));
  assert.deepEqual(bringers, ['test/support/property.ts']);
});

/** Types and classes are exported for what they are part of, named elsewhere or not. */
const EXPORTED_VALUE = /^export (?:async )?(?:function\*?|const) (?<name>\w+)/gm;

function linesWith(path: string, pattern: RegExp): string[] {
  return read(path)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

function exportsWithoutComment(path: string): string[] {
  const lines = read(path).split('\n');
  return lines.flatMap((line, index) => {
    const isExport = /^export (?:async )?(?:abstract )?(?:function|class|interface)\b/.test(line);
    return isExport && !lines[index - 1]?.endsWith('*/') ? [`${path}:${index + 1}: ${line}`] : [];
  });
}
