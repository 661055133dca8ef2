import { setImmediate } from 'node:timers/promises';
import { asObject } from '../base/json.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { ResponseContext, ClientCodec, ClientStreamEncoder, StreamPart } from './codec.ts';
import type { PackageCall } from './package-call.ts';
import { PushToPull } from './push-to-pull.ts';
import { TranslationError } from './response-translator.ts';
import type { ResponseTranslator, StreamTranslator } from './response-translator.ts';

/** What a retelling through a provider package is made of. */
export interface SdkTranslatorParts {
  /** Whether a stream was asked for. */
  readonly streams: boolean;
  /** Asks the package for what it would read the answer for. */
  readonly startCall: () => PackageCall;
  readonly clientCodec: ClientCodec;
  readonly context: ResponseContext;
  /** Fields of the request that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** Retells through a provider package: it reads the provider's answer, the near side writes the client's. */
export class SdkResponseTranslator implements ResponseTranslator {
  readonly contentType: string;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly #begin: () => PackageCall;
  readonly #near: ClientCodec;
  readonly #context: ResponseContext;
  readonly #gone: AbortSignal;
  readonly #writer: ClientStreamEncoder | undefined;

  constructor({ streams, startCall, clientCodec, context, dropped, signal }: SdkTranslatorParts) {
    this.#begin = startCall;
    this.#near = clientCodec;
    this.#context = context;
    this.streams = streams;
    this.dropped = dropped;
    this.#gone = signal;
    this.#writer = streams ? clientCodec.encodeStream(context) : undefined;
    this.contentType = this.#writer?.contentType ?? 'application/json';
  }

  async translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (this.streams) throw new TranslationError('a whole answer where a stream was asked for');
    const { intercepted, pending } = this.#begin();
    if (pending.kind !== 'whole') throw new TypeError('a package was asked for a stream');
    intercepted.respond(new Response(new Uint8Array(body), { status, headers: headersOf(headers) }));
    try {
      const result = await pending.result;
      return Buffer.from(JSON.stringify(this.#near.encodeResponse(result, this.#context)));
    } catch (error) {
      throw new TranslationError('the answer could not be translated', { cause: error });
    }
  }

  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator {
    if (this.#writer === undefined) throw new TranslationError('a stream where a whole answer was asked for');
    const { intercepted, pending } = this.#begin();
    if (pending.kind !== 'stream') throw new TypeError('a package was asked for a whole answer');
    const source = new PushToPull();
    const writer = new BackpressuredWriter(out);
    intercepted.respond(new Response(source.readable, { status: 200, headers: headersOf(headers) }));
    const done = this.#untilGone(pipeParts(pending.result, this.#writer, writer), () => {
      writer.release();
      source.fail();
    });
    return {
      write: (chunk) => source.write(chunk),
      onDrain: (resume) => source.onDrain(resume),
      end: () => {
        source.close();
        return done;
      },
      abort: async () => {
        writer.release();
        await source.drained();
        // The package passes on what it has read without waiting for anything else.
        await setImmediate();
        source.fail();
        await done;
      },
    };
  }

  /** A client that has gone takes nothing any more, nor says so. */
  async #untilGone(done: Promise<boolean>, release: () => void): Promise<boolean> {
    if (this.#gone.aborted) release();
    this.#gone.addEventListener('abort', release, { once: true });
    try {
      return await done;
    } finally {
      this.#gone.removeEventListener('abort', release);
    }
  }

  /** No package waits before there is an answer. */
  drop(): void {}
}

/** @returns whether the package saw no error, and a proper finish, and the end was written */
async function pipeParts(
  result: Promise<{ readonly stream: ReadableStream<StreamPart> }>,
  writer: ClientStreamEncoder,
  out: BackpressuredWriter,
): Promise<boolean> {
  try {
    const { stream } = await result;
    let isFinished = false;
    // Leaving the loop cancels the package's stream.
    for await (const part of stream) {
      if (part.type === 'raw' || part.type === 'stream-start') continue;
      if (part.type === 'error') {
        if (isUnknownAnthropicEvent(part.error)) continue;
        return false;
      }
      if (part.type === 'finish') {
        // Without the provider's own reason the package has made one up for an answer that broke off.
        if (part.finishReason.raw === undefined) return false;
        isFinished = true;
      }
      await out.write(writer.encode(part));
    }
    if (isFinished) await out.write(writer.end());
    return isFinished;
  } catch {
    // It broke off, or is not what its dialect says it should be: the client is told so.
    return false;
  }
}

/** Anthropic announces that kinds of events may be added, which its clients are to pass over. */
const ANTHROPIC_EVENTS: ReadonlySet<unknown> = new Set([
  'message_start',
  'message_delta',
  'message_stop',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'error',
]);

function isUnknownAnthropicEvent(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'AI_TypeValidationError') return false;
  const event = asObject('value' in error ? error.value : undefined);
  return typeof event?.['type'] === 'string' && !ANTHROPIC_EVENTS.has(event['type']);
}

/** Where the client's bytes go: as fast as it takes them, until it is let go. */
class BackpressuredWriter {
  readonly #out: Sink;
  readonly #letGo = Promise.withResolvers<void>();
  #isLetGo = false;

  constructor(out: Sink) {
    this.#out = out;
  }

  async write(text: string): Promise<void> {
    if (text === '' || this.#out.write(Buffer.from(text)) || this.#isLetGo) return;
    const drained = new Promise<void>((resolve) => this.#out.onDrain(resolve));
    await Promise.race([drained, this.#letGo.promise]);
  }

  /** The client is not waited for any more. */
  release(): void {
    this.#isLetGo = true;
    this.#letGo.resolve();
  }
}

/** The provider's headers, but for those that speak of its connection. */
function headersOf(headers: ResponseHeaders): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === 'content-length' || name === 'content-encoding') continue;
    for (const each of Array.isArray(value) ? value : [value]) made.append(name, each);
  }
  return made;
}
