import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { rulesPage } from '../../../simulator/strict/rules-page.ts';

void test('docs/VENDOR-RULES.md is what `npm run docs` makes of the rules', async () => {
  const page = await readFile(new URL('../../../docs/VENDOR-RULES.md', import.meta.url), 'utf8');
  assert.equal(page, rulesPage());
});
