import { asObject, isDone, isError, isReal, parseObject } from './frame-judge.ts';
import type { Sight } from './frame-judge.ts';

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
 * Chat and text completion streams: `data:` only, chunks with `choices`, then `[DONE]`. Some compatible
 * servers leave the marker out, so a finish reason is an end as well; where a request asked for several
 * choices, that of the first to finish counts.
 */
export function judgeChatFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  open: boolean,
): Sight {
  if (name === 'error') return 'error';
  if (start === end) return 'preamble';
  const first = bytes[start];
  if ((first === OPEN_BRACKET || first === SPACE) && isDone(bytes, start, end)) return 'end';
  if (open && !mayEnd(bytes, start, end)) return 'output';
  const chunk = parseObject(bytes.toString('utf8', start, end));
  // What cannot be judged is not kept from the client.
  if (chunk === undefined) return 'output';
  if (isError(chunk)) return 'error';
  const choices = chunk['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return isReal(chunk['usage']) ? 'output' : 'preamble';
  return judgeChoices(choices);
}

function judgeChoices(choices: readonly unknown[]): Sight {
  let sight: Sight = 'preamble';
  for (const choice of choices.map(asObject)) {
    if (choice === undefined) continue;
    // OpenRouter's way to say that a stream has failed.
    if (choice['finish_reason'] === 'error') return 'error';
    if (isReal(choice['finish_reason'])) sight = 'end';
    else if (sight === 'preamble' && showsOutput(choice)) sight = 'output';
  }
  return sight;
}

/** A choice whose delta names only the role has said nothing yet; any other field with something in it has. */
function showsOutput(choice: Readonly<Record<string, unknown>>): boolean {
  const delta = asObject(choice['delta'] ?? choice['message']) ?? {};
  return (
    isReal(choice['text']) || Object.entries(delta).some(([name, value]) => name !== 'role' && isReal(value))
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
