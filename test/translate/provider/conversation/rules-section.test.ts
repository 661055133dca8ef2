import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { withRulesSection } from '../../../../src/translate/provider/conversation/rules-section.ts';

void suite('the rules of conversations in the documentation', () => {
  void test('are those of the code; `npm run docs` writes them', async () => {
    const page = await readFile(new URL('../../../../docs/TRANSLATION.md', import.meta.url), 'utf8');
    assert.equal(page, withRulesSection(page));
    assert.match(page, /\| `mistral` \| `\*` \| ids of calls: letters and digits, exactly 9;/);
  });

  void test('need a place in the page', () => {
    assert.throws(() => withRulesSection('# Translation\n'), /no place/);
  });
});
