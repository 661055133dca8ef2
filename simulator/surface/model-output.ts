import { answerPieces, answerTag, ECHO_LIMIT } from '../answer-text.ts';
import { questionOf, signatureOf, type Message, type Question } from './conversation.ts';
import { sampleOf } from './sample.ts';
import { splitText, tokensIn } from './text.ts';
import { planProgress, type PlanProgress } from './plan.ts';
import { callsIn, callsOfPlan, type CalledTool } from './tool-calls.ts';
import type { GenerationOptions } from './generation-options.ts';

/** Who asks what. */
export interface GenerationRequest {
  readonly key: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly options: GenerationOptions;
  /** The only one that can read what it thinks; absent where the vendor does not care. */
  readonly organization?: string;
  /** How many pieces the text shall have, where the behaviour says so. */
  readonly chunks: number | undefined;
}

/** A part of an answer, in the pieces it is streamed in. */
export type Block =
  | { readonly kind: 'thinking'; readonly pieces: readonly string[]; readonly signature: string }
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | ({ readonly kind: 'call' } & CalledTool);

/** Why an answer ends. */
export type EndReason = 'done' | 'length' | 'tools' | 'stop-sequence';

/** An answer, whatever dialect it will be written in. */
export interface ModelOutput {
  readonly tag: string;
  /** Thinking, then text, then calls; each of the first two at most once. */
  readonly blocks: readonly Block[];
  readonly end: EndReason;
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
 *   names are several calls; where results have come, it answers; where there is a plan, it goes by that;
 * - it thinks first where that is asked for, and answers in JSON where that is.
 */
export function generateOutput(request: GenerationRequest): ModelOutput {
  const { key, model, messages, options, chunks, organization } = request;
  const question = questionOf(messages);
  const plan = planProgress(messages, options.parallel);
  const echoed = plan === undefined ? echoedText(question) : progressText(plan, question, options);
  const tag = answerTag(key, model, echoed);
  const calls = callsFor(plan, question, options, tag);
  const thinking = options.thinks ? [thinkingOf(question, tag, organization)] : [];
  const { pieces, ...end } = truncated(textPieces(echoed, tag, question, options, chunks), options);
  const isForced = options.choice !== 'auto' && calls.length > 0;
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

function callsFor(
  plan: PlanProgress | undefined,
  { results, userText }: Question,
  options: GenerationOptions,
  tag: string,
): readonly CalledTool[] {
  if (plan !== undefined) return plan.isToBeSummarised ? [] : callsOfPlan(plan.next, options, tag);
  return results.length > 0 ? [] : callsIn(userText, options, tag);
}

function thinkingOf({ userText }: Question, tag: string, organization: string | undefined): Block {
  const text = `They say: ${userText}`.slice(0, ECHO_LIMIT).toWellFormed();
  return { kind: 'thinking', pieces: wordsOf(text), signature: signatureOf(tag, text, organization) };
}

/** What an answer repeats: the user's text, and notes of what else the request had. */
function echoedText(question: Question): string {
  const { userText, instructions } = question;
  const notes = /\binstructions\b/iu.test(userText) ? [`(instructions: ${instructions})`] : [];
  return [userText, ...notes, ...notesOf(question)].filter((each) => each !== '').join(' ');
}

/** What an answer says where there is a plan. A summary is what is left of it. */
function progressText(
  { done, total, rest, files, isToBeSummarised }: PlanProgress,
  question: Question,
  { tools }: GenerationOptions,
): string {
  if (isToBeSummarised || tools.length === 0) return `what is left of the plan: ${JSON.stringify(rest)}`;
  return [`a plan, of which ${done} of ${total} calls are done`, ...notesOf({ ...question, files })].join(
    ' ',
  );
}

function notesOf({ files, results }: Question): readonly string[] {
  return [
    ...(files.length > 0 ? [`(seen: ${files.join('; ')})`] : []),
    ...results.map(({ name, text, failed }) => `(${name} ${failed ? 'failed' : 'answered'}: ${text})`),
  ];
}

function textPieces(
  echoed: string,
  tag: string,
  { userText }: Question,
  { json }: GenerationOptions,
  chunks: number | undefined,
): readonly string[] {
  if (json === undefined) return answerPieces(echoed, tag, chunks);
  const value = json.schema === undefined ? { said: echoed } : sampleOf(json.schema, userText);
  return splitText(JSON.stringify(value), chunks ?? 4);
}

interface TruncatedText {
  readonly pieces: readonly string[];
  readonly end: EndReason;
  readonly stopSequence: string | undefined;
}

/** As much of a text as the request allows. A piece counts as a token. */
function truncated(pieces: readonly string[], { maxTokens, stops }: GenerationOptions): TruncatedText {
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
