import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../src/dialects/operations/table.ts';
import type { Dialect } from '../../src/dialects/operations/operation.ts';
import { canTranslate } from '../../src/translate/can-translate.ts';
import { translationMethod } from '../../src/translate/translation-method.ts';

const DIALECTS: readonly Dialect[] = [
  'anthropic-messages',
  'bedrock-converse',
  'gemini-generate',
  'openai',
  'openai-chat',
  'openai-responses',
  'vendor',
];

void test('what can be translated is known without what translates it', () => {
  for (const operation of operations)
    for (const dialect of DIALECTS)
      assert.equal(
        canTranslate(operation, dialect),
        translationMethod(operation.name, dialect) !== undefined,
        `${operation.name} to ${dialect}`,
      );
});
