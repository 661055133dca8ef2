import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editBytes, editForReader } from '../../../src/translate/edit/edit-body.ts';
import { threads } from '../../../src/translate/threads/translation-threads.ts';

const LARGE = Buffer.from(JSON.stringify({ input: 'a'.repeat(1024 * 1024) }));
const CHANGES = { removed: ['input'] };

void describe('a large body', () => {
  void it('is not searched for a reader who takes all of it', () => {
    const { signal } = new AbortController();
    const edited = editForReader(LARGE, { history: undefined, vendor: undefined }, { signal });
    assert.deepEqual(edited, { kind: 'unchanged' });
  });

  void it('is edited in a thread', async () => {
    const { signal } = new AbortController();
    const before = threads.jobs;
    assert.equal((await editBytes(LARGE, CHANGES, { signal })).toString(), '{}');
    assert.equal(threads.jobs, before + 1);
  });

  void it('whose client has gone is no failure', async () => {
    assert.equal(await editBytes(LARGE, CHANGES, { signal: AbortSignal.abort() }), LARGE);
  });
});
