import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerIds } from '../../../src/dialects/operations/answer-ids.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import type { Operation } from '../../../src/dialects/operations/operation.ts';

function named(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

function idsOf(name: string, answer: unknown): readonly string[] {
  return answerIds(named(name), Buffer.from(JSON.stringify(answer)));
}

function event(data: object, name = ''): string {
  return `${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

void describe('the ids an answer names', () => {
  void test('are that of what was created, wherever at the top level it is', () => {
    assert.deepEqual(idsOf('files.create', { object: 'file', bytes: 12, id: 'file-1' }), ['file-1']);
    assert.deepEqual(idsOf('responses.create', { id: 'resp_1', output: [{ id: 'msg_1' }] }), ['resp_1']);
    assert.deepEqual(idsOf('chat.completions', { id: 'chatcmpl-1', choices: [] }), ['chatcmpl-1']);
  });

  void test('are those of the files that a batch, a job and an upload come to', () => {
    const batch = {
      id: 'batch_1',
      input_file_id: 'file-in',
      output_file_id: 'file-out',
      error_file_id: null,
    };
    assert.deepEqual(idsOf('batches.retrieve', batch), ['batch_1', 'file-out']);
    const job = { id: 'ftjob-1', result_files: ['file-a', 'file-b'] };
    assert.deepEqual(idsOf('fine_tuning.jobs.retrieve', job), ['ftjob-1', 'file-a', 'file-b']);
    const upload = { id: 'upload_1', status: 'completed', file: { object: 'file', id: 'file-1' } };
    assert.deepEqual(idsOf('uploads.complete', upload), ['upload_1', 'file-1']);
  });

  void test('are none where the operation creates nothing, or the answer is something else', () => {
    assert.deepEqual(idsOf('embeddings', { id: 'x' }), []);
    assert.deepEqual(idsOf('files.create', { error: { id: 'x' } }), []);
    assert.deepEqual(idsOf('files.create', { id: 7 }), []);
    assert.deepEqual(idsOf('files.create', { id: 'x'.repeat(257) }), []);
    assert.deepEqual(answerIds(named('files.create'), Buffer.from('<html>')), []);
    assert.deepEqual(answerIds(named('files.create'), Buffer.alloc(0)), []);
  });

  void test('are found in the beginning of a stream', () => {
    const responses =
      ': hello\n\n' +
      event(
        { type: 'response.created', response: { id: 'resp_1', instructions: null } },
        'response.created',
      ) +
      event(
        { type: 'response.output_text.delta', item_id: 'msg_1', delta: 'Hi' },
        'response.output_text.delta',
      );
    assert.deepEqual(answerIds(named('responses.create'), Buffer.from(responses)), ['resp_1']);
    const chat = event({ id: 'chatcmpl-1', choices: [] }) + event({ id: 'chatcmpl-2', choices: [] });
    assert.deepEqual(answerIds(named('chat.completions'), Buffer.from(chat)), ['chatcmpl-1']);
  });

  void test('are found wherever behind them the beginning breaks off, and never half', () => {
    const texts = [
      JSON.stringify({ object: 'response', id: 'resp_1', output: [{ text: 'a "quoted" text' }] }),
      event({ type: 'response.created', response: { object: 'response', id: 'resp_1', tools: [] } }),
    ];
    for (const text of texts) {
      const known = text.indexOf('resp_1"') + 'resp_1"'.length;
      for (let end = 0; end <= text.length; end++) {
        const ids = answerIds(named('responses.create'), Buffer.from(text.slice(0, end)));
        assert.deepEqual(ids, end < known ? [] : ['resp_1'], text.slice(0, end));
      }
    }
  });
});
