import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenUsage } from '../../../src/base/token-usage.ts';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import { converseEvent } from '../../support/aws-frames.ts';
import { boundariesOf, everyCut } from '../../support/cuts.ts';

/* Where streams tell their tokens. Cut anywhere, and with chunks that are gone once they were read, each tells the same. */

const SSE = 'text/event-stream';
const LINES = 'application/x-ndjson';
const FRAMES = 'application/vnd.amazon.eventstream';

function events(...values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(''));
}

function lines(...values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

function invoked(...values: readonly object[]): Buffer {
  return Buffer.concat(
    values.map((value) =>
      converseEvent('chunk', { bytes: Buffer.from(JSON.stringify(value)).toString('base64') }),
    ),
  );
}

const CHOICE = { index: 0, delta: { content: 'so' }, finish_reason: null };
const FINISH = { index: 0, delta: {}, finish_reason: 'stop' };
const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3, outputTokenCount: 4 } };
const COUNTS = { prompt_tokens: 3, completion_tokens: 4 };
const TOLD: TokenUsage = { input: 3, output: 4 };

const streams: readonly [what: string, operation: string, type: string, stream: Buffer, TokenUsage?][] = [
  [
    'a chat, behind its end',
    'chat.completions',
    SSE,
    events(
      { choices: [CHOICE], usage: null },
      { choices: [FINISH] },
      { choices: [], usage: COUNTS, obfuscation: 'x' },
    ),
  ],
  [
    'a chat, with its end',
    'chat.completions',
    SSE,
    events({ choices: [CHOICE] }, { choices: [FINISH], usage: COUNTS }),
  ],
  [
    'a chat of Groq',
    'chat.completions',
    SSE,
    events({ choices: [CHOICE] }, { choices: [FINISH], x_groq: { id: 'r', usage: COUNTS } }),
  ],
  [
    'a chat of Moonshot',
    'chat.completions',
    SSE,
    events({ choices: [CHOICE] }, { choices: [{ ...FINISH, usage: COUNTS }] }),
  ],
  [
    'a response',
    'responses.create',
    SSE,
    events(
      { type: 'response.output_text.delta', delta: 'so' },
      {
        type: 'response.completed',
        response: {
          tools: [{ parameters: { properties: { usage: { input_tokens: 9 } } } }],
          usage: { input_tokens: 3, output_tokens: 4 },
          metadata: { usage: 'x' },
        },
      },
    ),
  ],
  [
    'a response that failed',
    'responses.create',
    SSE,
    events({
      type: 'response.failed',
      response: { status: 'failed', usage: { input_tokens: 3, output_tokens: 4 } },
    }),
  ],
  [
    'a transcript',
    'audio.transcriptions',
    SSE,
    events(
      { type: 'transcript.text.delta', delta: 'so' },
      {
        type: 'transcript.text.done',
        text: 'so',
        usage: { type: 'tokens', input_tokens: 3, output_tokens: 4 },
      },
    ),
  ],
  [
    'Cohere',
    'cohere.chat',
    SSE,
    events({
      type: 'message-end',
      delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
    }),
  ],
  [
    'Cohere before',
    'cohere.v1.chat',
    LINES,
    lines({
      is_finished: true,
      finish_reason: 'COMPLETE',
      response: { meta: { tokens: { input_tokens: 3, output_tokens: 4 } } },
    }),
  ],
  [
    'Dify',
    'dify.chat_messages',
    SSE,
    events({ event: 'message', answer: 'so' }, { event: 'message_end', metadata: { usage: COUNTS } }),
  ],
  [
    'Ollama',
    'ollama.chat',
    LINES,
    lines(
      { message: { content: 'so' }, done: false },
      { message: { content: '' }, done: true, prompt_eval_count: 3, eval_count: 4 },
    ),
  ],
  [
    'DashScope',
    'qwen.text_generation',
    SSE,
    events(
      { output: { text: 'so' }, usage: { input_tokens: 3, output_tokens: 1 } },
      { output: { text: 'so', finish_reason: 'stop' }, usage: { input_tokens: 3, output_tokens: 4 } },
    ),
  ],
  [
    'Llama on Bedrock',
    'bedrock.invokeModelWithResponseStream',
    FRAMES,
    invoked({ generation: 'so' }, { generation: '', stop_reason: 'stop', ...METRICS }),
  ],
  [
    'Claude on Bedrock',
    'bedrock.invokeModelWithResponseStream',
    FRAMES,
    invoked(
      {
        type: 'message_start',
        message: { usage: { input_tokens: 3, cache_read_input_tokens: 10, output_tokens: 1 } },
      },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
    ),
    { input: 13, cachedInput: 10, output: 4 },
  ],
  [
    'Nova on Bedrock',
    'bedrock.invokeModelWithResponseStream',
    FRAMES,
    invoked(
      { contentBlockDelta: { delta: { text: 'so' } } },
      { messageStop: {} },
      { metadata: { usage: { inputTokens: 3, outputTokens: 4 } }, ...METRICS },
    ),
  ],
];

void describe('a stream tells its tokens', () => {
  for (const [what, name, type, stream, usage = TOLD] of streams)
    void it(what, () => {
      for (const chunks of everyCut(stream)) {
        const watch = watchAnswer(operationNamed(name), true, type, '');
        boundariesOf(watch, chunks);
        assert.deepEqual(watch.usage, usage);
      }
    });
});
