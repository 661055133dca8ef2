import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { AnswerContext, GenerateResult, NearSide, NearStream, StreamPart } from './asked.ts';
import type { Line } from './line.ts';
import { RetellingError } from './retelling.ts';
import type { Retelling, StreamRetelling } from './retelling.ts';

/** So much of a provider's answer may wait to be translated before the provider is told to pause. Bytes. */
const WAITING_BYTES = 64 * 1024;

/** What was asked of the package, and waits for its answer. */
export type Asking =
  | { readonly kind: 'whole'; readonly result: Promise<GenerateResult> }
  | { readonly kind: 'stream'; readonly result: Promise<{ readonly stream: ReadableStream<StreamPart> }> };

/** What a retelling through a provider package is made of. */
export interface SdkRetellingParts {
  readonly line: Line;
  readonly asking: Asking;
  readonly near: NearSide;
  readonly context: AnswerContext;
  /** Fields of the request that were left out, by their names. */
  readonly dropped: readonly string[];
}

/** Retells through a provider package: it reads the provider's answer, the near side writes the client's. */
export class SdkRetelling implements Retelling {
  readonly contentType: string;
  readonly dropped: readonly string[];
  readonly #line: Line;
  readonly #asking: Asking;
  readonly #near: NearSide;
  readonly #context: AnswerContext;
  readonly #writer: NearStream | undefined;

  constructor({ line, asking, near, context, dropped }: SdkRetellingParts) {
    this.#line = line;
    this.#asking = asking;
    this.#near = near;
    this.#context = context;
    this.dropped = dropped;
    this.#writer = asking.kind === 'stream' ? near.stream(context) : undefined;
    this.contentType = this.#writer?.contentType ?? 'application/json';
    // Nobody waits for it where it is dropped.
    asking.result.catch(() => undefined);
  }

  async whole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (this.#asking.kind === 'stream')
      throw new RetellingError('a whole answer where a stream was asked for');
    this.#line.answer(new Response(new Uint8Array(body), { status, headers: headersOf(headers) }));
    try {
      const result = await this.#asking.result;
      return Buffer.from(JSON.stringify(this.#near.write(result, this.#context)));
    } catch (error) {
      throw new RetellingError('the answer could not be translated', { cause: error });
    }
  }

  stream(headers: ResponseHeaders, out: Sink): StreamRetelling {
    if (this.#asking.kind === 'whole' || this.#writer === undefined)
      throw new RetellingError('a stream where a whole answer was asked for');
    const passage = new Passage();
    this.#line.answer(new Response(passage.readable, { status: 200, headers: headersOf(headers) }));
    const told = retell(this.#asking.result, this.#writer, out);
    return {
      write: (chunk) => passage.write(chunk),
      onDrain: (resume) => passage.onDrain(resume),
      end: () => {
        passage.close();
        return told;
      },
      breakOff: async () => {
        passage.fail();
        await told;
      },
    };
  }

  drop(): void {
    this.#line.drop();
  }
}

/** @returns whether the package saw no error, and a finish, and the end was written */
async function retell(
  result: Promise<{ readonly stream: ReadableStream<StreamPart> }>,
  writer: NearStream,
  out: Sink,
): Promise<boolean> {
  try {
    const { stream } = await result;
    let isFinished = false;
    for await (const part of stream) {
      if (part.type === 'error') return false;
      isFinished ||= part.type === 'finish';
      if (part.type !== 'raw' && part.type !== 'stream-start') await pass(writer.part(part), out);
    }
    if (isFinished) await pass(writer.end(), out);
    return isFinished;
  } catch {
    // It broke off, or is not what its dialect says it should be: the client is told so.
    return false;
  }
}

async function pass(text: string, out: Sink): Promise<void> {
  if (text === '' || out.write(Buffer.from(text))) return;
  await new Promise<void>((resolve) => out.onDrain(resolve));
}

/** From bytes that are pushed to a stream that is pulled from. */
class Passage {
  readonly readable: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #resume: (() => void) | undefined;
  #isOver = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => {
          this.#isOver = true;
          this.#wake();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
    );
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.#controller?.enqueue(chunk);
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  close(): void {
    if (!this.#isOver) this.#controller?.close();
    this.#isOver = true;
  }

  fail(): void {
    if (!this.#isOver) this.#controller?.error(new RetellingError('the answer broke off'));
    this.#isOver = true;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
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
