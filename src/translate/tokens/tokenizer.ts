import { countByLength } from './estimate-tokens.ts';
import type { CountText } from './estimate-tokens.ts';

/**
 * A run of like characters is given to the tokenizer in pieces of this length: its time grows with the square of a run, and
 * 80,000 letters without a space would take it ten seconds. No word is as long. Characters.
 */
const LONG_RUN = /([\p{L}\p{M}]{64}|\s{64}|[^\p{L}\p{M}\p{N}\s]{64})/u;

/** Beyond this what is left of a request counts by its length, as what was tokenized has shown. Characters. */
const MAX_TOKENIZED = 1_000_000;

/** Names of special tokens in a client's text are text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Counts the texts of one request with the tokenizer of OpenAI's current models (`o200k_base`). Takes about a quarter of a
 * second and 75 MB where it is first called in a thread: not for the thread that serves.
 */
export async function openTokenizer(): Promise<CountText> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  let tokenized = 0;
  let roughly = 0;
  let exactly = 0;
  return (text) => {
    const read = text.slice(0, Math.max(0, MAX_TOKENIZED - tokenized));
    tokenized += read.length;
    let tokens = 0;
    for (const piece of read.split(LONG_RUN)) if (piece !== '') tokens += countTokens(piece, AS_TEXT);
    const rough = countByLength(read);
    roughly += rough;
    exactly += tokens;
    return read.length === text.length
      ? tokens
      : tokens + (countByLength(text) - rough) * (exactly / roughly);
  };
}
