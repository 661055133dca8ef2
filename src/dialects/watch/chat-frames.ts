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
 * Reasons to finish that tell of a failure: OpenRouter's, Z.AI's (docs.z.ai/api-reference) and DeepSeek's
 * (api-docs.deepseek.com/api/create-chat-completion).
 */
export const FAILED_REASONS: readonly string[] = ['error', 'network_error', 'insufficient_system_resource'];

/** One of them marks a chunk of a chat, or what compatible servers send for one. */
const CHUNK_KEYS = ['choices', 'object', 'model', 'id', 'created', 'delta', 'message', 'text', 'response'];

/**
 * Chat and text completion streams: `data:` only, chunks with `choices`, then `[DONE]`. Some compatible
 * servers leave the marker out, so a finish reason is an end as well; where a request asked for several
 * choices, that of the first to finish counts.
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
  let says = false;
  for (const choice of choices.map(asObject)) {
    if (choice === undefined) continue;
    if (FAILED_REASONS.some((reason) => reason === choice['finish_reason'])) return 'error';
    isFinished ||= isPresent(choice['finish_reason']);
    says ||= showsOutput(choice);
  }
  if (isFinished) return says ? 'end' : 'empty-end';
  return says ? 'output' : 'preamble';
}

/**
 * What cannot be read is passed on as it came. It opens the gate only where it was cut by the scanner's bound: a
 * chunk that is malformed is no answer by itself.
 */
export function classifyUnreadable(start: number, end: number, hasOutput: boolean): FrameKind {
  return hasOutput || end - start >= MAX_FRAME_BYTES ? 'output' : 'ignored';
}

/** A choice whose delta names only the role has said nothing yet; any other field with something in it has. */
function showsOutput(choice: Readonly<Record<string, unknown>>): boolean {
  const delta = asObject(choice['delta'] ?? choice['message']) ?? {};
  return (
    isPresent(choice['text']) ||
    Object.entries(delta).some(([name, value]) => name !== 'role' && isPresent(value))
  );
}

/**
 * Whether a frame could be an error or an end: it has one of their keys, with a value other than null. Text
 * cannot look so, since quotes inside JSON strings are escaped.
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
