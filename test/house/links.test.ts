import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { exists, matching, read } from './files.ts';

const PAGES = matching('{*.md,docs/**/*.md}');

void test('every link between the pages leads somewhere', () => {
  assert.deepEqual(PAGES.flatMap(brokenLinks), []);
});

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
