import type { Dialect } from '../../dialects/operations/operation.ts';

/** What a client may ask for, beside the conversation and its tools. */
export type AskedOption =
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'stopSequences'
  | 'reasoning'
  | 'user'
  | 'cacheRetention'
  | 'parallelTools'
  | 'toolChoice'
  | 'responseFormat';

type Fields = Readonly<Partial<Record<AskedOption, readonly string[]>>>;

const CHAT: Fields = {
  maxOutputTokens: ['max_tokens', 'max_completion_tokens'],
  topP: ['top_p'],
  topK: ['top_k'],
  presencePenalty: ['presence_penalty'],
  frequencyPenalty: ['frequency_penalty'],
  stopSequences: ['stop'],
  reasoning: ['reasoning_effort', 'reasoning', 'thinking', 'reasoning_max_tokens'],
  user: ['user', 'safety_identifier'],
  cacheRetention: ['prompt_cache_retention'],
  parallelTools: ['parallel_tool_calls'],
  toolChoice: ['tool_choice', 'function_call'],
  responseFormat: ['response_format'],
};

/** The fields that each dialect of clients has for them. An option that is not here has its own name. */
export const OPTION_FIELDS: Readonly<Partial<Record<Dialect, Fields>>> = {
  openai: CHAT,
  'openai-chat': CHAT,
  'openai-responses': {
    ...CHAT,
    maxOutputTokens: ['max_output_tokens'],
    reasoning: ['reasoning'],
    responseFormat: ['text.format'],
  },
  'anthropic-messages': {
    maxOutputTokens: ['max_tokens'],
    topP: ['top_p'],
    topK: ['top_k'],
    stopSequences: ['stop_sequences'],
    reasoning: ['thinking', 'output_config.effort'],
    user: ['metadata.user_id'],
    parallelTools: ['tool_choice.disable_parallel_tool_use'],
    toolChoice: ['tool_choice'],
    responseFormat: ['output_config.format', 'output_format'],
  },
  'gemini-generate': {
    reasoning: ['thinkingConfig'],
    toolChoice: ['toolConfig'],
    responseFormat: ['responseSchema', 'responseJsonSchema'],
  },
};
