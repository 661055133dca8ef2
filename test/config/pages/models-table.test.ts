import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { modelsTable } from '../../../src/config/pages/models-table.ts';
import { modelCapabilitiesEntry } from '../../../src/config/schema/model-capabilities.ts';
import { modelRows } from '../../../src/catalog/models/rows/all.ts';

const page = await readFile(new URL('../../../docs/TRANSLATION.md', import.meta.url), 'utf8');

void test('the page of translation has the table of models as it is; `npm run docs` writes it', () => {
  const [, written = ''] = page.split(/<!-- \/?models -->/u);
  assert.equal(written.trim(), modelsTable());
});

void test('every row of the table could stand in a configuration', () => {
  for (const { models, takes } of modelRows)
    assert.deepEqual(modelCapabilitiesEntry.parse({ models, takes }), { models, takes });
});
