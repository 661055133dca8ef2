import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../../src/base/json.ts';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import { converseEvent } from '../../support/aws-frames.ts';

/* Streams of InvokeModelWithResponseStream: each model has events of its own. */

const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1, outputTokenCount: 2 } };

function frame(data: Json): Buffer {
  return converseEvent('chunk', { bytes: Buffer.from(JSON.stringify(data)).toString('base64') });
}

/** What is seen after each frame, and after the end: `-` nothing, `o` output, `c` complete, `e` an error; `0` empty. */
function watch(frames: readonly (Json | Buffer)[]): string {
  const operation = operationNamed('bedrock.invokeModelWithResponseStream');
  const watched = watchAnswer(operation, true, 'application/vnd.amazon.eventstream', '');
  const state = (): string => {
    if (watched.error !== undefined) return 'e';
    if (watched.isComplete) return watched.isEmpty === true ? '0' : 'c';
    return watched.hasOutput ? 'o' : '-';
  };
  const states = frames.map((each) => {
    watched.read(Buffer.isBuffer(each) ? each : frame(each));
    return state();
  });
  watched.end();
  return `${states.join('')} ${state()}`;
}

const CLAUDE_START = { type: 'message_start', message: { content: [], usage: {} } };
const CLAUDE_TEXT = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so' } };
const CLAUDE_REASON = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} };
const CLAUDE_STOP = { type: 'message_stop', ...METRICS };
const NOVA_TEXT = { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'so' } } };
const chat = (delta: Json, finish: string | null): Json => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const cases: readonly [what: string, frames: readonly (Json | Buffer)[], seen: string][] = [
  ['Claude', [CLAUDE_START, CLAUDE_TEXT, CLAUDE_REASON, CLAUDE_STOP], '-ooc c'],
  ['Claude that says nothing', [CLAUDE_START, CLAUDE_REASON, CLAUDE_STOP], '-o0 0'],
  ['Claude that is cut', [CLAUDE_START, CLAUDE_TEXT], '-o o'],
  ['Claude that fails', [CLAUDE_START, { type: 'error', error: { type: 'overloaded_error' } }], '-e e'],
  [
    'Nova',
    [{ messageStart: { role: 'assistant' } }, NOVA_TEXT, { messageStop: {} }, { metadata: {}, ...METRICS }],
    '-occ c',
  ],
  ['Nova that is cut', [{ messageStart: { role: 'assistant' } }, NOVA_TEXT], '-o o'],
  [
    'Llama',
    [
      { generation: 'so', stop_reason: null },
      { generation: '', stop_reason: 'stop', ...METRICS },
    ],
    'oc c',
  ],
  ['Titan', [{ outputText: 'so', completionReason: 'FINISH', ...METRICS }], 'c c'],
  ['Titan without metrics', [{ outputText: 'so', completionReason: 'FINISH' }], 'o c'],
  [
    'Mistral',
    [{ outputs: [{ text: 'so', stop_reason: null }] }, { outputs: [{ text: '' }], ...METRICS }],
    'oc c',
  ],
  [
    'a model of chats',
    [chat({ role: 'assistant' }, null), chat({ content: 'so' }, null), chat({}, 'stop')],
    '-oc c',
  ],
  ['half a frame', [{ generation: 'so' }, frame({ generation: 'more' }).subarray(0, 40)], 'oo o'],
  ['nothing', [], ' -'],
  ['an event that is no JSON', [converseEvent('chunk', { bytes: 'bm90IGpzb24=' })], '- -'],
];

void describe('the events of a model in Bedrock’s stream', () => {
  for (const [what, frames, seen] of cases) void it(`of ${what}`, () => assert.equal(watch(frames), seen));
});
