import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { operations } from '../../../src/dialects/operations/table.ts';
import { createsResource, familyOf, type Family } from '../../../src/dialects/operations/operation.ts';
import { allowedMethods, findTarget } from '../../../src/dialects/operations/find-target.ts';

/** The header by which a vendor's clients are recognised where paths are shared. */
const MARKS: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  openai: {},
  anthropic: { 'anthropic-version': '2023-06-01' },
  gemini: { 'x-goog-api-key': 'k' },
  bedrock: {},
  vendor: {},
};

function named(method: string, url: string): string {
  const target = findTarget(method, url);
  return typeof target === 'string' ? target : target.operation.name;
}

/** What a request to Tencent Cloud asks for. */
function at(url: string, action: string) {
  return findTarget('POST', url, { 'x-tc-action': action });
}

function found(method: string, url: string) {
  const target = findTarget(method, url);
  assert.ok(typeof target === 'object', `${method} ${url}`);
  return target;
}

void describe('the id in a path', () => {
  void it('is the first one, as the client wrote it', () => {
    assert.equal(found('GET', '/v1/files/file-1/content').pathId, 'file-1');
    assert.equal(found('GET', '/v1/conversations/conv_1/items/msg_1').pathId, 'conv_1');
    assert.equal(found('GET', '/v1/responses/resp%5F1?stream=true').pathId, 'resp%5F1');
  });

  void it('is there for ids alone', () => {
    assert.equal(found('POST', '/v1/chat/completions').pathId, undefined);
    assert.equal(found('GET', '/v1/models/org/name').pathId, undefined);
    assert.equal(found('POST', '/v1/videos/edits').pathId, undefined);
  });
});

void describe('finding the operation of a request', () => {
  const examples: [method: string, url: string, name: string][] = [
    ['POST', '/v1/chat/completions', 'chat.completions'],
    ['POST', '/chat/completions', 'chat.completions'],
    ['POST', '/proxy/v1/chat/completions', 'chat.completions'],
    ['POST', '/openai/v1/chat/completions/', 'chat.completions'],
    ['POST', '//v1/chat/completions', 'chat.completions'],
    ['POST', '/v1/completions', 'completions'],
    ['POST', '/chat/v1/completions', 'completions'],
    ['POST', '/models/chat/completions', 'chat.completions'],
    ['POST', '/v1/files', 'files.create'],
    ['GET', '/v1/files', 'files.list'],
    ['GET', '/v1/files/file-1/content', 'files.content'],
    ['DELETE', '/v1/files/file-1', 'files.delete'],
    ['GET', '/files/v1/models', 'models.list'],
    ['GET', '/v1/models/files', 'models.retrieve'],
    ['POST', '/v1/responses/compact', 'responses.compact'],
    ['GET', '/v1/responses/resp_1/input_items', 'responses.input_items'],
    ['POST', '/v1/fine_tuning/jobs/ft-1/pause', 'fine_tuning.jobs.pause'],
    ['GET', '/v1/videos/characters/c1', 'videos.characters.retrieve'],
    ['GET', '/v1/chat/completions', 'wrong-method'],
    ['PUT', '/v1/files/file-1', 'wrong-method'],
    ['POST', '/', 'no-operation'],
    ['POST', '', 'no-operation'],
    ['POST', '/v1', 'no-operation'],
    ['POST', '/v2/chatter', 'no-operation'],
    ['POST', '/v1/chat/completions/chatcmpl-1', 'chat.completions.update'],
    ['POST', '/v1/chat/completions/more/still', 'no-operation'],
    ['POST', '/v1/chat//completions', 'completions'],
    ['POST', '/v1/Chat/Completions', 'no-operation'],
    ['POST', '/tokenize', 'vllm.tokenize'],
    ['POST', '/v1/tokenize', 'cohere.v1.tokenize'],
    ['POST', '/v1/fim/completions', 'mistral.fim'],
    ['GET', '/v1/files//content', 'no-operation'],
    ['POST', '*', 'no-operation'],
    ['GET', 'http://any.host/v1/files/file-1', 'files.retrieve'],
    ['GET', 'ftp://any.host/v1/files/file-1', 'no-operation'],
    ['GET', '/v1/vector_stores#/v1/files/file-1', 'no-operation'],
    ['GET', '/v1/files/file-1?a#b', 'no-operation'],
    ['GET', '/v1/files/%25252e%25252e/content', 'no-operation'],
  ];
  for (const [method, url, name] of examples) {
    void it(`${method} ${url === '' ? '(empty)' : url} is ${name}`, () =>
      assert.equal(named(method, url), name));
  }

  void it('every operation is found behind every prefix, and gives its own suffix back', () => {
    for (const prefix of [
      '',
      '/v1',
      '/some/prefix/v1',
      '/v1/projects/p/locations/l',
      '/api/v3',
      '/openai/v1',
    ])
      for (const operation of operations) {
        // Cohere's `/v1/tokenize` and vLLM's `/tokenize` are two.
        const longer = operations.some(({ pattern }) => pattern === `/v1${operation.pattern}`);
        if (longer && prefix.endsWith('/v1')) continue;
        const suffix = operation.pattern.replaceAll(/\{\w+\}/g, 'abc-1');
        const [vendor] = operation.name.split('.');
        // Of two vendors with a path like `/v1/tokenize` one has it behind the version, and one within.
        const target = findTarget(
          operation.method,
          prefix + suffix,
          MARKS[familyOf(operation.dialect)],
          ({ dialect, name }) => dialect !== 'vendor' || name.split('.')[0] === vendor,
        );
        assert.ok(typeof target === 'object', prefix + operation.name);
        assert.equal(target.operation, operation, prefix);
        assert.equal(target.path, suffix);
        assert.equal(target.pathModel, operation.pattern.includes('{model}') ? 'abc-1' : undefined);
      }
  });

  const native: [method: string, url: string, name: string, model?: string][] = [
    ['POST', '/model/us.anthropic.claude-x:0/converse', 'bedrock.converse', 'us.anthropic.claude-x:0'],
    [
      'POST',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/invoke-with-response-stream',
      'bedrock.invokeModelWithResponseStream',
      'arn:aws:bedrock:us-east-1:1:inference-profile/x',
    ],
    ['GET', '/async-invoke/arn%3Aaws%2Fx', 'bedrock.getAsyncInvoke'],
    [
      'POST',
      '/v1/projects/p/locations/l/publishers/google/models/gemini-x:generateContent',
      'gemini.generateContent',
      'gemini-x',
    ],
    [
      'POST',
      '/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@1:rawPredict',
      'vertex.claude.rawPredict',
      'claude-x@1',
    ],
    [
      'POST',
      '/v1/projects/p/locations/l/publishers/mistralai/models/m-1:streamRawPredict',
      'vertex.streamRawPredict',
      'm-1',
    ],
    ['POST', '/v1/publishers/google/models/veo:predictLongRunning', 'vertex.predictLongRunning', 'veo'],
    ['POST', '/v1beta/models/veo:predictLongRunning', 'gemini.predictLongRunning', 'veo'],
    ['GET', '/v1beta/models/veo/operations/op-1', 'gemini.operations.get', 'veo'],
    ['GET', '/v1beta/models/org/operations', 'gemini.models.get', 'org/operations'],
    ['POST', '/v1/projects/p/locations/l/endpoints/openapi/chat/completions', 'chat.completions'],
    ['POST', '/v1/models/gemini-x:generateContent', 'gemini.generateContent', 'gemini-x'],
    ['POST', '/openai/deployments/gpt/chat/completions?api-version=1', 'chat.completions'],
    ['POST', '/api/v3/bots/chat/completions', 'doubao.bots.chat'],
    ['POST', '/bots/v1/chat/completions', 'chat.completions'],
    ['POST', '/assistants/v1/chat/completions', 'chat.completions'],
    ['POST', '/threads/chat/completions', 'chat.completions'],
    ['POST', '/skills/openai/v1/embeddings', 'embeddings'],
    ['POST', '/v1/chat', 'cohere.v1.chat'],
    ['POST', '/v2/chat', 'cohere.chat'],
    ['POST', '/v1/rerank', 'rerank'],
    ['POST', '/v2/rerank', 'rerank'],
    ['POST', '/api/chat', 'ollama.chat'],
    ['POST', '/api/chat/completions', 'chat.completions'],
    ['POST', '/api/embeddings', 'embeddings'],
    ['GET', '/api/tags', 'ollama.tags'],
    ['GET', '/api/models', 'models.list'],
    ['POST', '/v2/models/m/infer', 'triton.infer', 'm'],
    ['POST', '/v2/models/m/versions/1/generate', 'triton.version.generate', 'm'],
    ['GET', '/v2/models/m/generate', 'models.retrieve', 'm/generate'],
    ['POST', '/v1/text/chatcompletion_pro?GroupId=1', 'minimax.chat_pro'],
    ['GET', '/v1/files/retrieve?file_id=1', 'minimax.files.retrieve'],
    ['GET', '/v1/files/file-1', 'files.retrieve'],
    ['POST', '/v1/complete', 'anthropic.complete'],
    ['POST', '/v1/uploads/upload_1/complete', 'uploads.complete'],
    ['POST', '/api/v1/services/aigc/video-generation/video-synthesis', 'qwen.aigc'],
    ['POST', '/api/v1/services/aigc/multimodal-generation/generation', 'qwen.multimodal_generation'],
    ['POST', '/api/v1/services/audio/asr/transcription', 'qwen.transcription'],
    ['POST', '/api/v1/tasks/t-1/cancel', 'qwen.task.cancel'],
  ];
  for (const [method, url, name, model] of native) {
    void it(`${method} ${url} is ${name}`, () => {
      const target = found(method, url);
      assert.equal(target.operation.name, name);
      assert.equal(target.pathModel, model);
      const { path, modelSpan } = target;
      const written = modelSpan && path.slice(modelSpan.start, modelSpan.end);
      assert.equal(written && decodeURIComponent(written), model);
    });
  }

  void it('Tencent Cloud’s is that of a header, unless the path has one', () => {
    const chat = at('/', 'ChatCompletions');
    assert.ok(typeof chat === 'object');
    assert.equal(chat.operation.name, 'hunyuan.chat');
    assert.deepEqual([chat.path, chat.prefix, chat.action], ['/', '', 'ChatCompletions']);
    const behind = at('/hunyuan/', 'SubmitHunyuanImageJob');
    assert.ok(typeof behind === 'object');
    assert.equal(behind.operation.name, 'hunyuan.image_job.submit');
    const other = at('/', 'DescribeSomething');
    assert.ok(typeof other === 'object');
    assert.equal(other.operation.name, 'hunyuan.action');
    const known = at('/v1/chat/completions', 'ChatCompletions');
    assert.ok(typeof known === 'object');
    assert.equal(known.operation.name, 'chat.completions');
    assert.equal(at('/', ''), 'no-operation');
  });

  void it('the deployment of an Azure path is told, and nothing that looks like one', () => {
    assert.equal(found('POST', '/openai/deployments/my%20gpt/chat/completions').deployment, 'my gpt');
    assert.equal(found('POST', '/proxy/openai/deployments/gpt/embeddings').deployment, 'gpt');
    assert.equal(found('POST', '/deployments/gpt/embeddings').deployment, undefined);
    assert.equal(found('POST', '/openai/v1/embeddings').deployment, undefined);
  });

  void it('what is within a resource of another kind is no operation', () => {
    for (const path of [
      '/v1/vector_stores/vs_1/files/file-1',
      '/v1/vector_stores/vs_1/files',
      '/v1/vector_stores%2Fvs_1/files/file-1',
      '/v1/Threads/thread_1/messages',
      '/threads/t/messages',
      '/openai/v1/%63ontainers/c_1/files',
    ])
      for (const method of ['GET', 'POST', 'DELETE'])
        assert.equal(findTarget(method, path), 'no-operation', `${method} ${path}`);
  });

  void it('no two operations share a name, nor within one vendor a method and pattern', () => {
    assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length);
    const keys = operations.map(
      ({ dialect, method, pattern }) => `${familyOf(dialect)} ${method} ${pattern}`,
    );
    assert.equal(new Set(keys).size, operations.length);
  });

  void it('the model in a path is decoded, and may hold slashes, encoded or not', () => {
    const encoded = found('GET', '/v1/models/meta-llama%2FLlama-3?x=1');
    assert.equal(encoded.path, '/models/meta-llama%2FLlama-3');
    assert.equal(encoded.pathModel, 'meta-llama/Llama-3');
    assert.equal(found('GET', '/v1/models/meta-llama/Llama-3').pathModel, 'meta-llama/Llama-3');
    assert.equal(found('GET', '/v1/models').pathModel, undefined);
  });

  void it('a path that vendors share is that of the version or the header', () => {
    assert.equal(named('GET', '/v1/models'), 'models.list');
    assert.equal(named('GET', '/v1beta/models'), 'gemini.models.list');
    const anthropic = findTarget('GET', '/v1/models/claude-x', { 'anthropic-version': '2023-06-01' });
    assert.ok(typeof anthropic === 'object');
    assert.equal(anthropic.operation.name, 'anthropic.models.retrieve');
    const marked = findTarget('POST', '/v1/chat/completions', { 'anthropic-version': '2023-06-01' });
    assert.ok(typeof marked === 'object');
    assert.equal(marked.operation.name, 'chat.completions');
  });

  void it('a verb follows the last colon of a model', () => {
    const target = found('POST', '/v1beta/models/gemini-2.5-pro:generateContent');
    assert.equal(target.operation.name, 'gemini.generateContent');
    assert.equal(target.pathModel, 'gemini-2.5-pro');
    assert.equal(found('POST', '/v1beta/models/a/b:0:countTokens').pathModel, 'a/b:0');
    assert.equal(found('GET', '/v1/models/a:b').pathModel, 'a:b');
    assert.equal(named('POST', '/v1beta/models/gemini-2.5-pro:unknown'), 'wrong-method');
    assert.equal(named('POST', '/v1beta/models/:generateContent'), 'wrong-method');
  });

  void it('a path with dot segments is no operation', () => {
    const climbing = [
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      'a%2F..%2Fb',
      'a%2f%2e%2e',
      '..%5c..',
      '..;',
      '%00',
      '%',
      '%zz',
    ];
    for (const segment of climbing) {
      assert.equal(named('GET', `/v1/files/${segment}`), 'no-operation', segment);
      assert.equal(named('GET', `/v1/files/${segment}/content`), 'no-operation', segment);
      assert.equal(named('POST', `/${segment}/v1/chat/completions`), 'no-operation', segment);
    }
  });

  void it('a query stays as it was, without the credential', () => {
    const queries: [given: string, kept: string][] = [
      ['', ''],
      ['?', ''],
      ['?after=a%20b&limit=2', '?after=a%20b&limit=2'],
      ['?beta=true&key=abc', '?beta=true'],
      ['?key=abc', ''],
      ['?key', ''],
      ['?%6Bey=abc&a=1', '?a=1'],
      ['?keys=1&monkey=2&a=key', '?keys=1&monkey=2&a=key'],
      ['?%zz=1', '?%zz=1'],
      ['?q=what?', '?q=what?'],
    ];
    for (const [given, kept] of queries) assert.equal(found('GET', `/v1/files${given}`).query, kept, given);
  });

  void it('never throws, and what it gives back is the end of the path', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH'),
        fc.array(
          fc.oneof(fc.constantFrom('v1', 'files', 'models', 'chat', 'completions', '..', ''), fc.string()),
        ),
        (method, segments) => {
          const url = `/${segments.join('/')}`;
          const target = findTarget(method, url);
          if (typeof target === 'string') return;
          const path = url.split('?')[0] ?? '';
          assert.ok(path.endsWith(target.path) || path.endsWith(`${target.path}/`));
          assert.ok(!target.path.includes('..'));
        },
      ),
    );
  });

  void it('the methods of a path are listed for the Allow header', () => {
    assert.equal(allowedMethods('/v1/files/f1'), 'GET, DELETE');
    assert.equal(allowedMethods('/v1/chat/completions'), 'POST');
    assert.equal(allowedMethods('/nothing'), '');
  });
});

void describe('whether a call leaves something behind', () => {
  type Flags = { readonly store?: boolean; readonly background?: boolean };
  const cases: [method: string, url: string, flags: Flags, creates: boolean][] = [
    ['POST', '/responses', {}, true],
    ['POST', '/responses', { store: true }, true],
    ['POST', '/responses', { store: false }, false],
    ['POST', '/responses', { store: false, background: true }, true],
    ['POST', '/chat/completions', {}, false],
    ['POST', '/chat/completions', { store: true }, true],
    ['POST', '/files', {}, true],
    ['POST', '/files', { store: false }, true],
    ['POST', '/uploads/u/complete', {}, true],
    ['POST', '/batches', {}, true],
    ['POST', '/messages/batches', {}, true],
    ['POST', '/fine_tuning/jobs', {}, true],
    ['POST', '/videos', {}, true],
    ['POST', '/videos/v/remix', {}, true],
    ['POST', '/videos/text2video', {}, true],
    ['POST', '/videos/image2video', {}, true],
    ['POST', '/images/generations', {}, true],
    ['POST', '/images/edits', {}, true],
    ['POST', '/images/variations', {}, true],
    ['POST', '/models/imagen-4:predict', {}, true],
    ['POST', '/conversations', {}, true],
    ['POST', '/v1/workflow/run', {}, true],
    ['POST', '/workflows/run', {}, true],
    ['POST', '/batches/b/cancel', {}, false],
    ['POST', '/messages', {}, false],
    ['POST', '/models/gemini-3-pro:generateContent', {}, false],
    ['POST', '/embeddings', { store: true, background: true }, false],
    ['POST', '/audio/speech', {}, false],
    ['GET', '/files', {}, false],
  ];
  for (const [method, url, flags, creates] of cases) {
    void it(`${method} ${url} with ${JSON.stringify(flags)}: ${creates ? 'yes' : 'no'}`, () => {
      const { operation } = found(method, url);
      assert.equal(createsResource(operation, { store: undefined, background: false, ...flags }), creates);
    });
  }
});
