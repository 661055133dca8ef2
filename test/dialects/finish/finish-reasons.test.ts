import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  FAILED_REASONS,
  FINISH_MEANINGS,
  finishMeaning,
  finishRows,
} from '../../../src/dialects/finish/finish-reasons.ts';
import { finishReasonsTables } from '../../../src/dialects/finish/page.ts';

void suite('the table of finish reasons', () => {
  void test('has one meaning for each word, whoever says it', () => {
    for (const { vendor, words } of finishRows)
      for (const meaning of FINISH_MEANINGS)
        for (const word of words[meaning] ?? [])
          assert.equal(finishMeaning(word), meaning, `${vendor}: ${word}`);
    assert.equal(finishMeaning('hologram'), undefined);
  });

  void test('has the words of vendors that failed', () => {
    assert.deepEqual(FAILED_REASONS.toSorted(), ['error', 'insufficient_system_resource', 'network_error']);
  });

  void test('stands on the page on translation as it is', () => {
    const page = readFileSync(new URL('../../../docs/TRANSLATION.md', import.meta.url), 'utf8');
    assert.ok(page.includes(finishReasonsTables()), 'run `npm run docs`');
  });
});
