import type { StreamFixture } from './openai-streams.ts';

/* Streams of Anthropic and Gemini as their servers send them, frame by frame. */

function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\r\n\r\n`;
}

const messages = '/v1/messages';
const start = event('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 5 },
  },
});
const ping = event('ping');
const textBlock = event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
const text = event('content_block_delta', {
  index: 0,
  delta: { type: 'text_delta', text: 'Hi {"type":"message_stop"} "error"' },
});
const stopBlock = event('content_block_stop', { index: 0 });
const messageDelta = event('message_delta', {
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 2 },
});
const stop = event('message_stop');
const overloaded = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });

const generate = '/v1beta/models/g:streamGenerateContent';

function piece(parts: readonly object[], more: object = {}): string {
  return data({ candidates: [{ content: { role: 'model', parts }, index: 0, ...more }], modelVersion: 'g' });
}

const usageOnly = data({ usageMetadata: { promptTokenCount: 3 }, modelVersion: 'g' });
const answered = piece([{ text: 'Hi "finishReason": no' }]);
const finished = piece([{ text: '' }], { finishReason: 'STOP' });
const exhausted = data({
  error: { code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED' },
});

/** Each with what its frames add to what is known. */
export const vendorStreams: readonly StreamFixture[] = [
  {
    what: 'a message of Anthropic',
    path: messages,
    frames: [
      [start, 'preamble'],
      [ping, 'preamble'],
      [textBlock, 'preamble'],
      [text, 'output'],
      [stopBlock, 'output'],
      [messageDelta, 'output'],
      [stop, 'end'],
    ],
  },
  {
    what: 'a message that calls a tool, whose name is output',
    path: messages,
    frames: [
      [start, 'preamble'],
      [
        event('content_block_start', {
          index: 0,
          content_block: { type: 'tool_use', id: 'toolu_1', name: 'read', input: {} },
        }),
        'output',
      ],
      [stop, 'end'],
    ],
  },
  {
    what: 'a message that thinks first',
    path: messages,
    frames: [
      [start, 'preamble'],
      [
        event('content_block_start', { content_block: { type: 'thinking', thinking: '', signature: '' } }),
        'preamble',
      ],
      [event('content_block_delta', { delta: { type: 'thinking_delta', thinking: 'hm' } }), 'output'],
      [stop, 'end'],
    ],
  },
  {
    what: 'an overloaded Anthropic, behind the start of its message',
    path: messages,
    frames: [
      [start, 'preamble'],
      [ping, 'preamble'],
      [overloaded, 'error'],
    ],
  },
  {
    what: 'an overloaded Anthropic, behind its first words',
    path: messages,
    frames: [
      [start, 'preamble'],
      [textBlock, 'preamble'],
      [text, 'output'],
      [overloaded, 'error'],
    ],
  },
  {
    what: 'content of Gemini',
    path: generate,
    frames: [
      [usageOnly, 'preamble'],
      [answered, 'output'],
      [finished, 'end'],
    ],
  },
  {
    what: 'a prompt that Gemini blocked, which is its answer',
    path: generate,
    frames: [[data({ promptFeedback: { blockReason: 'SAFETY' } }), 'end']],
  },
  {
    what: 'an error of Gemini before its first words, and behind them',
    path: generate,
    frames: [[exhausted, 'error']],
  },
  {
    what: 'an error of Gemini behind its first words',
    path: generate,
    frames: [
      [answered, 'output'],
      [exhausted, 'error'],
    ],
  },
  {
    what: 'a call of a function by Gemini',
    path: generate,
    frames: [
      [piece([{ functionCall: { name: 'read', args: {} } }]), 'output'],
      [finished, 'end'],
    ],
  },
];
