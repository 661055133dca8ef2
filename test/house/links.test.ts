import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { exists, folders, matching, read } from './files.ts';

const PAGES = matching('{*.md,docs/**/*.md}');
const MODULES = new Set(['simulator', 'src', 'test', ...folders('src')]);

void test('every link between the pages leads somewhere', () => {
  assert.deepEqual(PAGES.flatMap(brokenLinks), []);
});

void test('every module and file that a page names in quotes is there', () => {
  assert.deepEqual(PAGES.filter((page) => !page.startsWith('CHANGELOG')).flatMap(missingFiles), []);
});

void test('the path of a request is a list of at most 30 functions, each in the file that it names', () => {
  const rows = [...read('docs/ARCHITECTURE.md').matchAll(PATH_ROW)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    file: `src/${groups?.['file'] ?? ''}.ts`,
  }));
  assert.ok(rows.length > 0 && rows.length <= 30, `${rows.length} functions`);
  assert.deepEqual(
    rows.filter(({ name, file }) => !exists(file) || !new RegExp(`${name}\\b`).test(read(file))),
    [],
  );
});

/** A row of the list of functions: number, function or class and method, file. */
const PATH_ROW = /^\| \d+ \| `(?:\w+\.)?(?<name>#?\w+)`.* \| `(?<file>[\w/-]+)` \|$/gm;

/** What a page names by its path from `src/` or from the top, without or with `.ts`. */
function missingFiles(page: string): string[] {
  return [...prose(page).matchAll(/`(?<path>[a-z][a-z\d-]*(?:\/[a-z\d-]+)+\/?(?:\.ts)?)`/g)]
    .map(({ groups }) => groups?.['path'] ?? '')
    .filter((path) => MODULES.has(path.split('/')[0] ?? ''))
    .filter((path) => ![`src/${path}.ts`, `src/${path}`, path, `${path}.ts`].some(exists))
    .map((path) => `${page} → ${path}`);
}

function brokenLinks(page: string): string[] {
  return [...prose(page).matchAll(/\]\((?<link>[^)\s]+)\)/g)]
    .map(({ groups }) => groups?.['link'] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))
    .map((link) => `${page} → ${link}`);
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!exists(target)) return false;
  return anchor === undefined || !target.endsWith('.md') || anchors(target).includes(anchor);
}

/** The anchors of a page's headings, as Git hosts derive them from the words. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ +(?<words>.+)$/gm)].map(({ groups }) =>
    (groups?.['words'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A page without its blocks of code, where brackets and number signs mean other things. */
function prose(page: string): string {
  return read(page).replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}
