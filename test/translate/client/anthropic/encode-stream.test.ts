import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from '../../../support/property.ts';
import * as z from 'zod';
import { anthropicClientCodec } from '../../../../src/translate/client/codecs.ts';
import {
  accumulated,
  anyContent,
  CONTEXT,
  eventsIn,
  finish,
  interleaved,
  letterOf,
  partsOf,
  streamed,
  wholeAnswer,
} from '../sdk-responses.ts';
import type { Content } from '../sdk-responses.ts';

const event = z.looseObject({ type: z.string(), index: z.number().optional() });
const block = z.looseObject({ type: z.string(), id: z.string().optional(), name: z.string().optional() });
const message = z.looseObject({ content: z.array(block) });
type Block = z.infer<typeof block>;

function written(content: readonly Content[]): Block[] {
  return message.parse(anthropicClientCodec.encodeResponse(wholeAnswer(content), CONTEXT)).content.map(plain);
}

/** Whole responses have `citations: null`, streams do not. */
function plain(given: Block): Block {
  return block.parse(Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'citations')));
}

/** Blocks begin with 0, count up, and each ends before the next begins. */
function assertInOrder(text: string): void {
  let open: number | undefined;
  let next = 0;
  const events = eventsIn(text).map((data) => event.parse(data));
  for (const { type, index } of events) {
    switch (type) {
      case 'content_block_start':
        assert.equal(open, undefined, 'blocks overlap');
        assert.equal(index, next++);
        open = index;
        break;
      case 'content_block_delta':
        assert.equal(index, open);
        break;
      case 'content_block_stop':
        assert.equal(index, open);
        open = undefined;
        break;
      default:
        assert.equal(open, undefined, `${type} within a block`);
    }
  }
  const others = events.map(({ type }) => type).filter((type) => !type.startsWith('content_block'));
  assert.deepEqual(others, ['message_start', 'message_delta', 'message_stop']);
}

/** All content of the part whose letter it is, in one kind of block. */
function saidBy(at: number, content: readonly Block[], kind: 'text' | 'thinking'): string {
  const all = content.map((each) => (each.type === kind ? String(each[kind]) : '')).join('');
  return all.replaceAll(new RegExp(`[^${letterOf(at)}]`, 'gu'), '');
}

void suite('a stream of Anthropic’s', () => {
  void test('accumulates to the whole message, where its parts come one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, async (content) => {
        const parts = content.flatMap((each, at) => partsOf(each, `${at}`));
        const text = streamed(anthropicClientCodec, [...parts, finish()]);
        assertInOrder(text);
        const streamedBlocks = (await accumulated(text)).content.map((each) => plain(block.parse(each)));
        assert.deepEqual(streamedBlocks, written(content));
      }),
      { numRuns: 150 },
    );
  });

  void test('never lets blocks overlap, and loses nothing, however its parts are interleaved', async () => {
    const turns = fc.array(fc.nat(9), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyContent, turns, async (content, order) => {
        const streams = content.map((each, at) => partsOf(each, `${at}`));
        const text = streamed(anthropicClientCodec, [...interleaved(streams, order), finish()]);
        assertInOrder(text);
        const streamedBlocks = (await accumulated(text)).content.map((each) => block.parse(each));
        for (const [at, each] of content.entries()) {
          if (each.type === 'text') assert.equal(saidBy(at, streamedBlocks, 'text'), each.text);
          if (each.type === 'reasoning') assert.equal(saidBy(at, streamedBlocks, 'thinking'), each.text);
        }
        assert.deepEqual(callsIn(streamedBlocks), callsIn(written(content)));
      }),
      { numRuns: 250 },
    );
  });

  void test('writes the first of several calls as it comes, and the next when that is over', () => {
    const stream = anthropicClientCodec.encodeStream(CONTEXT);
    const encode = (part: Parameters<typeof stream.encode>[0]) => typesOf(stream.encode(part));
    const call = { type: 'tool-call', toolName: 'look', input: '{}' } as const;

    const start = { type: 'tool-input-start', toolName: 'look' } as const;
    assert.deepEqual(encode({ ...start, id: 'a' }), ['message_start', 'content_block_start']);
    assert.deepEqual(encode({ type: 'tool-input-delta', id: 'a', delta: '{' }), ['content_block_delta']);
    assert.deepEqual(encode({ ...start, id: 'b' }), []);
    assert.deepEqual(encode({ type: 'tool-input-delta', id: 'b', delta: '{}' }), []);
    assert.deepEqual(encode({ type: 'tool-input-delta', id: 'a', delta: '}' }), ['content_block_delta']);
    assert.deepEqual(encode({ ...call, toolCallId: 'a' }), [
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
    ]);
    assert.deepEqual(encode({ ...call, toolCallId: 'b' }), ['content_block_stop']);
  });

  void test('has a text end where a call begins, though its package ends it later', async () => {
    const text = streamed(anthropicClientCodec, [
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'I look.' },
      { type: 'tool-input-start', id: 'a', toolName: 'look' },
      { type: 'text-end', id: 't' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'look', input: '' },
      finish({ unified: 'tool-calls', raw: 'tool_calls' }),
    ]);
    assertInOrder(text);
    const { content, stop_reason: stop } = await accumulated(text);
    assert.equal(stop, 'tool_use');
    assert.deepEqual(
      content.map((each) => each.type),
      ['text', 'tool_use'],
    );
    assert.deepEqual(block.parse(content[1])['input'], {});
  });
});

function callsIn(content: readonly Block[]): Block[] {
  return content
    .filter(({ type }) => type === 'tool_use')
    .toSorted((one, other) => (one.id ?? '').localeCompare(other.id ?? ''));
}

function typesOf(text: string): string[] {
  return eventsIn(text).map((data) => event.parse(data).type);
}
