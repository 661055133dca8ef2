import { noFacts } from '../dialects/scan/body-facts.ts';
import type { BodyFacts } from '../dialects/scan/body-facts.ts';
import { scanBody } from '../dialects/scan/json-scan.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import { NotExpressible } from './codec.ts';
import type { ResponseContext, CallOptions, Json } from './codec.ts';
import { startPackageCall } from './package-call.ts';
import type { TranslationSpec } from './translation-spec.ts';
import { unsupportedRequestOf } from './unsupported-request.ts';
import type { UnsupportedRequest } from './unsupported-request.ts';
import { droppedOptions } from './dropped-options.ts';
import { shortEchoOf, echoOf, parseOptionsOf } from './retained-request.ts';
import type { ResponseTranslator } from './response-translator.ts';
import { SdkResponseTranslator } from './sdk-response-translator.ts';
import { translationMethod } from './translation-method.ts';
import type { TranslationMethod } from './translation-method.ts';
import { WholeResponseTranslator } from './whole-translation.ts';
import type { WholeTranslation } from './whole-translation.ts';

/*
 * What translating comes to, as plain data in and plain data out, so that it can be done in any thread. No job holds a
 * credential: what a package would send is caught, and headers are put together by who sends them.
 */

/** What a package is asked to have it read an answer; undefined where no package does. */
export type ParseOptions = CallOptions | undefined;

/** A request to be put into other words. */
export interface RequestJob {
  readonly kind: 'request';
  readonly spec: TranslationSpec;
  readonly body: Uint8Array;
  /** It is large: an answer does not say back all that smaller ones do. */
  readonly isLarge: boolean;
}

/** An answer that is all there, to be put back. */
export interface ResponseJob {
  readonly kind: 'answer';
  readonly spec: TranslationSpec;
  readonly parseOptions: ParseOptions;
  readonly context: ResponseContext;
  readonly headers: ResponseHeaders;
  readonly body: Uint8Array;
}

/** A request in the provider's words, and what reading its answer needs. */
export interface TranslatedRequest {
  readonly kind: 'put';
  /** What the package would have sent, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly facts: BodyFacts;
  /** Fields that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Of the request, what its answer may say back. */
  readonly echo: Json;
  readonly parseOptions: ParseOptions;
  readonly target: Target;
}

/** Puts a request into the words of a provider. */
export async function translateRequest({
  spec,
  body,
  isLarge,
}: Omit<RequestJob, 'kind'>): Promise<TranslatedRequest | UnsupportedRequest> {
  const method = methodOf(spec);
  try {
    const json = readBody(body);
    const echo = isLarge ? shortEchoOf(json) : echoOf(json);
    switch (method.kind) {
      case 'whole':
        return { ...translateWholeRequest(json, spec.model, method.translation), echo };
      case 'package':
        return { ...(await translateByPackage(json, spec, method)), echo };
    }
  } catch (error) {
    return unsupportedRequestOf(error);
  }
}

/** Puts an answer back into the client's words. Rejects with a `RetellingError` where it cannot be read. */
export function translateResponse({ headers, body, ...asked }: Omit<ResponseJob, 'kind'>): Promise<Buffer> {
  const translator = responseTranslatorFor({ ...asked, dropped: [], signal: new AbortController().signal });
  return translator.translateWhole(200, headers, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** What a retelling is made of, beside the answer. */
export interface TranslatorParts extends Pick<ResponseJob, 'spec' | 'parseOptions' | 'context'> {
  /** Fields of the request that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** The way back for the answer to a request that was put into other words. */
export function responseTranslatorFor({
  spec,
  parseOptions,
  context,
  dropped,
  signal,
}: TranslatorParts): ResponseTranslator {
  const method = methodOf(spec);
  if (method.kind === 'whole') return new WholeResponseTranslator(method.translation, context, dropped);
  if (parseOptions === undefined) throw new TypeError('a package reads no answer that it was not asked for');
  return new SdkResponseTranslator({
    streams: spec.stream,
    startCall: () => startPackageCall(spec, method.providerCodec, parseOptions),
    clientCodec: method.clientCodec,
    context,
    dropped,
    signal,
  });
}

/** The parts of a request's translation that two functions are all of. Throws `NotExpressible`. */
export function translateWholeRequest(
  json: Json,
  model: string,
  translation: WholeTranslation,
): Omit<TranslatedRequest, 'echo'> {
  const { target, body, dropped } = translation.translateRequest(json, model);
  const headers = { 'content-type': 'application/json' };
  return { ...translatedBody(headers, JSON.stringify(body)), dropped, target, parseOptions: undefined };
}

async function translateByPackage(
  json: Json,
  spec: TranslationSpec,
  { clientCodec, providerCodec }: Extract<TranslationMethod, { readonly kind: 'package' }>,
): Promise<Omit<TranslatedRequest, 'echo'>> {
  const { model, quirks, stream, clientDialect } = spec;
  const asked = clientCodec.decodeRequest(json);
  const options = providerCodec.toCallOptions(asked, model, quirks);
  const { intercepted, pending } = startPackageCall(spec, providerCodec, options);
  const request = await intercepted.request(pending.result);
  // What the package holds while it waits is as large as the request: it is asked again when there is an answer.
  pending.result.catch(() => undefined);
  intercepted.abort();
  return {
    ...translatedBody(request.headers, providerCodec.patchBody?.(request.body, options) ?? request.body),
    // A list of tools may hold any number of kinds that are not known.
    dropped: [
      ...new Set([
        ...asked.dropped,
        ...droppedOptions(asked.options, providerCodec.unsupported, clientDialect),
      ]),
    ].slice(0, MAX_FIELDS),
    target: providerCodec.target(model, stream),
    parseOptions: parseOptionsOf(options),
  };
}

function translatedBody(
  headers: TranslatedRequest['headers'],
  text: string,
): Pick<TranslatedRequest, 'kind' | 'headers' | 'body' | 'facts'> {
  const body = Buffer.from(text);
  const facts = scanBody(body);
  return { kind: 'put', headers, body, facts: facts.kind === 'facts' ? facts : noFacts() };
}

function methodOf({ operation, providerDialect }: TranslationSpec): TranslationMethod {
  const method = translationMethod(operation, providerDialect);
  if (method === undefined) throw new TypeError(`no way from ${operation} to ${providerDialect}`);
  return method;
}

/** The JSON of a body that a scan has been over. Throws `NotExpressible`. */
export function readBody(body: Uint8Array): Json {
  try {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const json: unknown = JSON.parse(bytes.toString());
    if (isJson(json)) return withFewFields(json);
  } catch (error) {
    if (error instanceof NotExpressible) throw error;
    // Said below: the scan of its top level lets much through.
  }
  throw new NotExpressible('its body is not valid JSON');
}

/** No dialect has more fields than some dozens, and what is not known is named to the client, and can be said back. */
const MAX_FIELDS = 10_000;

function withFewFields(json: Json): Json {
  if (Object.keys(json).length <= MAX_FIELDS) return json;
  throw new NotExpressible(`it has more than ${MAX_FIELDS} fields`);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
