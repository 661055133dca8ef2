import { asObject, isPresent, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { FAILED_REASONS } from '../finish/finish-reasons.ts';
import { isErrorAnswer, isErrorFrame } from './error-bodies.ts';
import { classifyUnreadable, frameType, isDone } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';
import { memberAt } from './usage-notes.ts';
import type { UsageNotes } from './usage-notes.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const USAGE_KEY = Buffer.from('"usage"');
/** The keys of a chunk that matter after its first output. MiniMax puts its errors into `base_resp`. */
const LATE_KEYS = [
  ...['"error"', '"finish_reason"', '"base_resp"'].map((key) => Buffer.from(key)),
  USAGE_KEY,
];
/** The same by their first letter: no two have one. */
const KEYS_BY_LETTER = Array.from({ length: 256 }, (_, letter) => LATE_KEYS.find((key) => key[1] === letter));
const RESPONSE_USAGE = [Buffer.from('response'), Buffer.from('usage')];
const USAGE = [Buffer.from('usage')];

/** One of these is in every chunk of a chat, or in what compatible servers send as one. */
const CHUNK_KEYS = ['choices', 'object', 'model', 'id', 'created', 'delta', 'message', 'text', 'response'];

/**
 * Streams of chats and text completions: `data:` only, chunks with `choices`, then `[DONE]`. Some compatible servers leave
 * the marker out, so a finish reason is an end as well: of several choices that of the first to finish.
 */
export function classifyChatFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
  usage: UsageNotes,
): FrameKind {
  if (name === 'error') return 'error';
  if (start === end) return 'ignored';
  const first = bytes[start];
  if ((first === OPEN_BRACKET || first === SPACE) && isDone(bytes, start, end)) return 'end-marker';
  if (hasOutput && !mayEnd(bytes, start, end, usage)) return 'output';
  const chunk = parseObject(bytes.toString('utf8', start, end));
  if (chunk === undefined) return classifyUnreadable(start, end, hasOutput);
  usage.tell(usageIn(chunk));
  if (isErrorFrame(chunk)) return 'error';
  const choices = chunk['choices'];
  if (Array.isArray(choices) && choices.length > 0) return classifyChoices(choices);
  if (isErrorAnswer(chunk)) return 'error';
  if (isPresent(chunk['usage'])) return 'output';
  return CHUNK_KEYS.some((key) => chunk[key] !== undefined) ? 'preamble' : 'ignored';
}

/** Groq has it in an object of its own, Moonshot beside the finish reason. */
function usageIn(chunk: Json): Json | undefined {
  return (
    asObject(chunk['usage']) ??
    asObject(asObject(chunk['x_groq'])?.['usage']) ??
    asObject(objectsOf(chunk['choices'])[0]?.['usage'])
  );
}

function classifyChoices(choices: readonly unknown[]): FrameKind {
  let isFinished = false;
  let isOutput = false;
  for (const choice of choices.map(asObject)) {
    if (choice === undefined) continue;
    if (FAILED_REASONS.some((reason) => reason === choice['finish_reason'])) return 'error';
    isFinished ||= isPresent(choice['finish_reason']);
    isOutput ||= choiceHasOutput(choice);
  }
  if (isFinished) return isOutput ? 'end' : 'empty-end';
  return isOutput ? 'output' : 'preamble';
}

/** Any field of a choice's delta but the role, if it is not empty, is output. */
function choiceHasOutput(choice: Readonly<Record<string, unknown>>): boolean {
  const delta = asObject(choice['delta'] ?? choice['message']) ?? {};
  return (
    isPresent(choice['text']) ||
    Object.entries(delta).some(([name, value]) => name !== 'role' && isPresent(value))
  );
}

/**
 * Whether a frame could be an error or an end: it has one of their keys, with a value other than null. Text inside JSON
 * strings never matches: its quotes are escaped. Usage that is told before is taken down.
 */
function mayEnd(bytes: Buffer, start: number, end: number, usage: UsageNotes): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== QUOTE) continue;
    const key = KEYS_BY_LETTER[bytes[at + 1] ?? 0];
    if (key === undefined || !hasKey(bytes, at, end, key)) continue;
    if (key !== USAGE_KEY) return true;
    usage.keep(bytes, at + key.length, end);
  }
  return false;
}

/** Whether a key stands at `start`, where its quote and its first letter do, and its value is not null. */
function hasKey(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  for (let offset = 2; offset < key.length; offset++) {
    if (bytes[start + offset] !== key[offset]) return false;
  }
  let at = start + key.length;
  while (at < end && (bytes[at] === SPACE || bytes[at] === COLON)) at++;
  return bytes[at] !== LOWER_N;
}

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
  usage: UsageNotes,
): FrameKind {
  const type = name === '' || name === 'message' ? frameType(bytes, start, end) : name;
  switch (type) {
    case 'error':
      return 'error';
    case 'response.failed':
      usage.keep(bytes, memberAt(bytes, start, RESPONSE_USAGE), end);
      return 'failed';
    case 'response.completed':
    case 'response.incomplete':
      usage.keep(bytes, memberAt(bytes, start, RESPONSE_USAGE), end);
      return hasOutput ? 'end' : classifyResponseEnd(bytes, start, end);
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
      return hasOutput || eventHasOutput(type, bytes, start, end) ? 'output' : 'preamble';
  }
}

/** An end before any output holds all of the output, or none, or a failure. */
function classifyResponseEnd(bytes: Buffer, start: number, end: number): FrameKind {
  const response = asObject(parseObject(bytes.toString('utf8', start, end))?.['response']);
  if (response?.['status'] === 'failed' || isPresent(response?.['error'])) return 'failed';
  return Array.isArray(response?.['output']) && response['output'].length === 0 ? 'empty-end' : 'end';
}

/**
 * Whether an event holds output, or only begins an empty message, an empty item of reasoning or an empty part of them. The
 * name of a tool call is output.
 */
function eventHasOutput(type: string, bytes: Buffer, start: number, end: number): boolean {
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

/**
 * Streams of images, speech and transcripts: data with a `type` such as `speech.audio.delta` or
 * `image_generation.completed`. Some servers answer in chat chunks instead, which have no type.
 */
export function classifyMediaFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
  usage: UsageNotes,
): FrameKind {
  const type = name === '' || name === 'message' ? frameType(bytes, start, end) : name;
  if (type === 'error') return 'error';
  if (type === 'ping' || type === 'keepalive') return 'ignored';
  if (type === '') return classifyChatFrame(name, bytes, start, end, hasOutput, usage);
  if (!type.endsWith('.done') && !type.endsWith('.completed')) return 'output';
  usage.keep(bytes, memberAt(bytes, start, USAGE), end);
  return 'end';
}
