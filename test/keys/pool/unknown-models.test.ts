import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DENIAL_MS } from '../../../src/keys/record/holds.ts';
import { UnknownModels } from '../../../src/keys/pool/unknown-models.ts';

const NOW = 1_800_000_000_000;

void test('a denial lasts for its time, and no longer where the clock that dated it was set back', () => {
  const models = new UnknownModels();
  models.recordDenial('k', 'm', NOW);
  assert.equal(models.deniedUntil('k', 'm', NOW + 1), NOW + DENIAL_MS);
  assert.equal(models.deniedUntil('k', 'm', NOW + DENIAL_MS), undefined);
  assert.equal(models.deniedUntil('k', 'm', NOW - 86_400_000), undefined);
});
