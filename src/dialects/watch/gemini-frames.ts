import { asObject, isPresent, parseObject } from '../../base/json.ts';
import { isErrorAnswer } from './error-bodies.ts';
import { classifyUnreadable } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';
import type { UsageNotes } from './usage-notes.ts';

/** The end of `finishReason` and of `blockReason`. */
const REASON_KEY_END = Buffer.from('Reason"');
const ERROR_KEY = Buffer.from('"error"');
const USAGE_KEY = Buffer.from('"usageMetadata"');

/** One of these is in every chunk of an answer. */
const CHUNK_KEYS = ['candidates', 'promptFeedback', 'usageMetadata', 'modelVersion', 'responseId'];

/**
 * Streams of Gemini: `data:` only, each in the shape of a whole answer. The last has the finish reason; there is no other end
 * marker. The answer to a prompt that was blocked is one frame with a `blockReason`.
 */
export function classifyGeminiFrame(
  _: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
  usage: UsageNotes,
): FrameKind {
  if (start === end) return 'ignored';
  if (hasOutput && !mayEnd(bytes, start, end)) {
    const key = bytes.lastIndexOf(USAGE_KEY, end);
    if (key >= start) usage.keep(bytes, key + USAGE_KEY.length, end);
    return 'output';
  }
  const chunk = parseObject(bytes.toString('utf8', start, end));
  if (chunk === undefined) return classifyUnreadable(start, end, hasOutput);
  usage.tell(asObject(chunk['usageMetadata']));
  if (isErrorAnswer(chunk)) return 'error';
  if (isPresent(asObject(chunk['promptFeedback'])?.['blockReason'])) return 'end';
  const candidates = Array.isArray(chunk['candidates']) ? chunk['candidates'].map(asObject) : [];
  const isOutput = candidates.some(showsOutput);
  if (candidates.some((candidate) => isPresent(candidate?.['finishReason'])))
    return isOutput ? 'end' : 'empty-end';
  if (hasOutput || isOutput) return 'output';
  return CHUNK_KEYS.some((key) => chunk[key] !== undefined) ? 'preamble' : 'ignored';
}

function showsOutput(candidate: Readonly<Record<string, unknown>> | undefined): boolean {
  const parts = asObject(candidate?.['content'])?.['parts'];
  if (!Array.isArray(parts)) return false;
  return parts.map(asObject).some((part) => Object.values(part ?? {}).some(isPresent));
}

/** Whether a frame could be an error or an end. Text inside JSON strings never matches: its quotes are escaped. */
function mayEnd(bytes: Buffer, start: number, end: number): boolean {
  return [REASON_KEY_END, ERROR_KEY].some((key) => {
    const at = bytes.indexOf(key, start);
    return at >= 0 && at < end;
  });
}
