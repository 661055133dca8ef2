import { asObject, isPresent, parseObject } from '../../base/json.ts';
import { frameType } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';
import { isErrorAnswer } from './error-bodies.ts';

/**
 * Streams of the Responses API: named events, whose data repeats the name as `type`. A stream without
 * `response.completed`, `response.incomplete` and `response.failed` has broken off.
 */
export function classifyResponsesFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
): FrameKind {
  const type = name === '' || name === 'message' ? frameType(bytes, start, end) : name;
  switch (type) {
    case 'error':
      return 'error';
    case 'response.failed':
      return 'failed';
    case 'response.completed':
    case 'response.incomplete':
      return hasOutput ? 'end' : classifyEnd(bytes, start, end);
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
      return 'preamble';
    case '': {
      const frame = parseObject(bytes.toString('utf8', start, end));
      return frame !== undefined && isErrorAnswer(frame) ? 'error' : 'ignored';
    }
    default:
      // Keep-alives and events of a vendor's own.
      if (!type.startsWith('response.')) return 'ignored';
      return hasOutput || showsOutput(type, bytes, start, end) ? 'output' : 'preamble';
  }
}

/** An end before any output holds all of the output, or none, or a failure. */
function classifyEnd(bytes: Buffer, start: number, end: number): FrameKind {
  const response = asObject(parseObject(bytes.toString('utf8', start, end))?.['response']);
  if (response?.['status'] === 'failed' || isPresent(response?.['error'])) return 'failed';
  return Array.isArray(response?.['output']) && response['output'].length === 0 ? 'empty-end' : 'end';
}

/**
 * Whether an event holds output, or only begins an empty message, an empty item of reasoning or an empty part of them. The
 * name of a tool call is output.
 */
function showsOutput(type: string, bytes: Buffer, start: number, end: number): boolean {
  const event = parseObject(bytes.toString('utf8', start, end));
  if (event === undefined) return true;
  switch (type) {
    case 'response.output_item.added': {
      const item = asObject(event['item']);
      const container = item?.['type'] === 'message' || item?.['type'] === 'reasoning';
      return !container || isPresent(item['content']) || isPresent(item['summary']);
    }
    case 'response.content_part.added':
    case 'response.reasoning_summary_part.added': {
      const part = asObject(event['part']);
      return isPresent(part?.['text']) || isPresent(part?.['refusal']);
    }
    default:
      return !type.endsWith('.delta') || isPresent(event['delta']);
  }
}
