import type { Call } from '../dialects/call.ts';
import { operationNamed } from '../dialects/operation-table.ts';
import type { Dialect, Operation } from '../dialects/operation.ts';
import { NotExpressible } from './asked.ts';
import type { AnswerContext, Json, Manner } from './asked.ts';
import type { Course } from './course.ts';
import { echoOf } from './reading.ts';
import { putRequest, putWhole, readBody, retellingFor } from './job.ts';
import type { NotPut } from './inexpressible.ts';
import type { PutRequest } from './job.ts';
import type { Retelling } from './retelling.ts';
import { ThreadedRetelling } from './threads/threaded-retelling.ts';
import { LARGE_BYTES, threads } from './threads/threads.ts';
import type { Busy } from './threads/threads.ts';
import { wayFrom } from './ways.ts';
import { WholeRetelling } from './whole.ts';
import type { WholeTranslation } from './whole.ts';

/** A call in another dialect, and the way back for its answer; or what there are no words for. */
export type Translation =
  | {
      readonly kind: 'translated';
      readonly call: Call;
      readonly retelling: Retelling;
    }
  | NotPut
  /** So much is being translated that this one had to be turned away. */
  | Busy;

/** Whether calls for an operation can be put into `native`. */
export function canTranslate(operation: Operation, native: Dialect): boolean {
  return wayFrom(operation.name, native) !== undefined;
}

/**
 * Puts a call into the dialect that a provider speaks: a small one here, a large one in another thread, where it holds
 * up nobody. The packages that do so are loaded when first needed.
 * @param model in the provider's words
 * @param manner of the provider, where those of one dialect differ
 */
export async function translate(
  call: Call,
  model: string,
  native: Dialect,
  manner: Manner,
): Promise<Translation> {
  const { body, stream, target } = call;
  const { name: operation, dialect } = target.operation;
  if (body.kind === 'passing') return { kind: 'not-expressible', reason: TOO_LARGE };
  const course: Course = { operation, dialect, native, model, manner, stream };
  const isLarge = body.bytes.length > LARGE_BYTES;
  const put = isLarge
    ? await threads.request({ course, body: body.bytes }, call)
    : await putRequest({ course, body: body.bytes, isLarge });
  if (put.kind !== 'put') return put;
  const parts = {
    course,
    reading: put.reading,
    context: contextOf(call, model, put.echo),
    dropped: put.dropped,
    gone: call.signal,
  };
  return {
    kind: 'translated',
    call: callFor(call, model, put),
    retelling: new ThreadedRetelling(retellingFor(parts), parts, call.memory),
  };
}

const TOO_LARGE = 'it is larger than `limits.replay`, and cannot be read as a whole';

/** Puts a call into other words where two functions say it all. Throws `NotExpressible`. */
export function putCallWhole(
  call: Call,
  model: string,
  translation: WholeTranslation,
): { readonly call: Call; readonly retelling: Retelling } {
  if (call.body.kind === 'passing') throw new NotExpressible(TOO_LARGE);
  const body = readBody(call.body.bytes);
  const put = putWhole(body, model, translation);
  return {
    call: callFor(call, model, put),
    retelling: new WholeRetelling(translation, contextOf(call, model, echoOf(body)), put.dropped),
  };
}

function callFor(
  call: Call,
  model: string,
  { target, headers, body, facts }: Omit<PutRequest, 'echo'>,
): Call {
  call.memory?.hold(body.byteLength);
  return {
    ...call,
    // One that has come from another thread is a copy, and operations are told apart by which they are.
    target: { ...target, operation: operationNamed(target.operation.name) },
    headers: headersFor(call.headers, headers),
    body: { kind: 'kept', bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) },
    model,
    modelSpan: undefined,
    hints: facts,
    creates: false,
    isTranslated: true,
  };
}

function contextOf(call: Call, model: string, echo: Json): AnswerContext {
  return {
    id: call.id,
    model: call.model ?? model,
    acceptedAt: call.acceptedAt,
    body: echo,
    query: call.target.query,
  };
}

/** Headers of a client's dialect say nothing in another; what the package asks for instead is added. */
function headersFor(asked: readonly string[], caught: Readonly<Record<string, string>>): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < asked.length; at += 2) {
    const name = asked[at] ?? '';
    if (!isOfDialect(name.toLowerCase())) headers.push(name, asked[at + 1] ?? '');
  }
  for (const [name, value] of Object.entries(caught)) {
    if (isOfDialect(name) && !name.startsWith('x-goog-')) headers.push(name, value);
  }
  return headers;
}

const DIALECT_HEADERS = ['anthropic-', 'content-', 'openai-', 'x-goog-', 'x-stainless-'];

function isOfDialect(lowerName: string): boolean {
  return lowerName === 'accept' || DIALECT_HEADERS.some((beginning) => lowerName.startsWith(beginning));
}
