import type { Duplex } from 'node:stream';
import type { ClientError, ErrorDetails } from '../../dialects/errors/client-error.ts';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Sink } from '../../upstream/exchange.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** What came of a request, in its client's dialect. Nothing of it has been sent yet. */
export type Answer =
  | ProviderAnswer
  | ProviderError
  | GatewayError
  | EstimatedCount
  /** The client went away. */
  | { readonly kind: 'gone' };

/** A good answer of a provider's: it passed the commit gate. */
export class ProviderAnswer {
  readonly kind = 'answer';
  readonly status: number;
  /** Name, value, name, value: what of the provider's travels on, and whose answer it is. Whoever sends it may add to it. */
  readonly headers: string[];
  readonly body: AnswerBody;
  readonly #attempt: Attempt;
  readonly #call: Call;
  readonly #begun: BegunBody;

  /**
   * @param call - as the client sent it
   * @param begun - where its body has been read already
   */
  constructor(
    attempt: Attempt,
    call: Call,
    { status, headers, body }: Pick<ProviderAnswer, 'status' | 'headers' | 'body'>,
    begun: BegunBody = {},
  ) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.#attempt = attempt;
    this.#call = call;
    this.#begun = begun;
  }

  get providerId(): string {
    return this.#attempt.plan.provider.id;
  }

  /** Empty where the provider has no keys. */
  get keyId(): string {
    return this.#attempt.plan.pooled?.key.id ?? '';
  }

  /** Of the key; empty where the provider has no keys. */
  get quotaDomain(): string {
    return this.#attempt.plan.pooled?.key.quotaDomain ?? '';
  }

  /**
   * Whether the ids in its `head` are the ids that the client gets: the provider speaks the client's dialect, or a translation
   * wrote them for it.
   */
  get isNative(): boolean {
    return this.#begun.isNative ?? this.#attempt.dialect === this.#call.target.operation.dialect;
  }

  /** What has come of the body: all of a whole one, else its beginning. Before it is relayed. */
  get head(): Buffer {
    return this.#begun.head ?? this.#attempt.head;
  }
}

/** How a body began that has been read. */
interface BegunBody {
  readonly head?: Buffer | undefined;
  readonly isNative?: boolean;
}

/** A provider's error that is the client's to see: as it came, or in the client's dialect. */
export interface ProviderError {
  readonly kind: 'provider-error';
  readonly status: number;
  /** As of a good answer. */
  readonly headers: string[];
  readonly body: WholeBody | StreamBody;
  /** The same for a client whose stream has begun already. */
  readonly error: ClientError;
}

/** An error of Sparekey's own. */
export interface GatewayError {
  readonly kind: 'gateway-error';
  readonly code: GatewayErrorCode;
  readonly details?: ErrorDetails;
  /** Name, value, name, value: beside those that belong to the error. */
  readonly headers?: readonly string[];
  /** Where what the client sent was met with an exception: for the operator to look at. */
  readonly thrownAt?: string;
}

/** About how many tokens a request is: Sparekey's own answer, where no provider counted them. */
export interface EstimatedCount {
  readonly kind: 'estimated-count';
  /** Name, value, name, value. One of them names the field that is an estimate. */
  readonly headers: readonly string[];
  /** In the client's dialect. */
  readonly response: object;
}

export type AnswerBody = WholeBody | StreamBody | UpgradedBody;

/** All of it is there. */
export interface WholeBody {
  readonly kind: 'whole';
  readonly bytes: Buffer;
  /** It consists of events, which may be sent within a stream that has begun already. */
  readonly isEvents: boolean;
}

/** It is still coming. One of the methods is called, once. */
export interface StreamBody {
  readonly kind: 'stream';
  /** It consists of events, so that an error can follow as one more. */
  readonly isEvents: boolean;
  /** Passes it on to the client, with backpressure. */
  relay(sink: Sink): Promise<StreamEnd>;
  /** Nobody wants it. */
  discard(): void;
}

/** The connection speaks another protocol from now on. */
export interface UpgradedBody {
  readonly kind: 'upgraded';
  /** The value of the `upgrade` header. */
  readonly protocol: string;
  /** Hands the provider's connection over until `speak` resolves. */
  join(speak: (provider: Duplex) => Promise<void>): Promise<void>;
}

/** How a stream ended that was relayed. */
export type StreamEnd =
  | { readonly kind: 'complete' }
  /** With an error of the provider's, which the client has seen as its end. */
  | { readonly kind: 'error-relayed' }
  /** The client went away. */
  | { readonly kind: 'cancelled' }
  | BrokenStream;

/** The client has no end of it. */
export interface BrokenStream {
  readonly kind: 'broken';
  /** What the client has of it ends within an event: one that was too long to be held. */
  readonly isMidEvent: boolean;
  /** Why, where it can still be sent: an error of Sparekey's own by its code, or the provider's. */
  readonly failure: GatewayErrorCode | ClientError;
  /**
   * Writes an error as the end of what the client has of the stream; undefined where its dialect has one event for that,
   * whatever came before, and where nothing can end it.
   */
  readonly writeError: ((error: ClientError) => string | Buffer) | undefined;
}
