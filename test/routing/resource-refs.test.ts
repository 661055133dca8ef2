import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deletedResource, createsResources, resourceRefs } from '../../src/routing/resource-refs.ts';
import { callOf } from './calls.ts';

void describe('what a call refers to', () => {
  void test('is what its path names, what it goes on from, and the files it names, in this order', () => {
    assert.deepEqual(resourceRefs(callOf('GET', '/v1/files/file-1/content')), ['file-1']);
    const body = {
      conversation: 'conv_1',
      input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }],
      previous_response_id: 'resp_1',
    };
    assert.deepEqual(resourceRefs(callOf('POST', '/v1/responses', body)), ['resp_1', 'conv_1', 'file-1']);
    assert.deepEqual(resourceRefs(callOf('POST', '/v1/batches', { input_file_id: 'file-1' })), ['file-1']);
    const job = { model: 'm', training_file: 'file-1', validation_file: 'file-2' };
    assert.deepEqual(resourceRefs(callOf('POST', '/v1/fine_tuning/jobs', job)), ['file-1', 'file-2']);
  });

  void test('is empty, and allocates nothing, for a call that names nothing', () => {
    const one = resourceRefs(callOf('POST', '/v1/chat/completions', { model: 'm', messages: [] }));
    assert.deepEqual(one, []);
    assert.equal(
      resourceRefs(callOf('POST', '/v1/embeddings', { model: 'm', input: 'x' })),
      one,
      'not even a list',
    );
  });
});

void describe('what an answer may name', () => {
  void test('is looked for where something is created or kept', () => {
    assert.ok(createsResources(callOf('POST', '/v1/files', {})));
    assert.ok(createsResources(callOf('GET', '/v1/batches/batch_1')));
    assert.ok(createsResources(callOf('POST', '/v1/responses', { model: 'm' })));
    assert.ok(createsResources(callOf('POST', '/v1/chat/completions', { model: 'm', store: true })));
  });

  void test('is not looked for where nothing is', () => {
    assert.ok(!createsResources(callOf('POST', '/v1/chat/completions', { model: 'm' })));
    assert.ok(!createsResources(callOf('POST', '/v1/responses', { model: 'm', store: false })));
    assert.ok(!createsResources(callOf('POST', '/v1/embeddings', { model: 'm' })));
    assert.ok(!createsResources(callOf('GET', '/v1/files/file-1')));
  });
});

void describe('what a call deletes', () => {
  void test('is what its path names, not what that belongs to', () => {
    assert.equal(deletedResource(callOf('DELETE', '/v1/files/file-1')), 'file-1');
    assert.equal(deletedResource(callOf('DELETE', '/v1/conversations/conv_1/items/msg_1')), undefined);
    assert.equal(deletedResource(callOf('GET', '/v1/files/file-1')), undefined);
  });
});
