import { asObject, isPresent, parseObject } from '../../base/json.ts';
import { isDone } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';
import { MAX_FRAME_BYTES } from '../scan/sse-scanner.ts';
import { isErrorAnswer, isErrorFrame } from './error-bodies.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const ERROR_KEY = Buffer.from('"error"');
const FINISH_KEY = Buffer.from('"finish_reason"');

/**
 * Finish reasons that mean failure: OpenRouter's, Z.AI's (docs.z.ai/api-reference) and DeepSeek's
 * (api-docs.deepseek.com/api/create-chat-completion).
 */
export const FAILED_REASONS: readonly string[] = ['error', 'network_error', 'insufficient_system_resource'];

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
): FrameKind {
  if (name === 'error') return 'error';
  if (start === end) return 'ignored';
  const first = bytes[start];
  if ((first === OPEN_BRACKET || first === SPACE) && isDone(bytes, start, end)) return 'end-marker';
  if (hasOutput && !mayEnd(bytes, start, end)) return 'output';
  const chunk = parseObject(bytes.toString('utf8', start, end));
  if (chunk === undefined) return classifyUnreadable(start, end, hasOutput);
  if (isErrorFrame(chunk)) return 'error';
  const choices = chunk['choices'];
  if (Array.isArray(choices) && choices.length > 0) return classifyChoices(choices);
  if (isErrorAnswer(chunk)) return 'error';
  if (isPresent(chunk['usage'])) return 'output';
  return CHUNK_KEYS.some((key) => chunk[key] !== undefined) ? 'preamble' : 'ignored';
}

function classifyChoices(choices: readonly unknown[]): FrameKind {
  let isFinished = false;
  let isOutput = false;
  for (const choice of choices.map(asObject)) {
    if (choice === undefined) continue;
    if (FAILED_REASONS.some((reason) => reason === choice['finish_reason'])) return 'error';
    isFinished ||= isPresent(choice['finish_reason']);
    isOutput ||= showsOutput(choice);
  }
  if (isFinished) return isOutput ? 'end' : 'empty-end';
  return isOutput ? 'output' : 'preamble';
}

/**
 * A frame that does not parse is relayed as it is. It opens the commit gate only where the scanner's bound has cut it: a
 * malformed chunk is no answer by itself.
 */
export function classifyUnreadable(start: number, end: number, hasOutput: boolean): FrameKind {
  return hasOutput || end - start >= MAX_FRAME_BYTES ? 'output' : 'ignored';
}

/** Any field of a choice's delta but the role, if it is not empty, is output. */
function showsOutput(choice: Readonly<Record<string, unknown>>): boolean {
  const delta = asObject(choice['delta'] ?? choice['message']) ?? {};
  return (
    isPresent(choice['text']) ||
    Object.entries(delta).some(([name, value]) => name !== 'role' && isPresent(value))
  );
}

/**
 * Whether a frame could be an error or an end: it has one of their keys, with a value other than null. Text inside JSON
 * strings never matches: its quotes are escaped.
 */
function mayEnd(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== QUOTE) continue;
    const letter = bytes[at + 1];
    if (letter === LOWER_F && hasKey(bytes, at, end, FINISH_KEY)) return true;
    if (letter === LOWER_E && hasKey(bytes, at, end, ERROR_KEY)) return true;
  }
  return false;
}

function hasKey(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  for (let offset = 0; offset < key.length; offset++) {
    if (bytes[start + offset] !== key[offset]) return false;
  }
  let at = start + key.length;
  while (at < end && (bytes[at] === SPACE || bytes[at] === COLON)) at++;
  return bytes[at] !== LOWER_N;
}
