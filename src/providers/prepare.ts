import { modelCapabilities } from '../catalog/models/model-capabilities.ts';
import { fitsChats } from '../catalog/provider-types.ts';
import type { ProviderConfig } from '../config/schema/schema.ts';
import { isModelName } from '../base/model-name.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { Dialect } from '../dialects/operations/operation.ts';
import type { GatewayErrorCode } from '../dialects/errors/gateway-errors.ts';
import { NO_QUIRKS } from '../translate/codec.ts';
import { canTranslate } from '../translate/can-translate.ts';
import { chainTranslators } from '../translate/chain-translators.ts';
import { editForReader } from '../translate/edit/edit-body.ts';
import { toldDropped } from '../translate/told-dropped.ts';
import type { FittedPassed } from '../translate/passed/fitted-passed.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import { unsupportedRequestOf } from '../translate/unsupported-request.ts';
import type { UnsupportedRequest } from '../translate/unsupported-request.ts';
import { loadTranslation } from '../translate/load-translation.ts';
import type { ImageUnavailable } from '../translate/inline-images.ts';
import type { ImageFetcher } from './images/image-fetcher.ts';
import { fitForVendor } from './passed-chat.ts';
import { bodyReader } from './request/body-reader.ts';
import { shapedBy, withFacts } from './shaping/shaper.ts';
import type { Shaped, Shaper, UsageRequested } from './shaping/shaper.ts';
import type { Converted, ProviderAdapter } from './adapter.ts';
import type { ForwardingAdapter } from './original.ts';

/** What a provider makes of a call before any key is chosen. */
export type Prepared = PreparedCall | RefusedCall;

/** A call that the provider supports. */
export interface PreparedCall {
  readonly kind: 'prepared';
  readonly call: Call;
  /** Of the answer; undefined where that passes through. */
  readonly translator: ResponseTranslator | undefined;
}

/** The provider cannot do what the client wants, with any key. */
export interface RefusedCall {
  readonly kind: 'refused';
  readonly code: Extract<
    GatewayErrorCode,
    | 'operation_not_offered'
    | 'not_expressible'
    | 'model_required'
    | 'model_unknown'
    | 'context_unavailable'
    | 'invalid_image_url'
    | 'nothing_left'
    | 'gateway_overloaded'
  >;
  readonly values: Readonly<Record<string, string>>;
  /** Where an unexpected error was thrown over what the call holds: for the log. */
  readonly thrownAt?: string;
}

/** What of a provider prepares its calls. */
export interface Preparer {
  readonly config: ProviderConfig;
  readonly adapter: ForwardingAdapter;
  readonly shaper: Shaper;
  /** Absent: URLs of images stay. */
  readonly fetchImages?: ImageFetcher | undefined;
}

/**
 * Makes of a client's call one that a provider supports: shaped as its configuration wants, and then passed through, or
 * converted to the provider's own API, or translated to its native dialect (and from there once more).
 *
 * Never throws. All that is read here was written by a client, and readers trust the types of what is nested in it: an
 * error that they throw is the client's mistake, refuses the call, and counts against no key.
 *
 * @param model the provider's name for it
 */
export function prepareCall(
  call: Call,
  model: string | undefined,
  preparer: Preparer,
): Prepared | Promise<Prepared> {
  // A mapping may have made it of what a client wrote.
  if (model !== undefined && !isModelName(model))
    return { kind: 'refused', code: 'model_unknown', values: { model } };
  try {
    const pending = prepareFor(call, model, preparer);
    if (!(pending instanceof Promise)) return pending;
    return pending.catch((error: unknown) => notExpressible(unsupportedRequestOf(error), preparer.config));
  } catch (error) {
    return notExpressible(unsupportedRequestOf(error), preparer.config);
  }
}

function prepareFor(call: Call, model: string | undefined, preparer: Preparer): Prepared | Promise<Prepared> {
  const { config, adapter, shaper } = preparer;
  if (call.target.operation.isPassthrough)
    return adapter.forwards(call.target) ? original({ kind: 'shaped', call }) : notOffered(call, config);
  if (config.protocol === 'original') return prepareOriginal(call, model, preparer);
  const shaped = shaper.request(call);
  return shaped instanceof Promise
    ? shaped.then((done) => (done.kind === 'refused' ? done : prepareShaped(done.call, model, preparer)))
    : shaped.kind === 'refused'
      ? shaped
      : prepareShaped(shaped.call, model, preparer);
}

/** Sent as the client wrote it; what the gateway itself asks for has no path that a client wrote. */
function prepareOriginal(
  call: Call,
  model: string | undefined,
  { config, adapter, shaper }: Preparer,
): Prepared | Promise<Prepared> {
  const { operation, prefix } = call.target;
  if (prefix === undefined) {
    if (!adapter.supports(operation, model)) return notOffered(call, config);
    return { kind: 'prepared', call, translator: undefined };
  }
  const set = shaper.settings(call);
  return set instanceof Promise ? set.then(original) : original(set);
}

function original(shaped: Shaped): Prepared {
  if (shaped.kind === 'refused') return shaped;
  return { kind: 'prepared', call: { ...shaped.call, isOriginal: true }, translator: undefined };
}

function prepareShaped(
  call: Call,
  model: string | undefined,
  preparer: Preparer,
): Prepared | Promise<Prepared> {
  const { config, adapter } = preparer;
  if (adapter.supports(call.target.operation, model) || isConvertedChat(call, preparer))
    return preparePassed(call, model, preparer);
  const untranslated = prepareUntranslated(call, model, preparer);
  if (untranslated !== undefined) return untranslated;
  if (!canTranslate(call.target.operation, nativeOf(adapter, model ?? ''))) return notOffered(call, config);
  // The operation may do without one, and its provider would: a translation does not.
  if (model === undefined)
    return { kind: 'refused', code: 'model_required', values: { provider: config.id } };
  return prepareTranslated(call, model, preparer);
}

/** Whether a chat is one that its provider would take as it is elsewhere: before it is converted it is fitted as those are. */
function isConvertedChat({ target }: Call, { config, adapter }: Preparer): boolean {
  return (
    target.operation.name === 'chat.completions' && adapter.convert !== undefined && fitsChats(config.type)
  );
}

/** Passed through or converted, and fitted to the vendor where it is a chat for another than OpenAI. */
function preparePassed(
  call: Call,
  model: string | undefined,
  preparer: Preparer,
): Prepared | Promise<Prepared> {
  const readable = asPassed(call, model, preparer.config);
  return readable instanceof Promise
    ? readable.then((each) => prepareReadable(each, model, preparer))
    : prepareReadable(readable, model, preparer);
}

function prepareReadable(
  readable: Shaped,
  model: string | undefined,
  preparer: Preparer,
): Prepared | Promise<Prepared> {
  if (readable.kind === 'refused') return readable;
  const { call } = readable;
  const fitted = fitForVendor(call, model, preparer.config);
  if (fitted === undefined) return sendable(call, model, preparer);
  return fitted instanceof Promise
    ? fitted.then((each) => prepareFitted(call, each, model, preparer))
    : prepareFitted(call, fitted, model, preparer);
}

function prepareFitted(
  call: Call,
  fitted: FittedPassed,
  model: string | undefined,
  preparer: Preparer,
): Prepared | Promise<Prepared> {
  switch (fitted.kind) {
    case 'unchanged':
      return sendable(call, model, preparer);
    case 'fitted': {
      const { bytes, facts, dropped } = fitted;
      const changed = withFacts({ ...call, body: { kind: 'buffered', bytes } }, facts);
      return sendable(changed, model, preparer, dropped);
    }
    case 'not-expressible':
      return notExpressible(fitted, preparer.config);
    case 'busy':
      return { kind: 'refused', code: 'gateway_overloaded', values: {} };
  }
}

/** @param dropped - what was left out of it, by its names */
function sendable(
  call: Call,
  model: string | undefined,
  preparer: Preparer,
  dropped: readonly string[] = [],
): Prepared | Promise<Prepared> {
  const prepared = prepareUntranslated(call, model, preparer) ?? notOffered(call, preparer.config);
  return prepared instanceof Promise
    ? prepared.then((each) => withDropped(each, dropped))
    : withDropped(prepared, dropped);
}

function withDropped(prepared: Prepared, dropped: readonly string[]): Prepared {
  if (prepared.kind === 'refused') return prepared;
  return { ...prepared, translator: chainTranslators(prepared.translator, toldDropped(dropped)) };
}

function sentAs(call: Call, shaper: Shaper): PreparedCall | Promise<PreparedCall> {
  const answer = call.target.operation.name === 'chat.completions' ? shaper.answer : undefined;
  const requested = shaper.usage(call);
  const prepared = ({ call: sent, translator }: UsageRequested): PreparedCall => ({
    kind: 'prepared',
    call: sent,
    translator: chainTranslators(translator, answer),
  });
  return requested instanceof Promise ? requested.then(prepared) : prepared(requested);
}

/** Sent as it is, or converted; undefined where the provider can do neither. */
function prepareUntranslated(
  call: Call,
  model: string | undefined,
  { config, adapter, shaper }: Preparer,
): Prepared | Promise<Prepared> | undefined {
  if (adapter.supports(call.target.operation, model)) return sentAs(call, shaper);
  const answer = call.target.operation.name === 'chat.completions' ? shaper.answer : undefined;
  const prepared = ({ call: sent, translator }: Converted): Prepared | Promise<Prepared> =>
    translator === undefined
      ? sentAs(sent, shaper)
      : { kind: 'prepared', call: sent, translator: chainTranslators(translator, answer) };
  const refuse = (error: unknown): Prepared => notExpressible(unsupportedRequestOf(error), config);
  try {
    const converted = adapter.convert?.(call, model);
    if (converted === undefined) return undefined;
    return converted instanceof Promise ? converted.then(prepared).catch(refuse) : prepared(converted);
  } catch (error) {
    return refuse(error);
  }
}

/**
 * A call that passes through, without what other providers' answers left in it and this one refuses, and what the client means
 * for another vendor. The same call where there is nothing of that, where it was translated, or is too large to keep.
 */
function asPassed(call: Call, model: string | undefined, config: ProviderConfig): Shaped | Promise<Shaped> {
  const { body, target, isTranslated } = call;
  if (body.kind === 'streamed' || body.bytes.length === 0 || isTranslated === true)
    return { kind: 'shaped', call };
  const edited = editForReader(body.bytes, bodyReader(target.operation, config, model), call);
  return edited instanceof Promise
    ? edited.then((result) => shapedBy(call, result, config.id))
    : shapedBy(call, edited, config.id);
}

async function prepareTranslated(call: Call, model: string, preparer: Preparer): Promise<Prepared> {
  const { config, adapter, shaper } = preparer;
  const quirks = {
    ...(adapter.quirks ?? NO_QUIRKS),
    capabilities: modelCapabilities(config.type, model, config.modelCapabilities),
  };
  const { fetchImages } = preparer;
  const { translate } = await loadTranslation();
  const translation = await translate(
    call,
    model,
    nativeOf(adapter, model),
    quirks,
    fetchImages && ((urls) => fetchImages(urls, call)),
  );
  if (translation.kind === 'not-expressible') return notExpressible(translation, config);
  if (translation.kind === 'busy') return { kind: 'refused', code: 'gateway_overloaded', values: {} };
  if (translation.kind === 'unavailable') return imageUnavailable(translation, config);
  const shaped = await shaper.request(translation.call, {
    clientDialect: call.target.operation.dialect,
    takes: quirks.capabilities,
  });
  if (shaped.kind === 'refused') {
    translation.translator.drop();
    return shaped;
  }
  const untranslated = await prepareUntranslated(shaped.call, model, preparer);
  if (untranslated === undefined || untranslated.kind === 'refused') {
    translation.translator.drop();
    // Some providers have no chats at all, such as those that only make videos.
    return untranslated ?? notOffered(call, config);
  }
  const isChat = call.target.operation.name === 'chat.completions';
  const translator = chainTranslators(untranslated.translator, translation.translator);
  return {
    kind: 'prepared',
    call: untranslated.call,
    translator: chainTranslators(translator, isChat ? shaper.answer : undefined),
  };
}

function nativeOf(adapter: ProviderAdapter, model: string): Dialect {
  return adapter.nativeOf?.(model) ?? adapter.native;
}

function notOffered({ target }: Call, { id }: ProviderConfig): Prepared {
  const values = { provider: id, operation: target.operation.name };
  return { kind: 'refused', code: 'operation_not_offered', values };
}

function imageUnavailable({ image, reason }: ImageUnavailable, { id }: ProviderConfig): Prepared {
  return { kind: 'refused', code: 'invalid_image_url', values: { provider: id, image, reason } };
}

function notExpressible({ reason, thrownAt }: UnsupportedRequest, { id }: ProviderConfig): Prepared {
  const refused = { kind: 'refused', code: 'not_expressible', values: { provider: id, reason } } as const;
  return thrownAt === undefined ? refused : { ...refused, thrownAt };
}
