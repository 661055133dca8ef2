import { rawHeader } from '../base/raw-headers.ts';
import { PASSED_TO_VENDOR } from '../catalog/passed-headers.ts';
import type { Call } from '../dialects/operations/call.ts';
import { operationNamed } from '../dialects/operations/table.ts';
import type { Dialect } from '../dialects/operations/operation.ts';
import { requireConvertible } from './convertible-body.ts';
import { NO_QUIRKS } from './codec.ts';
import type { ResponseContext, ProviderQuirks } from './codec.ts';
import { clientCountOf } from './tokens/client-counts.ts';
import type { TranslationSpec } from './translation-method.ts';
import { echoOf } from './retained-request.ts';
import { translateRequest, translateWholeRequest, responseTranslatorFor } from './job.ts';
import { readBody } from './read-body.ts';
import { lengthOf } from './inline-images.ts';
import type { FetchedImages, ImageUnavailable } from './inline-images.ts';
import type { NeedsImages, RequestJob, TranslatedRequest } from './job.ts';
import type { Busy, UnsupportedRequest } from './unsupported-request.ts';
import type { ResponseTranslator } from './response-translator.ts';
import { ThreadedTranslator } from './threads/threaded-translator.ts';
import { LARGE_BYTES, threads } from './threads/translation-threads.ts';
import { WholeResponseTranslator } from './whole-translation.ts';
import type { WholeTranslation } from './whole-translation.ts';

/** A call in the provider's dialect and the translator for its response, or why there is none. */
export type Translation =
  | {
      readonly kind: 'translated';
      readonly call: Call;
      readonly translator: ResponseTranslator;
    }
  | UnsupportedRequest
  /** An image that the request names by its URL could not be fetched. */
  | ImageUnavailable
  /** Too much is being translated already. */
  | Busy;

/** Fetches images that a call names by their URLs. */
export type FetchImages = (urls: readonly string[]) => Promise<FetchedImages>;

/**
 * Translates a call to the dialect that a provider speaks: a small one here, a large one in another thread, where it
 * delays nobody. The packages are loaded when first needed.
 * @param model as the provider calls it
 * @param fetchImages puts images in the place of their URLs; absent: the URLs stay
 */
export async function translate(
  call: Call,
  model: string,
  providerDialect: Dialect,
  quirks: ProviderQuirks,
  fetchImages?: FetchImages,
): Promise<Translation> {
  const { body, stream, target } = call;
  const { name: operation, dialect: clientDialect } = target.operation;
  if (body.kind === 'streamed') return { kind: 'not-expressible', reason: TOO_LARGE };
  const spec: TranslationSpec = { operation, clientDialect, providerDialect, model, quirks, stream };
  const form = formTypeOf(call);
  const job = { spec, body: body.bytes, ...(form !== undefined && { form }) };
  const translated = await translateWithImages(job, call, fetchImages);
  if (translated.kind !== 'translated-request') return translated;
  const parts = {
    spec,
    parseOptions: translated.parseOptions,
    context: contextOf(call, model, translated),
    dropped: translated.dropped,
    signal: call.signal,
  };
  return {
    kind: 'translated',
    call: callFor(call, model, translated),
    translator: new ThreadedTranslator(responseTranslatorFor(parts), parts, call.memory),
  };
}

/** Translates once, and where it turns out that images are to be fetched, once more with these. */
async function translateWithImages(
  job: RequestParts,
  call: Call,
  fetchImages: FetchImages | undefined,
): Promise<TranslatedRequest | UnsupportedRequest | ImageUnavailable | Busy> {
  const first = await runTranslation(fetchImages === undefined ? job : { ...job, images: {} }, call);
  if (first.kind !== 'needs-images') return first;
  const fetched = await fetchImages?.(first.urls);
  if (fetched?.kind !== 'fetched') return fetched ?? { kind: 'busy' };
  const second = await runTranslation({ ...job, images: fetched.images }, call);
  if (second.kind === 'needs-images') throw new TypeError('images were fetched, and are still missing');
  return second;
}

type RequestParts = Pick<RequestJob, 'spec' | 'body' | 'form' | 'images'>;

function runTranslation(
  job: RequestParts,
  call: Call,
): Promise<TranslatedRequest | UnsupportedRequest | NeedsImages | Busy> {
  const length = job.body.length + lengthOf(job.images);
  return length > LARGE_BYTES
    ? threads.translateRequest(job, call)
    : translateRequest({ ...job, isLarge: false });
}

/** The content type of a call whose body is a form; undefined for JSON. */
function formTypeOf({ target: { operation }, headers }: Call): string | undefined {
  if (operation.modelIn !== 'form') return undefined;
  const contentType = rawHeader(headers, 'content-type');
  return contentType.trimStart().toLowerCase().startsWith('multipart/form-data') ? contentType : undefined;
}

/** An estimate of tokens. */
export interface EstimatedTokens {
  readonly kind: 'estimated';
  /** In the client's dialect. */
  readonly response: object;
  /** The name of the field that is an estimate. */
  readonly field: string;
}

/**
 * Estimates the tokens of a request that no provider counted, in another thread. Undefined where it is too large, or too
 * much is under way.
 * @param model as the provider calls it
 */
export async function estimateCount(
  call: Call,
  model: string,
): Promise<EstimatedTokens | UnsupportedRequest | undefined> {
  const { name: operation } = call.target.operation;
  const count = clientCountOf(operation);
  if (count === undefined || call.body.kind === 'streamed') return undefined;
  const counted = await threads.countRequest({ operation, model, body: call.body.bytes }, call);
  if (counted?.kind !== 'counted') return counted;
  return { kind: 'estimated', response: count.response(counted.tokens), field: count.member };
}

const TOO_LARGE = 'it is larger than `limits.replay`, and cannot be read as a whole';

/** Translates a call without a package. Throws `NotExpressible`. */
export function translateWholeCall(
  call: Call,
  model: string,
  translation: WholeTranslation,
): { readonly call: Call; readonly translator: ResponseTranslator } {
  const body = readBody(requireConvertible(call.body));
  const translated = translateWholeRequest(body, { model, quirks: NO_QUIRKS }, translation);
  return {
    call: callFor(call, model, translated),
    translator: new WholeResponseTranslator(
      translation,
      contextOf(call, model, { echo: echoOf(body) }),
      translated.dropped,
    ),
  };
}

function callFor(
  call: Call,
  model: string,
  { target, headers, body, facts }: Omit<TranslatedRequest, 'echo'>,
): Call {
  call.memory?.hold(body.byteLength);
  const { prefix } = call.target;
  return {
    ...call,
    // From another thread it is a copy, and operations are compared by identity.
    target: {
      ...target,
      operation: operationNamed(target.operation.name),
      ...(prefix !== undefined && { prefix }),
    },
    headers: headersFor(call.headers, headers),
    body: { kind: 'buffered', bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) },
    model,
    modelSpan: undefined,
    hints: facts,
    // Who is sent a chat by translation stores none. Images are paid for wherever they are made.
    creates: call.creates && !call.target.operation.honorsStore,
    isTranslated: true,
  };
}

function contextOf(
  call: Call,
  model: string,
  {
    echo,
    clientTools,
    clientToolNames,
    estimatedInputTokens,
  }: Pick<TranslatedRequest, 'echo' | 'clientTools' | 'clientToolNames' | 'estimatedInputTokens'>,
): ResponseContext {
  return {
    ...(estimatedInputTokens !== undefined && { estimatedInputTokens }),
    id: call.id,
    model: call.model ?? model,
    acceptedAt: call.acceptedAt,
    body: echo,
    query: call.target.query,
    ...(clientToolNames !== undefined && { clientToolNames }),
    ...(clientTools !== undefined && { clientTools }),
  };
}

/**
 * Headers of the client's dialect mean nothing in another, and what it means for its own vendor is for no other: those of the package
 * take their place.
 */
function headersFor(
  clientHeaders: readonly string[],
  packageHeaders: Readonly<Record<string, string>>,
): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < clientHeaders.length; at += 2) {
    const name = clientHeaders[at] ?? '';
    const lowerName = name.toLowerCase();
    if (!isOfDialect(lowerName) && !isMeantForVendor(lowerName))
      headers.push(name, clientHeaders[at + 1] ?? '');
  }
  for (const [name, value] of Object.entries(packageHeaders)) {
    if (isOfDialect(name) && !name.startsWith('x-goog-')) headers.push(name, value);
  }
  return headers;
}

const DIALECT_HEADERS = ['anthropic-', 'content-', 'openai-', 'x-goog-', 'x-stainless-'];

function isOfDialect(lowerName: string): boolean {
  return lowerName === 'accept' || DIALECT_HEADERS.some((beginning) => lowerName.startsWith(beginning));
}

const MEANT_FOR_VENDORS = Object.values(PASSED_TO_VENDOR).flat();

function isMeantForVendor(lowerName: string): boolean {
  return MEANT_FOR_VENDORS.some((each) =>
    each.endsWith('*') ? lowerName.startsWith(each.slice(0, -1)) : each === lowerName,
  );
}
