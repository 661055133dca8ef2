import type { Json } from '../base/json.ts';
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { ModelCapabilities } from '../catalog/models/model-row.ts';
import type { CacheRetention, PromptCache } from '../catalog/prompt-cache.ts';
import type { ClientError } from '../dialects/errors/client-error.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { SentRequest } from './sent/sent-request.ts';
import type { ConversationRules } from './provider/conversation/conversation-rules.ts';

/*
 * Between two dialects stands the language model specification of the Vercel AI SDK. A client codec decodes requests of a
 * client's dialect into it and encodes responses from it; a provider codec calls one of the SDK's provider packages.
 */

export type CallOptions = LanguageModelV4CallOptions;
export type GenerateResult = LanguageModelV4GenerateResult;
export type StreamPart = LanguageModelV4StreamPart;

/** The client's names of tools, by those that the provider knows, where they are others. Plain data. */
export type ClientToolNames = Readonly<Record<string, string>>;

/** A client's request, decoded. */
export interface NormalizedRequest {
  /** As the SDK defines them. What only one family knows stands in `providerOptions` under that package's name. */
  readonly options: CallOptions;
  /** What more than one family has, and the SDK has no common option for. */
  readonly extraOptions: ExtraOptions;
  /** Fields that were dropped because no provider has anything like them, by their names. */
  readonly dropped: readonly string[];
  /** Tools that the client described as something else than plain functions; absent: none. */
  readonly clientTools?: readonly ClientTool[];
}

/** A tool for which a function stands at providers: calls of it are encoded in the form that the client knows. */
export interface ClientTool {
  /** Of the function. */
  readonly functionName: string;
  /** The client dialect's word for what it is: `function`, `custom`, `local_shell` and the like. */
  readonly kind: string;
  /** As the client named it. */
  readonly name: string;
  readonly namespace?: string;
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
  /** How long the prompt is to be kept in a cache. */
  readonly cacheRetention?: CacheRetention;
}

/** Of the request, what its response needs. */
export interface ResponseContext {
  /** Of the request: ids in the response are made from it. */
  readonly id: string;
  /** As the client wrote it. */
  readonly model: string;
  /** When the request came. Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** The request's body: some dialects echo parts of it. */
  readonly body: Json;
  /** Of the request, from the `?` on, or empty. */
  readonly query: string;
  /** The client's names of tools that the provider knows by others; absent: none. */
  readonly clientToolNames?: ClientToolNames;
  /** As the client codec decoded them of the request; absent: none. */
  readonly clientTools?: readonly ClientTool[];
  /** About how many tokens the request is, where the response begins with a number of them. */
  readonly estimatedInputTokens?: number;
}

/** One client dialect: how its requests are decoded and its responses encoded. */
export interface ClientCodec {
  /** Decodes a request. Throws `NotExpressible` where it holds what the SDK cannot express. */
  decodeRequest(body: Json): NormalizedRequest;
  /** Encodes a whole response. */
  encodeResponse(result: GenerateResult, context: ResponseContext): object;
  /** Starts to encode a stream. */
  encodeStream(context: ResponseContext): ClientStreamEncoder;
}

/** Encodes one stream in a client's dialect. */
export interface ClientStreamEncoder {
  readonly contentType: string;
  /**
   * What a part becomes: whole frames, or nothing. It is never given `error`, `raw` or `stream-start`. The end marker
   * belongs to `end`, which is called only where the provider's response was whole.
   */
  encode(part: StreamPart): string;
  end(): string;
  /** What an error becomes that ends the stream instead; absent: the dialect's event for one, which needs no state. */
  fail?(error: ClientError): string;
}

/** Where providers of one dialect differ. */
export interface ProviderQuirks {
  /**
   * Whether the model's reasoning of earlier turns is sent, as `reasoning_content`. Some want it while tools are called;
   * others refuse the field.
   */
  readonly resendsReasoning: boolean;
  /** Anthropic accepts Claude Code's tokens only for requests that have instructions, as Claude Code's have. */
  readonly wantsClaudeCodePrompt?: boolean;
  /** Tokens for thinking where the request names none; -1 lets the model decide. For Gemini. */
  readonly defaultThinkingTokens?: number;
  /** What the model takes. */
  readonly capabilities: ModelCapabilities;
  /** What is cached of prompts, where a request has marks for it. For Bedrock. */
  readonly promptCache?: PromptCache;
  /** It refuses `stream_options.include_usage`, and sends a stream's usage without it. */
  readonly refusesStreamUsage?: boolean;
  /** Its models that answer with images can be told in which format. */
  readonly namesImageFormat?: boolean;
  /** Tokens are counted of the fields of a request themselves, as on Vertex AI, not of a request within the request. */
  readonly countsBareContents?: boolean;
}

/** What suits most providers. */
export const NO_QUIRKS: ProviderQuirks = {
  resendsReasoning: false,
  capabilities: {},
};

/** One family of providers: how a normalized request becomes one of its dialect. */
export interface ProviderCodec {
  /** Loads the package, once, and gives a model whose requests go to `fetch`. */
  loadModel(id: string, fetch: typeof globalThis.fetch, quirks: ProviderQuirks): Promise<LanguageModel>;
  /** The options that make the package write what the request means. Throws `NotExpressible`. */
  toCallOptions(request: NormalizedRequest, model: string, quirks: ProviderQuirks): CallOptions;
  /** What a body that leaves, without its conversation, says of what clients may ask for. */
  readonly sent: (body: Json) => SentRequest;
  /** What the family takes of a conversation. */
  readonly conversation: ConversationRules;
  /** Adds to the package's body what the package cannot write. */
  readonly patchBody?: (body: string, options: CallOptions) => string;
  /** Where the request goes. */
  target(model: string, stream: boolean): Target;
}

/** What is called of the SDK's language models. */
export interface LanguageModel {
  doGenerate(options: CallOptions): PromiseLike<GenerateResult>;
  doStream(options: CallOptions): PromiseLike<{ readonly stream: ReadableStream<StreamPart> }>;
}

/** A request holds what another dialect cannot express. The message says what, for the client. */
export class NotExpressible extends Error {
  override readonly name = 'NotExpressible';
}
