import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelCapabilitiesEntry } from '../../../src/config/schema/model-capabilities.ts';
import { modelRows } from '../../../src/catalog/models/rows/all.ts';

void test('every row of the table could stand in a configuration', () => {
  for (const { models, takes } of modelRows)
    assert.deepEqual(modelCapabilitiesEntry.parse({ models, takes }), { models, takes });
});
