import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { translationPage } from '../../scripts/translation-page.ts';

void test('the tables of the page of translation are those of the code; `npm run docs` writes them', async () => {
  const page = await readFile(new URL('../../docs/TRANSLATION.md', import.meta.url), 'utf8');
  assert.equal(page, translationPage(page));
  assert.match(page, /\| `mistral` \| `\*` \| ids of calls: letters and digits, exactly 9;/);
});

void test('a page without the marks of a table is not written', () => {
  assert.throws(() => translationPage('# Translation\n'), /no region/);
});
