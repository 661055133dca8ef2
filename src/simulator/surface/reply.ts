import { answerPieces, answerTag, ECHO_LIMIT } from '../answer-text.ts';
import { questionOf, signatureOf, type Message, type Question } from './conversation.ts';
import { sampleOf } from './sample.ts';
import { cut, tokensIn } from './said.ts';
import { callsIn, type CalledTool } from './tool-calls.ts';
import type { Wishes } from './wishes.ts';

/** Who asks what. */
export interface Asked {
  readonly key: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly wishes: Wishes;
  /** How many pieces the text shall have, where the behaviour says so. */
  readonly chunks: number | undefined;
}

/** A part of an answer, in the pieces it is streamed in. */
export type Block =
  | { readonly kind: 'thinking'; readonly pieces: readonly string[]; readonly signature: string }
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | ({ readonly kind: 'call' } & CalledTool);

/** Why an answer ends. */
export type End = 'done' | 'length' | 'tools' | 'stop-sequence';

/** An answer, whatever dialect it will be written in. */
export interface Reply {
  readonly tag: string;
  /** Thinking, then text, then calls; each of the first two at most once. */
  readonly blocks: readonly Block[];
  readonly end: End;
  /** The one the text was ended by. */
  readonly stopSequence: string | undefined;
  readonly usage: TokenCounts;
}

/** Tokens, counted roughly. */
export interface TokenCounts {
  /** All of the request's. */
  readonly input: number;
  /** Those of them that a cache had: the instructions. */
  readonly cached: number;
  /** All of the answer's. */
  readonly output: number;
  /** Those of them that were thinking. */
  readonly thinking: number;
}

/**
 * Answers as the simulator does, the same request always alike:
 * - it repeats what the user said, and in brackets what else it was given: files, results of tools, and the
 *   instructions where the user speaks of "instructions";
 * - a tool that the user names is called, with the JSON behind its name or with what its schema allows; several
 *   names are several calls; where results have come, it answers;
 * - it thinks first where that is asked for, and answers in JSON where that is.
 */
export function replyTo({ key, model, messages, wishes, chunks }: Asked): Reply {
  const question = questionOf(messages);
  const heard = heardIn(question);
  const tag = answerTag(key, model, heard);
  const calls = question.results.length > 0 ? [] : callsIn(question.said, wishes, tag);
  const thinking = wishes.thinks ? [thinkingOf(question, tag)] : [];
  const { pieces, ...end } = ended(textPieces(heard, tag, question, wishes, chunks), wishes);
  const isForced = wishes.choice !== 'auto' && calls.length > 0;
  const text: Block[] = isForced ? [] : [{ kind: 'text', pieces }];
  const blocks: Block[] = [
    ...thinking,
    ...text,
    ...calls.map((call) => ({ ...call, kind: 'call' as const })),
  ];
  return {
    tag,
    blocks,
    ...(calls.length > 0 ? { end: 'tools', stopSequence: undefined } : end),
    usage: {
      input: tokensIn(question.allText),
      cached: tokensIn(question.instructions),
      output: blocks.reduce((sum, block) => sum + block.pieces.length, 0),
      thinking: thinking.reduce((sum, block) => sum + block.pieces.length, 0),
    },
  };
}

function thinkingOf({ said }: Question, tag: string): Block {
  const text = `They say: ${said}`.slice(0, ECHO_LIMIT).toWellFormed();
  return { kind: 'thinking', pieces: wordsOf(text), signature: signatureOf(tag, text) };
}

/** What an answer repeats: what was said, and what else there was. */
function heardIn({ said, files, instructions, results }: Question): string {
  const notes = [
    ...(/\binstructions\b/iu.test(said) ? [`(instructions: ${instructions})`] : []),
    ...(files.length > 0 ? [`(seen: ${files.join('; ')})`] : []),
    ...results.map(({ name, text, failed }) => `(${name} ${failed ? 'failed' : 'answered'}: ${text})`),
  ];
  return [said, ...notes].filter((each) => each !== '').join(' ');
}

function textPieces(
  heard: string,
  tag: string,
  { said }: Question,
  { json }: Wishes,
  chunks: number | undefined,
): readonly string[] {
  if (json === undefined) return answerPieces(heard, tag, chunks);
  const value = json.schema === undefined ? { said: heard } : sampleOf(json.schema, said);
  return cut(JSON.stringify(value), chunks ?? 4);
}

interface Ended {
  readonly pieces: readonly string[];
  readonly end: End;
  readonly stopSequence: string | undefined;
}

/** As much of a text as the request allows. A piece counts as a token. */
function ended(pieces: readonly string[], { maxTokens, stops }: Wishes): Ended {
  const text = pieces.join('');
  const found = stops
    .map((stop) => ({ stop, at: stop === '' ? -1 : text.indexOf(stop) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0];
  if (found !== undefined)
    return { pieces: [text.slice(0, found.at)], end: 'stop-sequence', stopSequence: found.stop };
  if (maxTokens !== undefined && maxTokens < pieces.length)
    return { pieces: pieces.slice(0, Math.max(1, maxTokens)), end: 'length', stopSequence: undefined };
  return { pieces, end: 'done', stopSequence: undefined };
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}
