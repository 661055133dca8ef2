import { asObject, isPresent, parseObject } from '../../base/json.ts';
import { isErrorAnswer } from './error-bodies.ts';
import { frameType } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';
import { memberAt } from './usage-notes.ts';
import type { UsageNotes } from './usage-notes.ts';

const MESSAGE_USAGE = [Buffer.from('message'), Buffer.from('usage')];
const USAGE = [Buffer.from('usage')];

/**
 * Streams of Anthropic's messages: named events, whose data repeats the name as `type`. A stream without `message_stop` has
 * broken off, as has one of the older completions without a reason to stop.
 */
export function classifyAnthropicFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
  usage: UsageNotes,
): FrameKind {
  const type = name === '' || name === 'message' ? frameType(bytes, start, end) : name;
  switch (type) {
    case 'error':
      return 'error';
    case 'message_stop':
      return 'end-marker';
    case 'message_start':
      usage.keep(bytes, memberAt(bytes, start, MESSAGE_USAGE), end);
      return 'preamble';
    case 'content_block_stop':
      return 'preamble';
    case 'ping':
      return 'ignored';
    case 'completion':
      // The older completions: the last has the reason to stop.
      return classifyCompletion(bytes, start, end, hasOutput);
    case 'message_delta':
      usage.keep(bytes, memberAt(bytes, start, USAGE), end);
      // It has the reason to stop, and an answer may be empty.
      return hasOutput ? 'output' : showsOutput(bytes, start, end) ? 'empty' : 'preamble';
    case 'content_block_start':
    case 'content_block_delta':
      return hasOutput || showsOutput(bytes, start, end) ? 'output' : 'preamble';
    default: {
      const frame = parseObject(bytes.toString('utf8', start, end));
      return frame !== undefined && isErrorAnswer(frame) ? 'error' : 'ignored';
    }
  }
}

function classifyCompletion(bytes: Buffer, start: number, end: number, hasOutput: boolean): FrameKind {
  const event = parseObject(bytes.toString('utf8', start, end));
  if (event === undefined) return 'output';
  const isOutput = isPresent(event['completion']);
  if (isPresent(event['stop_reason'])) return hasOutput || isOutput ? 'end' : 'empty-end';
  return isOutput ? 'output' : 'preamble';
}

/** Blocks of these types begin empty; their output is in the deltas. */
const CONTAINERS: ReadonlySet<unknown> = new Set(['text', 'thinking']);

function showsOutput(bytes: Buffer, start: number, end: number): boolean {
  const event = parseObject(bytes.toString('utf8', start, end));
  if (event === undefined) return true;
  const block = asObject(event['content_block']);
  if (block !== undefined)
    return !CONTAINERS.has(block['type']) || isPresent(block['text']) || isPresent(block['thinking']);
  const delta = asObject(event['delta']) ?? {};
  return Object.entries(delta).some(([field, value]) => field !== 'type' && isPresent(value));
}
