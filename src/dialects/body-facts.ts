import type { Span } from './call.ts';

/** What a body says of itself. A value that is no text, or too long to be meant, counts as absent. */
export interface BodyFacts {
  readonly kind: 'facts';
  /** At most 1 KiB as written. */
  readonly model: string | undefined;
  /** Where the model's value stands: in JSON the string with its quotes, in a form the bare value. */
  readonly modelSpan: Span | undefined;
  readonly stream: boolean;
  readonly store: boolean | undefined;
  /** Hints that tie a call to a session or to earlier calls; each at most 512 bytes as written. */
  readonly previousResponseId: string | undefined;
  readonly conversation: string | undefined;
  readonly promptCacheKey: string | undefined;
  readonly user: string | undefined;
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

/** The facts of a body in which nothing has been found yet. */
export function noFacts(): FactsDraft {
  return {
    kind: 'facts',
    model: undefined,
    modelSpan: undefined,
    stream: false,
    store: undefined,
    previousResponseId: undefined,
    conversation: undefined,
    promptCacheKey: undefined,
    user: undefined,
    whole: false,
  };
}

/** A copy of the body with `text` in the place of the span. */
export function splice(body: Buffer, span: Span, text: string): Buffer {
  return Buffer.concat([body.subarray(0, span.start), Buffer.from(text), body.subarray(span.end)]);
}
