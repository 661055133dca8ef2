import type { ConversationCapabilities } from './conversation-capabilities.ts';

/**
 * What a model takes, at one type of provider: what its vendor's documentation says that it refuses, limits, or has
 * another word for. Plain data. An absent member is not known, and nothing is changed for it.
 *
 * Requests that are translated ask for it, and OpenAI's chats at other vendors: who else speaks a vendor's own dialect gets the
 * vendor's own answers.
 */
export interface ModelCapabilities extends ConversationCapabilities {
  /**
   * The most tokens of one answer, thinking included. A client's larger number is lowered to it; where a dialect wants a
   * number and the client named none, it is this one.
   */
  readonly maxOutputTokens?: number;
  /** The field of chat completions that bounds an answer. Absent: `max_tokens`, which most vendors know alone. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /**
   * The words it has for how hard to think, for OpenAI's `reasoning_effort`, Anthropic's `effort` and Gemini's
   * `thinkingLevel`. What a client asks for becomes the nearest of them. Empty: it has no such word.
   */
  readonly efforts?: readonly EffortWord[];
  /** How a model of Anthropic's or Google's is asked to think: not at all, by tokens, as it decides, or by a level. */
  readonly thinking?: 'none' | 'budget' | 'adaptive' | 'level';
  /** The least and the most tokens of a thinking budget, beside 0, which is `thinkingOff`. */
  readonly thinkingBudget?: { readonly min: number; readonly max: number };
  /** Whether it can be told not to think. */
  readonly thinkingOff?: boolean;
  /** Whether it thinks where nothing is said of it. */
  readonly thinksUnasked?: boolean;
  /**
   * The field of chat completions that switches thinking on and off, where that is not `reasoning_effort`: `thinking` with a
   * `type`, as DeepSeek, Kimi and GLM have it, or Qwen's `enable_thinking`, which `thinking_budget` bounds.
   */
  readonly thinkingSwitch?: 'thinking' | 'enable_thinking';
  /** Whether it calls tools while it thinks. */
  readonly toolsWhileThinking?: boolean;
  /** Whether it can be made to call a tool. */
  readonly forcedTools?: boolean;
  /** Whether `parallel_tool_calls` may be said. */
  readonly parallelTools?: boolean;
  /** When it takes `temperature` and `top_p`: always, unless it thinks, or never. */
  readonly sampling?: 'always' | 'unless-thinking' | 'never';
  /** The highest temperature; the lowest is 0 everywhere. */
  readonly maxTemperature?: number;
  /** Whether `temperature` and `top_p` may be said together. */
  readonly temperatureWithTopP?: boolean;
  /** Whether it takes `top_k`. */
  readonly topK?: boolean;
  /** How many stop sequences it takes at most. */
  readonly stopSequences?: number;
  /** Whether a stop sequence may be of white space alone. */
  readonly blankStops?: boolean;
  /** What chat completions call a seed; `none` where it has no such field. Absent: `seed`. */
  readonly seedField?: 'seed' | 'random_seed' | 'none';
  /** Whether it takes presence and frequency penalties. */
  readonly penalties?: boolean;
  /** What chat completions call the client's own user; `none` where it has no such field. Absent: `user`. */
  readonly userField?: 'user' | 'user_id' | 'safety_identifier' | 'none';
  /** All fields of chat completions that it documents, where it refuses others. */
  readonly fields?: readonly string[];
  /** Whether it can be asked for JSON without a schema. */
  readonly jsonMode?: boolean;
  /** Whether it can be asked to keep to a JSON schema. */
  readonly jsonSchema?: boolean;
  /** Whether it can be asked for JSON where tools are declared. */
  readonly jsonWithTools?: boolean;
  /** The media types of images that it reads. Empty: it reads none. */
  readonly imageTypes?: readonly string[];
  /**
   * The part of a message of chat completions that holds a document: OpenAI's `file`, or Mistral's `document_url`; `none`
   * where it reads no documents. Absent: `file`.
   */
  readonly documentPart?: 'file' | 'document_url' | 'none';
  /** Whether a message of chat completions may hold a film, as `video_url`. */
  readonly videos?: boolean;
  /** How many marks for a cache of prompts Converse takes for it. 0: it refuses them. */
  readonly cachePoints?: number;
  /** Whether such a mark may say that the cache is kept for an hour. Absent: of Claude's models it is not known. */
  readonly cachesForAnHour?: boolean;
  /** It refuses function calls of its earlier turns that have no signature. */
  readonly wantsSignedCalls?: boolean;
}

/** How hard to think, as vendors name it, from nothing to the most; `default` is as hard as the model likes. */
export type EffortWord = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'default';

/** One row of the table: what is known of some models. */
export interface ModelRow {
  /** The types of provider that it holds for. Absent: every one. */
  readonly types?: readonly string[];
  /** The names of the models, in lower case, as the provider has them: whole names, with `*` for any characters. */
  readonly models: readonly string[];
  readonly takes: ModelCapabilities;
  /** The page of the vendor's documentation that says so. */
  readonly source: string;
  /** The day by which that was known: year, month, day. The page may say otherwise since. */
  readonly date: string;
}

/** The same in a configuration: for models of one provider, above all rows of the table. */
export type CapabilityOverride = Pick<ModelRow, 'models' | 'takes'>;
