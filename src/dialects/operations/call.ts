import type { Readable } from 'node:stream';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { Secret } from '../../base/secret.ts';
import type { BodyHints, ModelSpan } from '../scan/body-facts.ts';
import type { Target } from './find-target.ts';

/** A client's request as it was received. It never changes: the request of each attempt is built from it. */
export interface Call {
  readonly id: string;
  readonly target: Target;
  /** Name, value, name, value, as received. */
  readonly headers: readonly string[];
  readonly body: CallBody;
  /** The model's name as the client wrote it. */
  readonly model: string | undefined;
  readonly modelSpan: ModelSpan | undefined;
  readonly hints: BodyHints;
  /** Whether the client asked for a stream. */
  readonly stream: boolean;
  /** Whether it creates something that lasts at the provider, so that it must not be done twice. */
  readonly creates: boolean;
  /** Its path goes to the provider as the client wrote it. */
  readonly isOriginal?: true;
  /** It was translated: its answer has to have the form that was asked for, a stream or JSON. */
  readonly isTranslated?: true;
  /** The client's own credential: sent to the provider only where that is configured without keys. */
  readonly credential: Secret | undefined;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Counts the memory that it takes; absent for the gateway's own calls. */
  readonly memory?: MemoryMeter;
}

/**
 * A `buffered` body is in memory and can be sent any number of times. A `streamed` one was too large, and can be sent once: its
 * beginning, and then the rest as it arrives.
 */
export type CallBody =
  | { readonly kind: 'buffered'; readonly bytes: Buffer }
  | {
      readonly kind: 'streamed';
      readonly head: Buffer;
      readonly rest: Readable;
      /** Of the whole body, where the client announced it. Bytes. */
      readonly length: number | undefined;
    };
