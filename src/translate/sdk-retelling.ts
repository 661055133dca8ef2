import { setImmediate } from 'node:timers/promises';
import { asObject } from '../dialects/frame-judge.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { AnswerContext, NearSide, NearStream, StreamPart } from './asked.ts';
import type { Begun } from './begin.ts';
import { Passage } from './passage.ts';
import { RetellingError } from './retelling.ts';
import type { Retelling, StreamRetelling } from './retelling.ts';

/** What a retelling through a provider package is made of. */
export interface SdkRetellingParts {
  /** Whether a stream was asked for. */
  readonly streams: boolean;
  /** Asks the package for what it would read the answer for. */
  readonly begin: () => Begun;
  readonly near: NearSide;
  readonly context: AnswerContext;
  /** Fields of the request that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

/** Retells through a provider package: it reads the provider's answer, the near side writes the client's. */
export class SdkRetelling implements Retelling {
  readonly contentType: string;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly #begin: () => Begun;
  readonly #near: NearSide;
  readonly #context: AnswerContext;
  readonly #gone: AbortSignal;
  readonly #writer: NearStream | undefined;

  constructor({ streams, begin, near, context, dropped, gone }: SdkRetellingParts) {
    this.#begin = begin;
    this.#near = near;
    this.#context = context;
    this.streams = streams;
    this.dropped = dropped;
    this.#gone = gone;
    this.#writer = streams ? near.stream(context) : undefined;
    this.contentType = this.#writer?.contentType ?? 'application/json';
  }

  async whole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (this.streams) throw new RetellingError('a whole answer where a stream was asked for');
    const { line, asking } = this.#begin();
    if (asking.kind !== 'whole') throw new TypeError('a package was asked for a stream');
    line.answer(new Response(new Uint8Array(body), { status, headers: headersOf(headers) }));
    try {
      const result = await asking.result;
      return Buffer.from(JSON.stringify(this.#near.write(result, this.#context)));
    } catch (error) {
      throw new RetellingError('the answer could not be translated', { cause: error });
    }
  }

  stream(headers: ResponseHeaders, out: Sink): StreamRetelling {
    if (this.#writer === undefined) throw new RetellingError('a stream where a whole answer was asked for');
    const { line, asking } = this.#begin();
    if (asking.kind !== 'stream') throw new TypeError('a package was asked for a whole answer');
    const passage = new Passage();
    const outlet = new Outlet(out);
    line.answer(new Response(passage.readable, { status: 200, headers: headersOf(headers) }));
    const told = this.#untilGone(retell(asking.result, this.#writer, outlet), () => {
      outlet.letGo();
      passage.fail();
    });
    return {
      write: (chunk) => passage.write(chunk),
      onDrain: (resume) => passage.onDrain(resume),
      end: () => {
        passage.close();
        return told;
      },
      breakOff: async () => {
        outlet.letGo();
        await passage.drained();
        // The package passes on what it has read without waiting for anything else.
        await setImmediate();
        passage.fail();
        await told;
      },
    };
  }

  /** A client that has gone takes nothing any more, nor says so. */
  async #untilGone(told: Promise<boolean>, letGo: () => void): Promise<boolean> {
    if (this.#gone.aborted) letGo();
    this.#gone.addEventListener('abort', letGo, { once: true });
    try {
      return await told;
    } finally {
      this.#gone.removeEventListener('abort', letGo);
    }
  }

  /** No package waits before there is an answer. */
  drop(): void {}
}

/** @returns whether the package saw no error, and a proper finish, and the end was written */
async function retell(
  result: Promise<{ readonly stream: ReadableStream<StreamPart> }>,
  writer: NearStream,
  out: Outlet,
): Promise<boolean> {
  try {
    const { stream } = await result;
    let isFinished = false;
    // Leaving the loop cancels the package's stream.
    for await (const part of stream) {
      if (part.type === 'raw' || part.type === 'stream-start') continue;
      if (part.type === 'error') {
        if (isUnknownEvent(part.error)) continue;
        return false;
      }
      if (part.type === 'finish') {
        // Without the provider's own reason the package has made one up for an answer that broke off.
        if (part.finishReason.raw === undefined) return false;
        isFinished = true;
      }
      await out.pass(writer.part(part));
    }
    if (isFinished) await out.pass(writer.end());
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

function isUnknownEvent(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'AI_TypeValidationError') return false;
  const event = asObject('value' in error ? error.value : undefined);
  return typeof event?.['type'] === 'string' && !ANTHROPIC_EVENTS.has(event['type']);
}

/** Where the client's bytes go: as fast as it takes them, until it is let go. */
class Outlet {
  readonly #out: Sink;
  readonly #letGo = Promise.withResolvers<void>();
  #isLetGo = false;

  constructor(out: Sink) {
    this.#out = out;
  }

  async pass(text: string): Promise<void> {
    if (text === '' || this.#out.write(Buffer.from(text)) || this.#isLetGo) return;
    const drained = new Promise<void>((resolve) => this.#out.onDrain(resolve));
    await Promise.race([drained, this.#letGo.promise]);
  }

  /** The client is not waited for any more. */
  letGo(): void {
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
