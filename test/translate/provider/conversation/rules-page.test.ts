import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { conversationRulesTables } from '../../../../src/translate/provider/conversation/rules-page.ts';

void test('the rules of conversations in the documentation are those of the code; `npm run docs` writes them', async () => {
  const page = await readFile(new URL('../../../../docs/TRANSLATION.md', import.meta.url), 'utf8');
  assert.ok(page.includes(conversationRulesTables()), 'run `npm run docs`');
  assert.match(page, /\| `mistral` \| `\*` \| ids of calls: letters and digits, exactly 9;/);
});
