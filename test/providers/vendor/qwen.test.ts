import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';
import type { OutgoingRequest } from '../outgoing.ts';
import {
  chunksOf,
  event,
  frames,
  plainFrames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const native = { type: 'qwen', qwenEnableCompatible: false };
const HOST = 'https://dashscope.aliyuncs.com';
const TEXT = '/api/v1/services/aigc/text-generation/generation';
const MULTIMODAL = '/api/v1/services/aigc/multimodal-generation/generation';
const COMPATIBLE = '/compatible-mode/v1/chat/completions';

const path = '/v1/chat/completions';
const hi = { role: 'user', content: 'Hi' };
const chat = { model: 'qwen-plus', messages: [hi] };
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const called = { id: 'c-1', type: 'function', function: { name: 'f', arguments: '{}' } };

async function asked(body: object, options: object = {}): Promise<OutgoingRequest> {
  return outgoing({ ...native, ...options }, { path, body });
}

interface ChatCase {
  readonly body: object;
  readonly options?: object;
  readonly to?: string;
  readonly sent: object;
  readonly dropped?: readonly string[];
}

const whole = { result_format: 'message' };
const files = { qwenFileIds: ['file-fe-1', 'file-fe-2'] };
const FILES = { role: 'system', content: 'fileid://file-fe-1,fileid://file-fe-2' };

const chats: Readonly<Record<string, ChatCase>> = {
  'a text': {
    body: { ...chat, temperature: 0.5, max_completion_tokens: 9, top_p: 1, seed: 7, stop: ['x'], user: 'u' },
    sent: {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: { ...whole, max_tokens: 9, seed: 7, stop: ['x'], temperature: 0.5, top_p: 0.999999 },
    },
    dropped: ['user'],
  },
  'parts and instructions': {
    body: {
      model: 'qwen-plus',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
    },
    sent: {
      model: 'qwen-plus',
      input: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'a\nb' },
        ],
      },
      parameters: whole,
    },
  },
  'tools, calls and their results': {
    body: {
      ...chat,
      tools,
      messages: [
        hi,
        { role: 'assistant', content: null, tool_calls: [called] },
        { role: 'tool', tool_call_id: 'c-1', content: 'done' },
      ],
    },
    sent: {
      model: 'qwen-plus',
      input: {
        messages: [
          hi,
          { role: 'assistant', content: '', tool_calls: [called] },
          { role: 'tool', content: 'done', tool_call_id: 'c-1' },
        ],
      },
      parameters: { ...whole, tools },
    },
  },
  'a tool that has to be called, and temperatures below 2': {
    body: { ...chat, tools, tool_choice: 'required', temperature: 2 },
    sent: {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: {
        ...whole,
        temperature: 1.99,
        tools,
        tool_choice: { type: 'function', function: { name: 'f' } },
      },
    },
  },
  'one of several tools, which cannot be asked for': {
    body: { ...chat, tools: [...tools, ...tools], tool_choice: 'required' },
    sent: {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: { ...whole, tools: [...tools, ...tools] },
    },
    dropped: ['tool_choice'],
  },
  'an image': {
    body: {
      model: 'qwen-vl-max',
      messages: [{ role: 'user', content: [image, { type: 'text', text: 'What?' }] }],
    },
    to: MULTIMODAL,
    sent: {
      model: 'qwen-vl-max',
      input: {
        messages: [{ role: 'user', content: [{ image: image.image_url.url }, { text: 'What?' }] }],
      },
      parameters: whole,
    },
  },
  'a text for a model that sees': {
    body: { ...chat, model: 'qwen3.6-plus' },
    to: MULTIMODAL,
    sent: {
      model: 'qwen3.6-plus',
      input: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
      parameters: whole,
    },
  },
  'the search that is configured': {
    body: chat,
    options: { qwenEnableSearch: true },
    sent: {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: { ...whole, enable_search: true },
    },
  },
  'files for qwen-long, behind instructions that are marked for the cache': {
    body: {
      model: 'qwen-long',
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
          ],
        },
        hi,
      ],
    },
    options: files,
    sent: {
      model: 'qwen-long',
      input: { messages: [{ role: 'system', content: 'a\nb' }, FILES, hi] },
      parameters: whole,
    },
  },
  'files for qwen-long, behind its instructions': {
    body: {
      model: 'gpt-4o',
      messages: [{ role: 'system', content: 'a' }, { role: 'system', content: 'b' }, hi],
    },
    options: { ...files, modelMapping: { '*': 'qwen-long' } },
    sent: {
      model: 'qwen-long',
      input: { messages: [{ role: 'system', content: 'a\nb' }, FILES, hi] },
      parameters: whole,
    },
  },
  'files for qwen-long without instructions': {
    body: { ...chat, model: 'qwen-long' },
    options: files,
    sent: {
      model: 'qwen-long',
      input: {
        messages: [{ role: 'system', content: 'You are a helpful assistant.' }, FILES, hi],
      },
      parameters: whole,
    },
  },
  'no files for another model': {
    body: chat,
    options: files,
    sent: { model: 'qwen-plus', input: { messages: [hi] }, parameters: whole },
  },
  'earlier thinking, for a model that goes on from it': {
    body: {
      model: 'qwen3.6-max-preview',
      messages: [hi, { role: 'assistant', content: 'Ho', reasoning_content: 'hm' }, hi],
    },
    sent: {
      model: 'qwen3.6-max-preview',
      input: { messages: [hi, { role: 'assistant', content: 'Ho', reasoning_content: 'hm' }, hi] },
      parameters: { ...whole, preserve_thinking: true },
    },
  },
};

void describe('paths that `capabilities` gives Qwen', () => {
  const capabilities = { 'openai/v1/chatcompletions': '/my/chat', embeddings: '/my/vectors?v=1' };

  void it('are for bodies of its own API, where these are sent', async () => {
    const sent = await asked(chat, { capabilities });
    assert.equal(sent.url, `${HOST}/my/chat`);
    assert.deepEqual(JSON.parse(sent.body), {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: whole,
    });
    const vectors = await outgoing(
      { ...native, capabilities },
      { path: '/v1/embeddings', body: { model: 'text-embedding-v4', input: 'a' } },
    );
    assert.equal(vectors.url, `${HOST}/my/vectors?v=1`);
    assert.deepEqual(JSON.parse(vectors.body), {
      model: 'text-embedding-v4',
      input: { texts: ['a'] },
      parameters: {},
    });
  });

  void it('are for OpenAI’s bodies with its compatible mode', async () => {
    const sent = await outgoing({ type: 'qwen', capabilities }, { path, body: chat });
    assert.equal(sent.url, `${HOST}/my/chat`);
    assert.deepEqual(JSON.parse(sent.body), chat);
  });
});

void describe('DashScope’s own API is sent', () => {
  for (const [name, { body, options, to = TEXT, sent, dropped = [] }] of Object.entries(chats)) {
    void it(name, async () => {
      const request = await asked(body, options);
      assert.equal(request.url, HOST + to);
      assert.deepEqual(JSON.parse(request.body), sent);
      assert.deepEqual(request.translator?.dropped, dropped);
      assert.equal(request.headers['x-dashscope-sse'], undefined);
    });
  }

  void it('a request for a stream, whose pieces add up, whatever mode the client names', async () => {
    const request = await outgoing(native, {
      path,
      body: { ...chat, stream: true, tools },
      headers: { 'X-DashScope-SSE': 'disable', 'X-DashScope-Async': 'enable' },
    });
    assert.equal(request.headers['x-dashscope-sse'], 'enable');
    assert.equal(request.headers['x-dashscope-async'], undefined);
    assert.equal(request.headers['accept'], 'text/event-stream');
    assert.deepEqual(JSON.parse(request.body), {
      model: 'qwen-plus',
      input: { messages: [hi] },
      parameters: { ...whole, incremental_output: true, tools },
    });
  });

  void it('at the configured domain, and with messages of Anthropic’s clients', async () => {
    const domain = { ...native, qwenDomain: 'dashscope-intl.aliyuncs.com' };
    assert.equal(
      (await outgoing(domain, { path, body: chat })).url,
      `https://dashscope-intl.aliyuncs.com${TEXT}`,
    );
  });

  void it('is not converted to with the protocol original', async () => {
    const request = await asked(chat, { protocol: 'original' });
    assert.equal(request.translator, undefined);
    assert.deepEqual(JSON.parse(request.body), chat);
  });

  const compatible: Readonly<Record<string, object>> = {
    sound: { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
    'several answers in one stream': { n: 2, stream: true },
    'more than 2 MiB': { messages: [{ role: 'user', content: 'x'.repeat(2 * 1024 * 1024) }] },
  };
  for (const [name, more] of Object.entries(compatible)) {
    void it(`nothing of ${name}: that goes to the compatible mode`, async () => {
      const body = { ...chat, model: 'qwen3-omni-flash', ...more };
      const request = await asked(body);
      assert.equal(request.url, HOST + COMPATIBLE);
      assert.equal(request.translator?.contentType, undefined);
    });
  }
});

const usage = {
  input_tokens: 2,
  output_tokens: 3,
  total_tokens: 5,
  prompt_tokens_details: { cached_tokens: 1 },
};
const openaiUsage = {
  prompt_tokens: 2,
  completion_tokens: 3,
  total_tokens: 5,
  prompt_tokens_details: { cached_tokens: 1 },
};

function frame(message: object, reason = 'null'): object {
  return { request_id: 'r-1', output: { choices: [{ finish_reason: reason, message }] }, usage };
}

/** A chunk of a completion. */
function delta(value: object, reason: string | null = null): object {
  return { choices: [{ index: 0, delta: value, finish_reason: reason }] };
}

void describe('DashScope’s own API answers', () => {
  void it('with a completion: thinking, text and calls', async () => {
    const message = { role: 'assistant', content: '', reasoning_content: 'hm', tool_calls: [called] };
    const answer = JSON.stringify(frame(message, 'tool_calls'));
    assert.deepEqual(await translatedWhole((await asked(chat)).translator, answer), {
      id: 'r-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'qwen-plus',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [called] },
          finish_reason: 'tool_calls',
        },
      ],
      usage: openaiUsage,
    });
  });

  void it('with the text of parts, and with several choices', async () => {
    const choices = ['a', 'b'].map((text) => ({
      finish_reason: 'length',
      message: { role: 'assistant', content: [{ text }, { text: '!' }] },
    }));
    const answer = JSON.stringify({ request_id: 'r', output: { choices }, usage });
    const completion = await translatedWhole((await asked({ ...chat, n: 2 })).translator, answer);
    assert.ok(typeof completion === 'object' && completion !== null && 'choices' in completion);
    assert.deepEqual(completion.choices, [
      { index: 0, message: { role: 'assistant', content: 'a!' }, finish_reason: 'length' },
      { index: 1, message: { role: 'assistant', content: 'b!' }, finish_reason: 'length' },
    ]);
  });

  void it('with a stream, wherever its frames are cut', async () => {
    const more = { ...chat, stream: true, stream_options: { include_usage: true } };
    const stream =
      'id:1\nevent:result\n:HTTP_STATUS/200\n' +
      plainFrames(
        frame({ role: 'assistant', content: '', reasoning_content: 'hm' }),
        frame({ role: 'assistant', content: 'Gü' }),
        frame({ role: 'assistant', content: [{ text: 'te' }] }),
        frame({
          role: 'assistant',
          content: '',
          tool_calls: [{ index: 0, id: 'c-1', type: 'function', function: { name: 'f', arguments: '{"a"' } }],
        }),
        frame({
          role: 'assistant',
          content: '',
          tool_calls: [{ index: 0, id: 'c-1', type: 'function', function: { name: 'f', arguments: ':1}' } }],
        }),
        frame({ role: 'assistant', content: '' }, 'tool_calls'),
      );
    const { text, isWhole } = await translatedAtEveryCut(async () => (await asked(more)).translator, stream);
    assert.ok(isWhole);
    assert.deepEqual(chunksOf(text), [
      delta({ role: 'assistant', reasoning_content: 'hm' }),
      delta({ content: 'Gü' }),
      delta({ content: 'te' }),
      delta({
        tool_calls: [{ index: 0, id: 'c-1', type: 'function', function: { name: 'f', arguments: '{"a"' } }],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      delta({}, 'tool_calls'),
      { choices: [], usage: openaiUsage },
      '[DONE]',
    ]);
  });

  void it('and what has no end, or an error in it, does not pass for whole', async () => {
    const start = plainFrames(frame({ role: 'assistant', content: 'Hel' }));
    const error = frames(event('error', { code: 'InternalError', message: 'x', request_id: 'r' }));
    for (const stream of [start, start + error]) {
      const { translator } = await asked({ ...chat, stream: true });
      assert.equal((await translatedStream(translator, stream)).isWhole, false);
    }
    const empty = translatedWhole((await asked(chat)).translator, '{"output":{}}');
    await assert.rejects(empty, { name: 'TranslationError' });
  });
});

/** Vectors as OpenAI's clients ask for them. */
function floats(...values: readonly number[]): string {
  return Buffer.from(new Float32Array(values).buffer).toString('base64');
}

void describe('Qwen’s embeddings and reranks', () => {
  void it('are converted where the compatible mode is off', async () => {
    const body = { model: 'text-embedding-v4', input: ['a', 'b'], dimensions: 2, encoding_format: 'base64' };
    const request = await outgoing(native, { path: '/v1/embeddings', body });
    assert.equal(request.url, `${HOST}/api/v1/services/embeddings/text-embedding/text-embedding`);
    assert.deepEqual(JSON.parse(request.body), {
      model: 'text-embedding-v4',
      input: { texts: ['a', 'b'] },
      parameters: { dimension: 2 },
    });
    const embeddings = [
      { text_index: 1, embedding: [0, 1] },
      { text_index: 0, embedding: [1, 0] },
    ];
    const answer = { request_id: 'r', output: { embeddings }, usage: { total_tokens: 4 } };
    assert.deepEqual(await translatedWhole(request.translator, JSON.stringify(answer)), {
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: floats(1, 0) },
        { object: 'embedding', index: 1, embedding: floats(0, 1) },
      ],
      model: 'text-embedding-v4',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    const tokens = { path: '/v1/embeddings', body: { ...body, input: [1, 2] } };
    assert.equal((await outgoing(native, tokens)).url, `${HOST}/compatible-mode/v1/embeddings`);
  });

  const flat = { model: 'qwen3-rerank', query: 'q', documents: ['a'] };
  const nested = { model: 'gte-rerank-v2', input: { query: 'q', documents: ['a'] } };
  const reranks = [
    { options: { type: 'qwen' }, asked: '/v1/reranks', body: flat, to: '/compatible-api/v1/reranks' },
    { options: { type: 'qwen' }, asked: '/v1/rerank', body: flat, to: '/compatible-api/v1/reranks' },
    { options: native, asked: '/v1/reranks', body: flat, to: '/compatible-api/v1/reranks' },
    {
      options: native,
      asked: '/v1/reranks',
      body: nested,
      to: '/api/v1/services/rerank/text-rerank/text-rerank',
    },
  ];
  for (const { options, asked: from, body, to } of reranks) {
    void it(`are sent as they are from ${from} to ${to}, of ${body.model}`, async () => {
      const request = await outgoing({ ...options, modelMapping: { '*': 'mapped' } }, { path: from, body });
      assert.equal(request.url, HOST + to);
      assert.deepEqual(JSON.parse(request.body), { ...body, model: 'mapped' });
    });
  }

  void it('of others go to the path that these have', async () => {
    const siliconflow = await outgoing({ type: 'siliconflow' }, { path: '/v1/reranks', body: flat });
    assert.equal(siliconflow.url, 'https://api.siliconflow.cn/v1/rerank');
  });

  void it('and conversations go to the compatible mode', async () => {
    for (const options of [{ type: 'qwen' }, native]) {
      const request = await outgoing(options, { path: '/v1/conversations', body: {} });
      assert.equal(request.url, `${HOST}/compatible-mode/v1/conversations`);
    }
  });
});

void describe('Qwen’s compatible mode', () => {
  void it('has models go on from the thinking that a conversation holds', async () => {
    const messages = [hi, { role: 'assistant', content: 'Ho', reasoning_content: 'hm' }, hi];
    for (const [model, expected] of [
      ['qwen3.6-plus', true],
      ['qwen-plus', false],
    ] as const) {
      const request = await outgoing({ type: 'qwen' }, { path, body: { model, messages } });
      assert.equal(request.body.includes('"preserve_thinking":true'), expected, model);
    }
  });
});
