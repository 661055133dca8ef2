/**
 * The text of every simulated answer:
 *
 *     You said: <last user message> [sim:<tag>:<chunks>]
 *
 * `tag` is a checksum of key, model and message; `chunks` is how many content chunks the text was written in.
 * Whoever reads it can tell that the answer is whole (it ends in the mark), that it belongs to the request
 * (the message is repeated), which key wrote it (the tag), and so that no two answers were spliced.
 */

/** A message longer than this is repeated up to here, followed by `…`. Characters. */
export const ECHO_LIMIT = 2_000;

const MOST_CHUNKS_BY_DEFAULT = 32;

/** Stands for each chunk that was asked for beyond the words there are. */
const FILLER = ' ·';

/** FNV-1a over UTF-16 code units: a checksum to tell answers apart, of no cryptographic worth. */
export function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Eight hexadecimal digits that name the answer of `key` to `message` for `model`. */
export function answerTag(key: string, model: string, message: string): string {
  return checksum(`${key}\n${model}\n${message}`).toString(16).padStart(8, '0');
}

/**
 * The answer as the pieces it is streamed in; joined they are the whole text.
 * @param count exactly so many pieces, at least 1; by default one for each word, at most 32
 */
export function answerPieces(message: string, tag: string, count?: number): readonly string[] {
  const words = `You said: ${echoOf(message)}`.match(/\s*\S+|\s+$/gu) ?? [];
  const wanted = count ?? Math.min(words.length + 1, MOST_CHUNKS_BY_DEFAULT);
  const mark = ` [sim:${tag}:${wanted}]`;
  return wanted === 1 ? [words.join('') + mark] : [...spread(words, wanted - 1), mark];
}

/** What the text of an answer claims; undefined where it is not one whole answer. */
export interface AnswerClaims {
  readonly message: string;
  readonly tag: string;
  readonly chunks: number;
}

/** Reads the text of a whole answer back. */
export function readAnswer(text: string): AnswerClaims | undefined {
  const match = /^You said: (.*?)(?: ·)* \[sim:([0-9a-f]{8}):(\d+)\]$/su.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { message: match[1], tag: match[2], chunks: Number(match[3]) };
}

/** Whether `text` is the whole answer of one of `keys` to this request, and nothing else. */
export function isAnswerTo(text: string, message: string, model: string, keys: readonly string[]): boolean {
  const claims = readAnswer(text);
  return (
    claims?.message === echoOf(message) && keys.some((key) => claims.tag === answerTag(key, model, message))
  );
}

function echoOf(message: string): string {
  return message.length <= ECHO_LIMIT ? message : `${message.slice(0, ECHO_LIMIT).toWellFormed()}…`;
}

/** Joins neighbours, or adds fillers, until there are exactly `count` pieces. */
function spread(words: readonly string[], count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    if (count > words.length) return words[i] ?? FILLER;
    const from = Math.floor((i * words.length) / count);
    return words.slice(from, Math.floor(((i + 1) * words.length) / count)).join('');
  });
}
