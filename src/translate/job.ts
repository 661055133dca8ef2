import { noFacts } from '../dialects/scan/body-facts.ts';
import type { BodyFacts } from '../dialects/scan/body-facts.ts';
import { scanBody } from '../dialects/scan/json-scan.ts';
import type { ClientError } from '../dialects/errors/client-error.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import type { Json } from '../base/json.ts';
import type {
  CallOptions,
  ClientTool,
  ClientToolNames,
  NormalizedRequest,
  ResponseContext,
} from './codec.ts';
import { readImageForm } from './images/image-form.ts';
import { imageUrlsIn, withInlineImages } from './inline-images.ts';
import type { InlineImages } from './inline-images.ts';
import { MAX_FIELDS, readBody } from './read-body.ts';
import type { EditJob, EditResult } from './edit/edit-job.ts';
import type { PassedJob, PassedResult } from './passed/passed-job.ts';
import { startPackageCall } from './package-call.ts';
import { fittedCallFor } from './provider/fitted-call.ts';
import type { ResponseTranslator } from './response-translator.ts';
import { echoOf, parseOptionsOf, shortEchoOf } from './retained-request.ts';
import { leftOut } from './sent/left-out.ts';
import { withoutConversation } from './sent/sent-request.ts';
import type { CountJob, TokenCount } from './tokens/count-job.ts';
import { countByLength, estimateTokens } from './tokens/estimate-tokens.ts';
import { SdkResponseTranslator } from './sdk-response-translator.ts';
import { translationMethod } from './translation-method.ts';
import type { TranslationMethod, TranslationSpec } from './translation-method.ts';
import type { ThinkingJob, ThinkingResult } from './thinking/thinking-job.ts';
import { unsupportedRequestOf } from './unsupported-request.ts';
import type { UnsupportedRequest } from './unsupported-request.ts';
import { WholeResponseTranslator } from './whole-translation.ts';
import type { WholeTranslation } from './whole-translation.ts';
import { withoutLoneSurrogates } from './without-lone-surrogates.ts';

/*
 * Translating as jobs: plain data in and plain data out, so that any thread can do it. No job holds a credential: what a
 * package would send is intercepted, and whoever sends it adds the headers.
 */

/** With what a package is called so that it parses a response; undefined where no package does. */
export type ParseOptions = CallOptions | undefined;

/** What a thread is given. It takes one at a time. */
export type Job = RequestJob | ResponseJob | CountJob | EditJob | PassedJob | ThinkingJob;

/** A request to be translated for the provider. */
export interface RequestJob {
  readonly kind: 'request';
  readonly spec: TranslationSpec;
  readonly body: Uint8Array;
  /** Its content type where it is a form, which names the boundary. */
  readonly form?: string;
  /**
   * Present: images have to be in the request itself. Those that it names by URLs which are not among these are to be fetched
   * first.
   */
  readonly images?: InlineImages;
  /** A large one: its response echoes less of it. */
  readonly isLarge: boolean;
}

/** A whole response to be translated for the client. */
export interface ResponseJob {
  readonly kind: 'response';
  readonly spec: TranslationSpec;
  readonly parseOptions: ParseOptions;
  readonly context: ResponseContext;
  readonly headers: ResponseHeaders;
  readonly body: Uint8Array;
}

/** What comes of a job. */
export type JobResult =
  | TranslatedRequest
  | UnsupportedRequest
  | NeedsImages
  | { readonly kind: 'translated-response'; readonly body: Uint8Array }
  | TokenCount
  | EditResult
  | PassedResult
  | ThinkingResult
  /** The provider withheld what was asked for. */
  | { readonly kind: 'withheld-response'; readonly error: ClientError }
  /** The response is not what its dialect says it should be. */
  | { readonly kind: 'unreadable-response'; readonly message: string }
  /** A bug. */
  | { readonly kind: 'defect'; readonly stack: string };

/** A request that cannot be translated before its images were fetched, by their URLs. */
export interface NeedsImages {
  readonly kind: 'needs-images';
  readonly urls: readonly string[];
}

/** A request in the provider's dialect, and what translating its response needs. */
export interface TranslatedRequest {
  readonly kind: 'translated-request';
  /** What the package would have sent, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly facts: BodyFacts;
  /** Fields that were dropped, by their names. */
  readonly dropped: readonly string[];
  /** Of the request, what its response may repeat. */
  readonly echo: Json;
  /** Tools whose calls the response holds in the client's own form; absent: none. */
  readonly clientTools?: readonly ClientTool[];
  readonly parseOptions: ParseOptions;
  /** The client's names of tools that the provider knows by others; absent: none. */
  readonly clientToolNames?: ClientToolNames;
  readonly target: Target;
  /** About how many tokens the request is; absent where its response begins with no number of them. */
  readonly estimatedInputTokens?: number;
}

/** Translates a request for the provider. */
export async function translateRequest({
  spec,
  body,
  form,
  images,
  isLarge,
}: Omit<RequestJob, 'kind'>): Promise<TranslatedRequest | UnsupportedRequest | NeedsImages> {
  const method = methodOf(spec);
  try {
    const json = form === undefined ? readBody(body) : readForm(body, form);
    const echo = isLarge ? shortEchoOf(json) : echoOf(json);
    switch (method.kind) {
      case 'whole':
        return { ...translateWholeRequest(json, spec, method.translation), echo };
      case 'package':
        return withEcho(await translateByPackage(json, spec, method, images), echo);
      case 'count':
        return withEcho(await translateCount(json, spec, method, images), echo);
    }
  } catch (error) {
    return unsupportedRequestOf(error);
  }
}

/** What comes of a request, but for what its response may repeat of it. */
type Translated = Omit<TranslatedRequest, 'echo'> | NeedsImages;

function withEcho(translated: Translated, echo: Json): TranslatedRequest | NeedsImages {
  return translated.kind === 'needs-images' ? translated : { ...translated, echo };
}

/** Images alone are asked for with forms. */
function readForm(body: Uint8Array, contentType: string): Json {
  return readImageForm(Buffer.from(body.buffer, body.byteOffset, body.byteLength), contentType);
}

/** Translates a whole response for the client. Rejects with a `TranslationError` where it cannot be read. */
export function translateResponse({ headers, body, ...parts }: Omit<ResponseJob, 'kind'>): Promise<Buffer> {
  const translator = responseTranslatorFor({ ...parts, dropped: [], signal: new AbortController().signal });
  return translator.translateWhole(200, headers, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** What a response translator needs beside the response. */
export interface TranslatorParts extends Pick<ResponseJob, 'spec' | 'parseOptions' | 'context'> {
  /** Fields of the request that were dropped, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal;
}

/** The translator for the response to a request that was translated. */
export function responseTranslatorFor({
  spec,
  parseOptions,
  context,
  dropped,
  signal,
}: TranslatorParts): ResponseTranslator {
  const method = methodOf(spec);
  if (method.kind === 'whole') return new WholeResponseTranslator(method.translation, context, dropped);
  if (method.kind === 'count')
    return new WholeResponseTranslator(countResponseTranslation(method), context, dropped);
  if (parseOptions === undefined) throw new TypeError('a package parses no response without its options');
  return new SdkResponseTranslator({
    streams: spec.stream,
    startCall: () => startPackageCall(spec, method.providerCodec, parseOptions),
    clientCodec: method.clientCodec,
    context,
    dropped,
    signal,
  });
}

/** Translates a request without a package. Throws `NotExpressible`. */
export function translateWholeRequest(
  json: Json,
  { model, quirks }: Pick<TranslationSpec, 'model' | 'quirks'>,
  translation: WholeTranslation,
): Omit<TranslatedRequest, 'echo'> {
  const { target, body, dropped } = translation.translateRequest(json, model, quirks);
  const headers = { 'content-type': 'application/json' };
  return { ...translatedBody(headers, JSON.stringify(body)), dropped, target, parseOptions: undefined };
}

/** The provider's request to answer is written, and what is counted is taken out of it. */
async function translateCount(
  json: Json,
  spec: TranslationSpec,
  { client, provider }: CountMethod,
  images: InlineImages | undefined,
): Promise<Translated> {
  const codecs = { clientCodec: client.codec, providerCodec: provider.codec };
  const translated = await translateByPackage(client.requestIn(json), spec, codecs, images);
  if (translated.kind === 'needs-images') return translated;
  const { headers, body, dropped } = translated;
  const request = provider.request(readBody(body), spec.model, spec.quirks);
  return {
    ...translatedBody(headers, JSON.stringify(request.body)),
    dropped,
    target: request.target,
    parseOptions: undefined,
  };
}

type CountMethod = Extract<TranslationMethod, { readonly kind: 'count' }>;

function countResponseTranslation({
  client,
  provider,
}: CountMethod): Pick<WholeTranslation, 'translateResponse'> {
  return {
    translateResponse: (response) => {
      const tokens = response[provider.member];
      return typeof tokens === 'number' ? client.response(tokens) : undefined;
    },
  };
}

async function translateByPackage(
  json: Json,
  spec: TranslationSpec,
  {
    clientCodec,
    providerCodec,
  }: Pick<Extract<TranslationMethod, { readonly kind: 'package' }>, 'clientCodec' | 'providerCodec'>,
  images: InlineImages | undefined,
): Promise<Translated> {
  const { model, quirks, stream, clientDialect } = spec;
  const decoded = clientCodec.decodeRequest(json);
  const urls = images === undefined ? [] : imageUrlsIn(decoded.options.prompt, images);
  if (urls.length > 0) return { kind: 'needs-images', urls };
  const normalized = images === undefined ? decoded : withImages(decoded, images);
  const {
    options,
    clientToolNames,
    dropped: unfit,
  } = fittedCallFor(providerCodec, normalized, model, quirks);
  const { intercepted, pending } = startPackageCall(spec, providerCodec, options);
  const request = await intercepted.request(pending.result);
  // What the package holds while it waits is as large as the request: it is called again when there is a response.
  pending.result.catch(() => undefined);
  intercepted.abort();
  const translated = translatedBody(
    request.headers,
    providerCodec.patchBody?.(request.body, options) ?? request.body,
  );
  const sent = providerCodec.sent(withoutConversation(translated.body));
  const dropped = new Set([
    ...normalized.dropped,
    ...leftOut(normalized, options, sent, json, clientDialect),
    ...unfit,
  ]);
  return {
    ...translated,
    // A list of tools may hold any number of types that are not known.
    dropped: [...dropped].slice(0, MAX_FIELDS),
    target: providerCodec.target(model, stream),
    parseOptions: parseOptionsOf(options),
    clientToolNames,
    ...(normalized.clientTools !== undefined && { clientTools: normalized.clientTools }),
    // Anthropic's streams begin with the tokens of the request, which providers tell at their end.
    ...(stream &&
      clientDialect === 'anthropic-messages' && {
        estimatedInputTokens: estimateTokens(normalized, model, countByLength),
      }),
  };
}

function withImages(request: NormalizedRequest, images: InlineImages): NormalizedRequest {
  const prompt = withInlineImages(request.options.prompt, images);
  return { ...request, options: { ...request.options, prompt } };
}

function translatedBody(
  headers: TranslatedRequest['headers'],
  text: string,
): Pick<TranslatedRequest, 'kind' | 'headers' | 'facts'> & { readonly body: Buffer } {
  const body = Buffer.from(withoutLoneSurrogates(text));
  const facts = scanBody(body);
  return { kind: 'translated-request', headers, body, facts: facts.kind === 'facts' ? facts : noFacts() };
}

function methodOf({ operation, providerDialect }: TranslationSpec): TranslationMethod {
  const method = translationMethod(operation, providerDialect);
  if (method === undefined) throw new TypeError(`no translation of ${operation} to ${providerDialect}`);
  return method;
}
