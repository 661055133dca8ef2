import { splice } from './json-edit.ts';

/** Where the model's name is in a body, so that it can be replaced without touching anything else. */
export interface ModelSpan {
  readonly start: number;
  readonly end: number;
  /** `json`: a string with its quotes. `plain`: the value of a form's field. */
  readonly notation: 'json' | 'plain';
}

/**
 * The field that names the model: `modelId` of Bedrock's tasks, `Model` at Tencent Cloud, and of Kling's tasks `model_name`
 * where there is no `model`.
 */
export type ModelField = 'model' | 'modelId' | 'Model' | 'model_name';

/** Fields of vendors' own APIs with the id of a resource: of Volcengine's contexts, Vertex AI's tasks, Tencent Cloud's jobs. */
export type IdField = 'context_id' | 'operationName' | 'JobId';

/** A text at the top level that means something to the operations of one vendor alone. */
export interface VendorField {
  readonly name: Exclude<ModelField, 'model'> | IdField;
  readonly text: string;
  readonly span: ModelSpan;
}

/**
 * What ties a body to a conversation or to resources that earlier calls created, and whether it asks for reasoning. Texts are
 * at most 512 bytes as written.
 */
export interface BodyHints {
  readonly previousResponseId: string | undefined;
  /** The id of a conversation that the provider stores. */
  readonly conversation: string | undefined;
  readonly promptCacheKey: string | undefined;
  readonly user: string | undefined;
  /**
   * Ids of other resources at the provider that the body names: files (`file_id` and `file_ids` at any depth, and those of
   * batches and fine-tuning jobs) and videos. `MAX_REFS` + 1 of them where there are more.
   */
  readonly refs: readonly string[];
  /** Those of them under a key that means nothing else: all but files by `file_id`. */
  readonly plainRefs: readonly string[];
  /** Ids of containers, with the same bound. Providers create and end them by themselves, so no key is known for them. */
  readonly containers: readonly string[];
  /** Values of `conversation_id` and `chat_id`, for vendors with an API of their own. */
  readonly vendorRefs: readonly string[];
  /** In their order, also several of one name. Of more than `MAX_VENDOR_FIELDS` the first ones and the last. */
  readonly vendorFields: readonly VendorField[];
  /**
   * Offsets for `sealedAt`, at most 8, of the last values that only the account that made them can read, the last one last.
   * Some may turn out to be none.
   */
  readonly sealedAt: readonly number[];
  /**
   * Whether it asks for reasoning, by a field of OpenAI's, Anthropic's, Qwen's or OpenRouter's. Models that reason by
   * default do not show.
   */
  readonly asksForReasoning: boolean;
  /** Whether the provider works in the background, and stores the answer. */
  readonly background: boolean;
  /** Where the value of `messages`, `input` or `contents` begins; -1 without one. */
  readonly messagesAt: number;
  /** Where the value of `instructions` or `system` begins; -1 without one. */
  readonly instructionsAt: number;
  /** Where the value of `stream_options` begins; -1 without one. */
  readonly streamOptionsAt: number;
}

/** The facts of a body. A value that is no text, or too long, counts as absent. */
export interface BodyFacts extends BodyHints {
  readonly kind: 'facts';
  /** At most 1 KiB as written. */
  readonly model: string | undefined;
  readonly modelSpan: ModelSpan | undefined;
  /** Whether it asks for a stream; undefined where it says nothing of that. */
  readonly stream: boolean | undefined;
  /** The same by Tencent Cloud's `Stream` or Dify's `response_mode` (docs.dify.ai), which mean nothing to others. */
  readonly vendorStream: boolean | undefined;
  readonly store: boolean | undefined;
  /** Whether it has an `input` and no `messages`: it is a request for the Responses API. */
  readonly asksForResponse: boolean;
  /** False where the end of a partial body was not reached: later fields may differ. */
  readonly whole: boolean;
}

/** Why a body cannot be read. */
export interface BodyFault {
  readonly kind: 'fault';
  readonly code: 'invalid_json' | 'not_an_object' | 'truncated' | 'invalid_form';
  /** Byte offset. */
  readonly at: number;
  /** For the client. Nothing of the body is quoted. */
  readonly message: string;
}

/** How a body is scanned. */
export interface ScanOptions {
  /** The bytes may be the beginning of a body only: that they end early is no fault. */
  readonly partial?: boolean;
  /** All texts that have the form of ids are among `refs`: it is not known where the body names resources. */
  readonly allIds?: boolean;
}

/** Facts while they are collected. */
export type FactsDraft = { -readonly [Name in keyof BodyFacts]: BodyFacts[Name] };

/** No request has more than two. */
export const MAX_VENDOR_FIELDS = 8;

/** Ids in a body that are read: enough for a large batch. */
export const MAX_REFS = 10_000;

const NO_REFS: readonly string[] = Object.freeze([]);
const NO_FIELDS: readonly VendorField[] = Object.freeze([]);
const NO_MARKS: readonly number[] = Object.freeze([]);

/** The facts of an empty body. */
export function noFacts(): FactsDraft {
  return {
    kind: 'facts',
    model: undefined,
    modelSpan: undefined,
    stream: undefined,
    vendorStream: undefined,
    store: undefined,
    background: false,
    previousResponseId: undefined,
    conversation: undefined,
    promptCacheKey: undefined,
    user: undefined,
    refs: NO_REFS,
    plainRefs: NO_REFS,
    containers: NO_REFS,
    vendorRefs: NO_REFS,
    vendorFields: NO_FIELDS,
    sealedAt: NO_MARKS,
    asksForReasoning: false,
    messagesAt: -1,
    instructionsAt: -1,
    streamOptionsAt: -1,
    asksForResponse: false,
    whole: false,
  };
}

/** The model that a body names in the field that its operation has for it. */
export function modelIn(
  facts: BodyFacts,
  field: ModelField,
): { readonly model: string | undefined; readonly modelSpan: ModelSpan | undefined } {
  if (field === 'model' || (field === 'model_name' && facts.model !== undefined)) return facts;
  const found = facts.vendorFields.findLast(({ name }) => name === field);
  return { model: found?.text, modelSpan: found?.span };
}

/** A copy of the body with another model; every other byte is the same. */
export function spliceModel(body: Buffer, { start, end, notation }: ModelSpan, model: string): Buffer {
  return splice(body, start, end, notation === 'json' ? JSON.stringify(model) : model);
}

/**
 * The facts of a body that was edited here.
 * @throws TypeError where it is not valid any more: sent without them, it would go to the wrong model
 */
export function factsOfEdited(scanned: BodyFacts | BodyFault): BodyFacts {
  if (scanned.kind === 'fault') throw new TypeError(`an edited body is not valid: ${scanned.message}`);
  return scanned;
}
