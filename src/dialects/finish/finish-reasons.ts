/*
 * Why models stop: the words of all vendors, what each means, and the words that clients' dialects have for that. No vendor's word
 * means something else at another vendor, so that one table does for all.
 */

/**
 * What a reason means:
 * - `end`: the model had said all
 * - `stop-sequence`: it met one of the client's stop sequences
 * - `tool-calls`: it waits for the results of tools
 * - `pause`: its vendor's servers paused in the middle of a turn, which a further request continues
 * - `length`: the limit of output
 * - `window`: conversation and output fill the model's context window
 * - `filter`: a filter, or the model itself, withheld the rest
 * - `malformed`: what the model wrote could not be read, most often a call of a tool
 * - `failed`: its vendor failed: the answer is no answer
 * - `other`: what the vendor does not say, or no word of these
 */
export type FinishMeaning = (typeof FINISH_MEANINGS)[number];

export const FINISH_MEANINGS = [
  'end',
  'stop-sequence',
  'tool-calls',
  'pause',
  'length',
  'window',
  'filter',
  'malformed',
  'failed',
  'other',
] as const;

/** The words of one vendor. */
interface FinishRow {
  readonly vendor: string;
  readonly words: Readonly<Partial<Record<FinishMeaning, readonly string[]>>>;
  /** The page of the vendor's documentation, and the day by which the words were known: year, month, day. */
  readonly source: string;
  readonly date: string;
}

export const finishRows: readonly FinishRow[] = [
  {
    vendor: 'OpenAI',
    words: {
      end: ['stop'],
      'tool-calls': ['tool_calls', 'function_call'],
      length: ['length'],
      filter: ['content_filter'],
    },
    source: 'platform.openai.com/docs/api-reference/chat/object',
    date: '2026-11-30',
  },
  {
    vendor: 'Anthropic',
    words: {
      end: ['end_turn'],
      'stop-sequence': ['stop_sequence'],
      'tool-calls': ['tool_use'],
      pause: ['pause_turn', 'compaction'],
      length: ['max_tokens'],
      window: ['model_context_window_exceeded'],
      filter: ['refusal'],
    },
    source: 'platform.claude.com/docs/en/build-with-claude/handling-stop-reasons',
    date: '2026-11-30',
  },
  {
    vendor: 'Gemini',
    words: {
      end: ['STOP'],
      length: ['MAX_TOKENS', 'CONTINUATION'],
      filter: [
        'BLOCKLIST',
        'IMAGE_PROHIBITED_CONTENT',
        'IMAGE_RECITATION',
        'IMAGE_SAFETY',
        'JAILBREAK',
        'LANGUAGE',
        'MODEL_ARMOR',
        'PROHIBITED_CONTENT',
        'RECITATION',
        'SAFETY',
        'SPII',
      ],
      malformed: [
        'MALFORMED_FUNCTION_CALL',
        'MALFORMED_RESPONSE',
        'MISSING_THOUGHT_SIGNATURE',
        'TOO_MANY_TOOL_CALLS',
        'UNEXPECTED_TOOL_CALL',
      ],
      other: ['FINISH_REASON_UNSPECIFIED', 'IMAGE_OTHER', 'NO_IMAGE', 'OTHER'],
    },
    source: 'ai.google.dev/api/generate-content#FinishReason',
    date: '2026-11-30',
  },
  {
    vendor: 'Amazon Bedrock',
    words: {
      end: ['end_turn'],
      'stop-sequence': ['stop_sequence'],
      'tool-calls': ['tool_use'],
      length: ['max_tokens'],
      window: ['model_context_window_exceeded'],
      filter: ['content_filtered', 'guardrail_intervened'],
      malformed: ['malformed_model_output', 'malformed_tool_use'],
    },
    source: 'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
    date: '2026-11-30',
  },
  {
    vendor: 'Mistral',
    words: {
      end: ['stop'],
      'tool-calls': ['tool_calls'],
      length: ['length'],
      window: ['model_length'],
      failed: ['error'],
    },
    source: 'docs.mistral.ai/api/endpoint/chat',
    date: '2026-11-30',
  },
  {
    vendor: 'DeepSeek',
    words: {
      end: ['stop'],
      'tool-calls': ['tool_calls'],
      length: ['length'],
      filter: ['content_filter'],
      failed: ['insufficient_system_resource'],
    },
    source: 'api-docs.deepseek.com/api/create-chat-completion',
    date: '2026-11-30',
  },
  {
    vendor: 'Z.AI',
    words: {
      end: ['stop'],
      'tool-calls': ['tool_calls'],
      length: ['length'],
      window: ['model_context_window_exceeded'],
      filter: ['sensitive'],
      failed: ['network_error'],
    },
    source: 'docs.z.ai/api-reference/llm/chat-completion',
    date: '2026-11-30',
  },
  {
    vendor: 'OpenRouter',
    words: {
      end: ['stop'],
      'tool-calls': ['tool_calls'],
      length: ['length'],
      filter: ['content_filter'],
      failed: ['error'],
    },
    source: 'openrouter.ai/docs/api-reference/overview',
    date: '2026-11-30',
  },
];

const MEANINGS: ReadonlyMap<string, FinishMeaning> = new Map(
  finishRows.flatMap(({ words }) =>
    FINISH_MEANINGS.flatMap((meaning) => (words[meaning] ?? []).map((word) => [word, meaning] as const)),
  ),
);

/** What a vendor's word means; undefined for one that is in no row. */
export function finishMeaning(word: string): FinishMeaning | undefined {
  return MEANINGS.get(word);
}

/** Words that say that the vendor failed: an answer with one is none. */
export const FAILED_REASONS: readonly string[] = [
  ...new Set(finishRows.flatMap(({ words }) => words.failed ?? [])),
];

/** The words of the dialects that answers are translated to. */
interface FinishWords {
  /** Of chats and text completions. */
  readonly chat: string;
  readonly anthropic: string;
  /** The status of a response, and what cut an incomplete one short. */
  readonly responses: 'completed' | 'failed' | 'max_output_tokens' | 'content_filter';
  readonly gemini: string;
}

/** Where a dialect has no word, the one that has its clients do the right thing. */
export const finishWords: Readonly<Record<FinishMeaning, FinishWords>> = {
  end: { chat: 'stop', anthropic: 'end_turn', responses: 'completed', gemini: 'STOP' },
  'stop-sequence': { chat: 'stop', anthropic: 'stop_sequence', responses: 'completed', gemini: 'STOP' },
  'tool-calls': { chat: 'tool_calls', anthropic: 'tool_use', responses: 'completed', gemini: 'STOP' },
  pause: { chat: 'stop', anthropic: 'pause_turn', responses: 'completed', gemini: 'OTHER' },
  length: { chat: 'length', anthropic: 'max_tokens', responses: 'max_output_tokens', gemini: 'MAX_TOKENS' },
  window: {
    chat: 'length',
    anthropic: 'model_context_window_exceeded',
    responses: 'max_output_tokens',
    gemini: 'MAX_TOKENS',
  },
  filter: { chat: 'content_filter', anthropic: 'refusal', responses: 'content_filter', gemini: 'SAFETY' },
  malformed: {
    chat: 'stop',
    anthropic: 'end_turn',
    responses: 'failed',
    gemini: 'MALFORMED_FUNCTION_CALL',
  },
  failed: { chat: 'stop', anthropic: 'end_turn', responses: 'failed', gemini: 'OTHER' },
  other: { chat: 'stop', anthropic: 'end_turn', responses: 'completed', gemini: 'OTHER' },
};
