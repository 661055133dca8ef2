import { splice } from './json-edit.ts';

/** Where a model's name stands in a body, so that it can be replaced without touching anything else. */
export interface ModelSpan {
  readonly start: number;
  readonly end: number;
  /** `json`: a string with its quotes. `plain`: the bare value of a form's field. */
  readonly notation: 'json' | 'plain';
}

/**
 * What in a body ties a call to a conversation or to what earlier calls made, and whether its answer is to be thought
 * about. Texts are at most 512 bytes as written.
 */
export interface BodyHints {
  readonly previousResponseId: string | undefined;
  /** Of a conversation that the provider keeps: itself, or the `id` of an object. */
  readonly conversation: string | undefined;
  readonly promptCacheKey: string | undefined;
  readonly user: string | undefined;
  /**
   * Ids of other things at the provider that the body names: files (`file_id` and `file_ids` wherever they stand,
   * and those of batches and fine-tuning jobs), and a video's. One more than `MAX_REFS` where there are more.
   */
  readonly refs: readonly string[];
  /** Those of them that the body itself names under a key which means nothing else: all but files by `file_id`. */
  readonly plainRefs: readonly string[];
  /** Ids of containers, in the same number: they come into being and end by themselves, and lead to no key. */
  readonly containers: readonly string[];
  /** Texts of `conversation_id` and `chat_id`, which mean something to vendors with an API of their own. */
  readonly vendorRefs: readonly string[];
  /**
   * Where the last things stand that only their maker can read, at most 8, the last of them last: offsets for
   * `sealedAt`. What is no such thing after all may be among them.
   */
  readonly sealedAt: readonly number[];
  /**
   * Whether the model is asked to think before it answers, in the words of OpenAI, Anthropic, Qwen or OpenRouter. One
   * that thinks unasked does not show.
   */
  readonly asksForReasoning: boolean;
  /** Whether the provider is to go on without the client: it keeps the answer then. */
  readonly background: boolean;
  /** Where the value of `messages` or `input` begins; -1 where there is none. */
  readonly messagesAt: number;
  /** Where the value of `instructions` or `system` begins; -1 where there is none. */
  readonly instructionsAt: number;
  /** Where the value of `stream_options` begins; -1 where there is none. */
  readonly streamOptionsAt: number;
}

/** What a body says of itself. A value that is no text, or too long to be meant, counts as absent. */
export interface BodyFacts extends BodyHints {
  readonly kind: 'facts';
  /** At most 1 KiB as written. */
  readonly model: string | undefined;
  readonly modelSpan: ModelSpan | undefined;
  readonly stream: boolean;
  readonly store: boolean | undefined;
  /** Whether it has an `input` and no `messages`: what asks for a response. */
  readonly asksForResponse: boolean;
  /** False where a partial body ended before its end was seen: what is to come may still say otherwise. */
  readonly whole: boolean;
}

/** Why a body cannot be read. */
export interface BodyFault {
  readonly kind: 'fault';
  readonly code: 'invalid_json' | 'not_an_object' | 'truncated' | 'invalid_form';
  /** Byte offset. */
  readonly at: number;
  /** For the client; quotes nothing of the body. */
  readonly message: string;
}

/** How a body is to be read. */
export interface ScanOptions {
  /** The bytes may be only the beginning of a body: that they end early is no fault. */
  readonly partial?: boolean;
}

/** Facts while they are being gathered. */
export type FactsDraft = { -readonly [Name in keyof BodyFacts]: BodyFacts[Name] };

/** Things that a body can name by their ids, where that matters: those of a large batch. */
export const MAX_REFS = 10_000;

const NO_REFS: readonly string[] = Object.freeze([]);
const NO_MARKS: readonly number[] = Object.freeze([]);

/** The facts of a body in which nothing has been found yet. */
export function noFacts(): FactsDraft {
  return {
    kind: 'facts',
    model: undefined,
    modelSpan: undefined,
    stream: false,
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
    sealedAt: NO_MARKS,
    asksForReasoning: false,
    messagesAt: -1,
    instructionsAt: -1,
    streamOptionsAt: -1,
    asksForResponse: false,
    whole: false,
  };
}

/** A copy of the body with one model in the place of another; every other byte stays as it is. */
export function spliceModel(body: Buffer, { start, end, notation }: ModelSpan, model: string): Buffer {
  return splice(body, start, end, notation === 'json' ? JSON.stringify(model) : model);
}
