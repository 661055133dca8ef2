import type { Json } from '../base/json.ts';
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { Operation } from '../dialects/operations/operation.ts';
import type { Target } from '../dialects/operations/find-target.ts';

/*
 * What stands between two dialects: the language model specification of the Vercel AI SDK. A near side reads a
 * client's dialect into it and writes answers back; a far side is one of the SDK's provider packages.
 */

export type CallOptions = LanguageModelV4CallOptions;
export type GenerateResult = LanguageModelV4GenerateResult;
export type StreamPart = LanguageModelV4StreamPart;

/** A client's request, read. */
export interface NormalizedRequest {
  /** In the SDK's words. What only one family knows stands in `providerOptions` under that package's name. */
  readonly options: CallOptions;
  /** What the SDK has no common word for, and more than one family has. */
  readonly extraOptions: ExtraOptions;
  /** Fields that were left out because nothing behind the gateway could mean the same, by their names. */
  readonly dropped: readonly string[];
}

/** Absent fields are the provider's to decide. */
export interface ExtraOptions {
  /** How much thinking: in tokens, where the client named a number. */
  readonly thinkingTokens?: number;
  /** Whether the client wants to see the thinking. */
  readonly showThinking?: boolean;
  readonly parallelTools?: boolean;
  /** Names the client's own user, for the provider's abuse detection. */
  readonly user?: string;
}

/** Of the request, what its answer needs. */
export interface ResponseContext {
  /** Of the request: what ids of ours are made from. */
  readonly id: string;
  /** As the client wrote it. */
  readonly model: string;
  /** When the request came. Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** The request's body: some dialects say parts of it back. */
  readonly body: Json;
  /** Of the request, from the `?` on, or empty. */
  readonly query: string;
}

/** One client dialect: how its requests are read and its answers written. */
export interface ClientCodec {
  /** Reads a request. Throws `NotExpressible` where it holds what cannot be said in the SDK's words. */
  decodeRequest(body: Json): NormalizedRequest;
  /** Writes an answer that is all there. */
  encodeResponse(result: GenerateResult, context: ResponseContext): object;
  /** Begins to write a stream. */
  encodeStream(context: ResponseContext): ClientStreamEncoder;
}

/** A stream being written in a client's dialect. */
export interface ClientStreamEncoder {
  readonly contentType: string;
  /**
   * What a part becomes: whole frames, or nothing. Never sees `error`, `raw` and `stream-start`. The end marker
   * belongs to `end`, which is called only where the provider's answer was whole.
   */
  encode(encode: StreamPart): string;
  end(): string;
}

/** What providers of one dialect differ in. */
export interface ProviderQuirks {
  /** OpenAI's models that reason take no `max_tokens`; most who speak as it does know nothing else. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /**
   * Whether the model's earlier reasoning goes back to it, as `reasoning_content`. Some want it while tools are
   * called; others refuse the field.
   */
  readonly resendsReasoning: boolean;
  /** Anthropic takes the tokens of Claude Code for requests that have instructions, as Claude Code's have. */
  readonly wantsClaudeCodePrompt?: boolean;
  /** Tokens for thinking where the request says nothing of it; -1 lets the model decide. For Gemini. */
  readonly defaultThinkingTokens?: number;
  /** It refuses to be asked for the usage of a stream, and tells it unasked. */
  readonly refusesStreamUsage?: boolean;
}

/** What suits most. */
export const NO_QUIRKS: ProviderQuirks = { maxTokensField: 'max_tokens', resendsReasoning: false };

/** Options that a family of providers may have no word for. */
export type UnsupportedOption = Extract<
  keyof CallOptions,
  'frequencyPenalty' | 'presencePenalty' | 'seed' | 'topK'
>;

/** One family of providers: how the SDK's words are put into what it speaks. */
export interface ProviderCodec {
  /** Loads the package, once, and gives a model whose requests go to `fetch`. */
  loadModel(id: string, fetch: typeof globalThis.fetch, quirks: ProviderQuirks): Promise<LanguageModel>;
  /** Fits a request to the family. Throws `NotExpressible`. */
  toCallOptions(request: NormalizedRequest, loadModel: string, quirks: ProviderQuirks): CallOptions;
  /** Options that it has no word for: they are left out. */
  readonly unsupported: readonly UnsupportedOption[];
  /** Puts into the body that the package has made what it has no words for. */
  readonly patchBody?: (body: string, options: CallOptions) => string;
  /** Where the family is asked for an answer. */
  target(loadModel: string, stream: boolean): Target;
}

/** The two calls of the SDK's language models that are made here. */
export interface LanguageModel {
  doGenerate(options: CallOptions): PromiseLike<GenerateResult>;
  doStream(options: CallOptions): PromiseLike<{ readonly stream: ReadableStream<StreamPart> }>;
}

/** A request holds what another dialect has no words for. The message says what, for the client. */
export class NotExpressible extends Error {
  override readonly name = 'NotExpressible';
}

/** A target that an operation's pattern makes. */
export function targetOf(operation: Operation, model: string, query = ''): Target {
  const inPath = operation.modelIn === 'path';
  const name = model.split('/').map(encodeURIComponent).join('/');
  return {
    operation,
    path: operation.pattern.replace('{model}', () => name),
    query,
    ...(inPath && { pathModel: model }),
  };
}
