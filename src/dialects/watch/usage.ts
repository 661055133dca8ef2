import { asObject, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { TokenUsage } from '../../base/token-usage.ts';

/*
 * What a provider's words for tokens mean. Compatible servers use the words of several vendors, so that the words decide, and
 * not who answers.
 */

/** The counts as they are read, before they are checked. */
type Counts = { [kind in keyof TokenUsage]: number | undefined };

/** How one API names its counts. */
interface Words {
  readonly input: string;
  readonly output: string;
  /** Counted beside the input, and not within it. */
  readonly besides?: { readonly read: string; readonly write: string };
}

/** The first of which an object has a word is read. As the vendors' pages had it on 2026-11-30. */
const WORDS: readonly Words[] = [
  // Within `prompt_tokens` is what was cached: platform.openai.com/docs/guides/prompt-caching
  { input: 'prompt_tokens', output: 'completion_tokens' },
  // OpenAI's Responses: within, as details; platform.openai.com/docs/api-reference/responses/object.
  // Anthropic: beside; platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
  {
    input: 'input_tokens',
    output: 'output_tokens',
    besides: { read: 'cache_read_input_tokens', write: 'cache_creation_input_tokens' },
  },
  // docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html; beside, as Anthropic's:
  // docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
  {
    input: 'inputTokens',
    output: 'outputTokens',
    besides: { read: 'cacheReadInputTokens', write: 'cacheWriteInputTokens' },
  },
  // The metrics at the end of InvokeModelWithResponseStream.
  {
    input: 'inputTokenCount',
    output: 'outputTokenCount',
    besides: { read: 'cacheReadInputTokenCount', write: 'cacheWriteInputTokenCount' },
  },
  // Llama's on Bedrock: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html
  { input: 'prompt_token_count', output: 'generation_token_count' },
  // github.com/ollama/ollama/blob/main/docs/api.md
  { input: 'prompt_eval_count', output: 'eval_count' },
  // cloud.tencent.com/document/api/1729/101838
  { input: 'PromptTokens', output: 'CompletionTokens' },
  // coze.com/docs/developer_guides/chat_v3
  { input: 'input_count', output: 'output_count' },
];

const COHERE: Words = { input: 'input_tokens', output: 'output_tokens' };

const INPUT_DETAILS = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'];
const OUTPUT_DETAILS = ['completion_tokens_details', 'output_tokens_details', 'output_token_details'];

/**
 * The tokens that an object tells, such as the `usage` of an answer; undefined where it tells none. What is no count is passed
 * over: negative numbers, fractions, infinity, text, anything nested.
 */
export function readUsage(told: Json): TokenUsage | undefined {
  const counts = countsIn(told);
  return counts && checked(counts);
}

/** Of an answer that tells its tokens several times: its counts are running totals, so that the larger one is the later. */
export function mergedUsage(
  one: TokenUsage | undefined,
  other: TokenUsage | undefined,
): TokenUsage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const merged: { -readonly [kind in keyof Counts]: Counts[kind] } = { ...one };
  for (const kind of KINDS) {
    const count = other[kind];
    if (count !== undefined) merged[kind] = Math.max(merged[kind] ?? 0, count);
  }
  return checked(merged);
}

function countsIn(told: Json): Counts | undefined {
  const has = (word: string): boolean => countOf(told[word]) !== undefined;
  if (GEMINI.some(has)) return geminiCounts(told);
  const words = WORDS.find(({ input, output }) => has(input) || has(output));
  if (words !== undefined) return wordedCounts(told, words);
  // Cohere has what was counted, and what is charged: docs.cohere.com/reference/chat
  const inner = asObject(told['tokens']) ?? asObject(told['billed_units']);
  return inner && { ...wordedCounts(inner, COHERE), cachedInput: countOf(told['cached_tokens']) };
}

function wordedCounts(told: Json, { input, output, besides }: Words): Counts {
  const inputDetails = detailsIn(told, INPUT_DETAILS);
  const outputDetails = detailsIn(told, OUTPUT_DETAILS);
  const read = besides && countOf(told[besides.read]);
  const write = besides && countOf(told[besides.write]);
  const inputCount = countOf(told[input]);
  const outputCount = countOf(told[output]);
  // Anthropic's word, where the others have one.
  const reasoning = countOf(outputDetails['reasoning_tokens'] ?? outputDetails['thinking_tokens']);
  return {
    input: inputCount === undefined ? undefined : sum(inputCount, read, write),
    // api-docs.deepseek.com/guides/kv_cache; platform.moonshot.ai/docs/api/chat has `cached_tokens` beside the others.
    cachedInput:
      read ??
      countOf(inputDetails['cached_tokens'] ?? told['prompt_cache_hit_tokens'] ?? told['cached_tokens']),
    cacheWrite: write ?? countOf(inputDetails['cache_write_tokens']),
    audioInput: countOf(inputDetails['audio_tokens']),
    imageInput: countOf(inputDetails['image_tokens']),
    output: isBeside(told, inputCount, outputCount, reasoning) ? sum(outputCount, reasoning) : outputCount,
    reasoning,
    audioOutput: countOf(outputDetails['audio_tokens']),
    imageOutput: countOf(outputDetails['image_tokens']),
  };
}

/** Whether reasoning is no part of the output: docs.x.ai/docs/guides/reasoning, where the whole is the sum of three. */
function isBeside(told: Json, input = 0, output = 0, reasoning = 0): boolean {
  return reasoning > 0 && told['total_tokens'] === input + output + reasoning;
}

function detailsIn(told: Json, names: readonly string[]): Json {
  const name = names.find((each) => asObject(told[each]) !== undefined);
  return (name === undefined ? undefined : asObject(told[name])) ?? {};
}

const GEMINI = ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount'];

/**
 * Within the prompt's is what was cached; beside it is what its tools read, and beside the candidates' are the thoughts:
 * ai.google.dev/api/generate-content#UsageMetadata
 */
function geminiCounts(told: Json): Counts {
  const prompt = countOf(told['promptTokenCount']);
  const thoughts = countOf(told['thoughtsTokenCount']);
  const { promptTokensDetails: read, candidatesTokensDetails: written } = told;
  return {
    input: prompt === undefined ? undefined : sum(prompt, countOf(told['toolUsePromptTokenCount'])),
    cachedInput: countOf(told['cachedContentTokenCount']),
    audioInput: countOfModality(read, 'AUDIO'),
    imageInput: countOfModality(read, 'IMAGE'),
    output: sum(countOf(told['candidatesTokenCount']), thoughts),
    reasoning: thoughts,
    audioOutput: countOfModality(written, 'AUDIO'),
    imageOutput: countOfModality(written, 'IMAGE'),
  };
}

function countOfModality(details: unknown, modality: string): number | undefined {
  return countOf(objectsOf(details).find((detail) => detail['modality'] === modality)?.['tokenCount']);
}

function countOf(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  return isCount ? Math.min(value, Number.MAX_SAFE_INTEGER) : undefined;
}

/** Of the counts that are known; undefined where none is. */
function sum(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0) return undefined;
  return Math.min(
    known.reduce((total, count) => total + count, 0),
    Number.MAX_SAFE_INTEGER,
  );
}

const INPUT_PARTS = ['cachedInput', 'cacheWrite', 'audioInput', 'imageInput'] as const;
const OUTPUT_PARTS = ['reasoning', 'audioOutput', 'imageOutput'] as const;
const KINDS = ['input', 'output', ...INPUT_PARTS, ...OUTPUT_PARTS] as const;

/** Without the parts that are none, or more than their whole. */
function checked(counts: Counts): TokenUsage | undefined {
  const { input, output } = counts;
  const usage: TokenUsage = {
    ...(input !== undefined && { input, ...partsOf(counts, INPUT_PARTS, input) }),
    ...(output !== undefined && { output, ...partsOf(counts, OUTPUT_PARTS, output) }),
  };
  return input === undefined && output === undefined ? undefined : usage;
}

function partsOf(counts: Counts, kinds: readonly (keyof TokenUsage)[], whole: number): TokenUsage {
  return Object.fromEntries(
    kinds.map((kind) => [kind, counts[kind] ?? 0] as const).filter(([, part]) => part > 0 && part <= whole),
  );
}
