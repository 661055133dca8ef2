import type { Call } from '../dialects/call.ts';
import { noFacts } from '../dialects/body-facts.ts';
import { scanBody } from '../dialects/json-scan.ts';
import type { Dialect, Operation } from '../dialects/operation.ts';
import type { Target } from '../dialects/operations.ts';
import type { AnswerContext, Asked, FarSide, Json, Manner, NearSide } from './asked.ts';
import { NotExpressible } from './asked.ts';
import { Line } from './line.ts';
import type { CaughtRequest } from './line.ts';
import { leftOut } from './left-out.ts';
import type { Retelling } from './retelling.ts';
import { SdkRetelling } from './sdk-retelling.ts';
import type { Asking } from './sdk-retelling.ts';
import { farSideOf, nearSideOf, wholeTranslationOf } from './sides.ts';
import { WholeRetelling } from './whole.ts';
import type { WholeTranslation } from './whole.ts';

/** A call in another dialect, and the way back for its answer; or what there are no words for. */
export type Translation =
  | {
      readonly kind: 'translated';
      readonly call: Call;
      readonly retelling: Retelling;
    }
  /**
   * `reason` completes "cannot be put into what … speaks: …". `cause` is what was thrown, where nobody had thought of what
   * the call holds.
   */
  | { readonly kind: 'not-expressible'; readonly reason: string; readonly cause?: unknown };

/** Whether calls for an operation can be put into `native`. */
export function canTranslate(operation: Operation, native: Dialect): boolean {
  return wayFrom(operation, native) !== undefined;
}

/**
 * Puts a call into the dialect that a provider speaks. The packages that do so are loaded when first needed.
 * @param model in the provider's words
 * @param manner of the provider, where those of one dialect differ
 */
export async function translate(
  call: Call,
  model: string,
  native: Dialect,
  manner: Manner,
): Promise<Translation> {
  const way = wayFrom(call.target.operation, native);
  if (way === undefined) throw new TypeError(`no way from ${call.target.operation.name} to ${native}`);
  try {
    switch (way.kind) {
      case 'whole':
        return { kind: 'translated', ...putWhole(call, model, way.translation) };
      case 'package':
        return await ask(call, readBody(call), model, { ...way, manner });
    }
  } catch (error) {
    return inexpressible(error);
  }
}

/**
 * What a call is over which something was thrown. All that is read of it a client has written, and the packages trust the
 * types of what stands deep inside. Throws it again where no client can have a part in it.
 */
export function inexpressible(error: unknown): Extract<Translation, { readonly kind: 'not-expressible' }> {
  const reason = reasonOf(error);
  if (reason !== undefined) return { kind: 'not-expressible', reason };
  // A package that is not installed is nothing that a client has written.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
  return {
    kind: 'not-expressible',
    reason: 'a value in it is not of the type or form that it should be',
    cause: error,
  };
}

/** From one dialect to another. */
type Way =
  | { readonly kind: 'whole'; readonly translation: WholeTranslation }
  | { readonly kind: 'package'; readonly near: NearSide; readonly far: FarSide };

function wayFrom(operation: Operation, native: Dialect): Way | undefined {
  const translation = wholeTranslationOf(operation, native);
  if (translation !== undefined) return { kind: 'whole', translation };
  const near = nearSideOf(operation);
  const far = farSideOf(native);
  return near === undefined || far === undefined ? undefined : { kind: 'package', near, far };
}

/** Puts a call into other words where two functions say it all. Throws `NotExpressible`. */
export function putWhole(
  call: Call,
  model: string,
  translation: WholeTranslation,
): { readonly call: Call; readonly retelling: Retelling } {
  const body = readBody(call);
  const { target, body: asked, dropped } = translation.request(body, model);
  const headers = { 'content-type': 'application/json' };
  return {
    call: callFor(call, model, target, { headers, body: JSON.stringify(asked) }),
    retelling: new WholeRetelling(translation, contextOf(call, model, body), dropped),
  };
}

interface PackageWay extends Extract<Way, { readonly kind: 'package' }> {
  readonly manner: Manner;
}

async function ask(
  call: Call,
  body: Json,
  model: string,
  { near, far, manner }: PackageWay,
): Promise<Translation> {
  const asked = near.read(body);
  const line = new Line();
  const languageModel = await far.model(model, line.fetch, manner);
  const options = far.fit(asked, model, manner);
  const asking = begin(call.stream, languageModel, options);
  const request = await line.caught(asking.result);
  const sent = { ...request, body: far.mend?.(request.body, options) ?? request.body };
  return {
    kind: 'translated',
    call: callFor(call, model, far.target(model, call.stream), sent),
    retelling: new SdkRetelling({
      line,
      asking,
      near,
      context: contextOf(call, model, body),
      dropped: [...asked.dropped, ...leftOut(asked.options, far.lacks, call.target.operation.dialect)],
      gone: call.signal,
    }),
  };
}

function callFor(call: Call, model: string, target: Target, { headers, body }: CaughtRequest): Call {
  const bytes = Buffer.from(body);
  const facts = scanBody(bytes);
  return {
    ...call,
    target,
    headers: headersFor(call.headers, headers),
    body: { kind: 'kept', bytes },
    model,
    modelSpan: undefined,
    hints: facts.kind === 'facts' ? facts : noFacts(),
    creates: false,
    isTranslated: true,
  };
}

function contextOf(call: Call, model: string, body: Json): AnswerContext {
  return {
    id: call.id,
    model: call.model ?? model,
    acceptedAt: call.acceptedAt,
    body,
    query: call.target.query,
  };
}

function begin(
  stream: boolean,
  model: Awaited<ReturnType<FarSide['model']>>,
  options: Asked['options'],
): Asking {
  return stream
    ? { kind: 'stream', result: Promise.resolve(model.doStream(options)) }
    : { kind: 'whole', result: Promise.resolve(model.doGenerate(options)) };
}

function readBody({ body: asked }: Call): Json {
  if (asked.kind === 'passing')
    throw new NotExpressible('it is larger than `limits.replay`, and cannot be read as a whole');
  try {
    const body: unknown = JSON.parse(asked.bytes.toString());
    if (isJson(body)) return body;
  } catch {
    // Said below: the scan of its top level lets much through.
  }
  throw new NotExpressible('its body is not valid JSON');
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Errors by which the packages say that they have no words for something. */
const NOT_EXPRESSIBLE: ReadonlySet<string> = new Set([
  'NotExpressible',
  'AI_UnsupportedFunctionalityError',
  'AI_InvalidArgumentError',
  'AI_InvalidPromptError',
  'AI_NoSuchProviderReferenceError',
  'AI_TypeValidationError',
]);

/** Some packages say all of what they could not take. Characters. */
const MAX_REASON_LENGTH = 500;

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !NOT_EXPRESSIBLE.has(error.name)) return undefined;
  return error.message.slice(0, MAX_REASON_LENGTH);
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
