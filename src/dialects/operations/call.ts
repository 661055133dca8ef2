import type { Readable } from 'node:stream';
import type { Secret } from '../../base/secret.ts';
import type { BodyHints, ModelSpan } from '../scan/body-facts.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { Target } from './find-target.ts';

/** A client's request as it came in: every attempt is built anew from it, and nothing ever changes it. */
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
  /** Whether it makes something that stays at the provider, so that doing it twice would be wrong. */
  readonly creates: boolean;
  /** It was put into another dialect: whoever reads its answer takes the form that was asked for, and no other. */
  readonly isTranslated?: true;
  /** What the client called with: travels upstream only where a provider is configured without keys. */
  readonly credential: Secret | undefined;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Counts what is held for it; absent for calls of our own. */
  readonly memory?: MemoryMeter;
}

/**
 * `kept` can be sent any number of times. A `passing` one was too large to keep and can be sent once: its
 * beginning, and then the rest as it comes.
 */
export type CallBody =
  | { readonly kind: 'kept'; readonly bytes: Buffer }
  | {
      readonly kind: 'passing';
      readonly head: Buffer;
      readonly rest: Readable;
      /** Of the whole body, where it was announced. Bytes. */
      readonly length: number | undefined;
    };
