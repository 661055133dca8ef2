import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { renderOperationsPage } from '../../../src/dialects/operations/page.ts';

void describe('the page of vendors’ own operations', () => {
  void it('is what the tables say', () => {
    const page = readFileSync(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');
    assert.equal(page, renderOperationsPage(), 'npm run docs writes it anew');
  });
});
