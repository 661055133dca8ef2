import { setImmediate } from 'node:timers/promises';
import { asObject } from '../base/json.ts';
import type { ClientError } from '../dialects/errors/client-error.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { ResponseContext, ClientCodec, ClientStreamEncoder, StreamPart } from './codec.ts';
import type { PackageCall } from './package-call.ts';
import { withClientName, withClientNames } from './client-tool-names.ts';
import { PushToPull } from './push-to-pull.ts';
import { reportedUsage } from './reported-usage.ts';
import { TranslationError } from './response-translator.ts';
import type { ResponseTranslator, StreamTranslator } from './response-translator.ts';

/** What the translator needs. */
export interface SdkTranslatorParts {
  /** Whether the client requested a stream. */
  readonly streams: boolean;
  /** Calls the package so that it parses the response. */
  readonly startCall: () => PackageCall;
  readonly clientCodec: ClientCodec;
  readonly context: ResponseContext;
  /** Fields of the request that were dropped, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal;
}

/** Translates with a provider package: it parses the provider's response, the client codec encodes the client's. */
export class SdkResponseTranslator implements ResponseTranslator {
  readonly contentType: string;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly estimated: readonly string[];
  readonly #startCall: () => PackageCall;
  readonly #clientCodec: ClientCodec;
  readonly #context: ResponseContext;
  readonly #signal: AbortSignal;
  readonly #encoder: ClientStreamEncoder | undefined;
  readonly writeError?: (error: ClientError) => string;

  constructor({ streams, startCall, clientCodec, context, dropped, signal }: SdkTranslatorParts) {
    this.#startCall = startCall;
    this.#clientCodec = clientCodec;
    this.#context = context;
    this.streams = streams;
    this.dropped = dropped;
    this.estimated = context.estimatedInputTokens === undefined ? [] : ['input_tokens'];
    this.#signal = signal;
    this.#encoder = streams ? clientCodec.encodeStream(context) : undefined;
    const encoder = this.#encoder;
    if (encoder?.fail !== undefined) this.writeError = encoder.fail.bind(encoder);
    this.contentType = this.#encoder?.contentType ?? 'application/json';
  }

  async translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (this.streams) throw new TranslationError('a whole answer where a stream was requested');
    const { intercepted, pending } = this.#startCall();
    if (pending.kind !== 'whole') throw new TypeError('a package was called for a stream');
    intercepted.respond(new Response(new Uint8Array(body), { status, headers: headersOf(headers) }));
    try {
      const answer = await pending.result;
      const result = { ...answer, usage: reportedUsage(answer.usage) };
      const names = this.#context.clientToolNames;
      return Buffer.from(
        JSON.stringify(this.#clientCodec.encodeResponse(withClientNames(result, names), this.#context)),
      );
    } catch (error) {
      throw new TranslationError('the answer could not be translated', { cause: error });
    }
  }

  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator {
    if (this.#encoder === undefined)
      throw new TranslationError('a stream where a whole answer was requested');
    const { intercepted, pending } = this.#startCall();
    if (pending.kind !== 'stream') throw new TypeError('a package was called for a whole answer');
    const source = new PushToPull();
    const writer = new BackpressuredWriter(out);
    intercepted.respond(new Response(source.readable, { status: 200, headers: headersOf(headers) }));
    const done = this.#untilDisconnected(
      pipeParts(pending.result, this.#encoder, writer, this.#context),
      () => {
        writer.release();
        source.fail();
      },
    );
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
        // The package emits what it has read without waiting for anything else.
        await setImmediate();
        source.fail();
        await done;
      },
    };
  }

  /** A client that has disconnected drains nothing any more: it is not waited for. */
  async #untilDisconnected(done: Promise<boolean>, release: () => void): Promise<boolean> {
    if (this.#signal.aborted) release();
    this.#signal.addEventListener('abort', release, { once: true });
    try {
      return await done;
    } finally {
      this.#signal.removeEventListener('abort', release);
    }
  }

  /** No package is called before there is a response. */
  drop(): void {}
}

/** @returns whether the package saw no error, and a proper finish, and the end was written */
async function pipeParts(
  result: Promise<{ readonly stream: ReadableStream<StreamPart> }>,
  encoder: ClientStreamEncoder,
  writer: BackpressuredWriter,
  { clientToolNames }: ResponseContext,
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
        // Without the provider's own reason the package has made one up: the response broke off.
        if (part.finishReason.raw === undefined) return false;
        isFinished = true;
      }
      const reported = part.type === 'finish' ? { ...part, usage: reportedUsage(part.usage) } : part;
      await writer.write(encoder.encode(withClientName(reported, clientToolNames)));
    }
    if (isFinished) await writer.write(encoder.end());
    return isFinished;
  } catch {
    // It broke off, or is not what its dialect says it should be.
    return false;
  }
}

/** Anthropic may add types of events, which clients are to ignore: docs.anthropic.com/en/docs/build-with-claude/streaming. */
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

/** Writes as fast as the client takes it, until it is released. */
class BackpressuredWriter {
  readonly #out: Sink;
  readonly #released = Promise.withResolvers<void>();
  #isReleased = false;

  constructor(out: Sink) {
    this.#out = out;
  }

  async write(text: string): Promise<void> {
    if (text === '' || this.#out.write(Buffer.from(text)) || this.#isReleased) return;
    const drained = new Promise<void>((resolve) => this.#out.onDrain(resolve));
    await Promise.race([drained, this.#released.promise]);
  }

  /** Stops waiting for the client. */
  release(): void {
    this.#isReleased = true;
    this.#released.resolve();
  }
}

/** The provider's headers, without those of its connection. */
function headersOf(headers: ResponseHeaders): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === 'content-length' || name === 'content-encoding') continue;
    for (const each of Array.isArray(value) ? value : [value]) made.append(name, each);
  }
  return made;
}
