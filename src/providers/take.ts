import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import type { Dialect } from '../dialects/operation.ts';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import { PLAIN_MANNER } from '../translate/asked.ts';
import { chain } from '../translate/chain.ts';
import type { Retelling } from '../translate/retelling.ts';
import { inexpressible } from '../translate/job.ts';
import { canTranslate, translate } from '../translate/translate.ts';
import type { Translation } from '../translate/translate.ts';
import type { Shaper } from './shaping/shaper.ts';
import type { Wire } from './wire.ts';

/** What a provider makes of a call before any key is chosen. */
export type Taken =
  | {
      readonly kind: 'taken';
      readonly call: Call;
      /** Undefined where the answer is the client's as it is. */
      readonly retelling: Retelling | undefined;
    }
  /** The provider cannot do what is asked for, with any key. */
  | {
      readonly kind: 'refused';
      readonly code: Extract<
        GatewayErrorCode,
        | 'operation_not_offered'
        | 'not_expressible'
        | 'context_unavailable'
        | 'nothing_left'
        | 'gateway_overloaded'
      >;
      readonly values: Readonly<Record<string, string>>;
      /** What was thrown, where nobody had thought of what the call holds: for the operator to look at. */
      readonly cause?: unknown;
    };

/** A provider, as far as taking calls goes. */
export interface Taker {
  readonly config: ProviderConfig;
  readonly wire: Wire;
  readonly shaper: Shaper;
}

/**
 * Puts a call into a form that a provider takes: shaped as its configuration wants; then as it is; else by the
 * provider's own means; else translated to the dialect it speaks, and from there once more.
 *
 * Never throws: all that is read here a client has written, and whoever reads it trusts the types of what stands deep
 * inside. What is thrown over it is the client's mistake, or would be met by its every request, and costs no key anything.
 *
 * @param model in the provider's words
 */
export function takeCall(call: Call, model: string | undefined, taker: Taker): Taken | Promise<Taken> {
  try {
    const taking = takeFor(call, model, taker);
    if (!(taking instanceof Promise)) return taking;
    return taking.catch((error: unknown) => notExpressible(inexpressible(error), taker.config));
  } catch (error) {
    return notExpressible(inexpressible(error), taker.config);
  }
}

function takeFor(call: Call, model: string | undefined, taker: Taker): Taken | Promise<Taken> {
  const { config, wire, shaper } = taker;
  if (config.protocol === 'original')
    return wire.takes(call.target.operation, model)
      ? { kind: 'taken', call: shaper.settings(call), retelling: undefined }
      : notOffered(call, config);
  const shaped = shaper.request(call);
  return shaped instanceof Promise
    ? shaped.then((done) => (done.kind === 'refused' ? done : takeShaped(done.call, model, taker)))
    : shaped.kind === 'refused'
      ? shaped
      : takeShaped(shaped.call, model, taker);
}

function takeShaped(call: Call, model: string | undefined, taker: Taker): Taken | Promise<Taken> {
  const { config, wire } = taker;
  const own = takeOwn(call, model, taker);
  if (own !== undefined) return own;
  if (model !== undefined && canTranslate(call.target.operation, nativeOf(wire, model)))
    return takeTranslated(call, model, taker);
  return notOffered(call, config);
}

/** Without translation; undefined where that will not do. */
function takeOwn(call: Call, model: string | undefined, { config, wire, shaper }: Taker): Taken | undefined {
  const answer = call.target.operation.name === 'chat.completions' ? shaper.answer : undefined;
  if (wire.takes(call.target.operation, model)) {
    const { call: sent, retelling } = shaper.usage(call);
    return { kind: 'taken', call: sent, retelling: chain(retelling, answer) };
  }
  try {
    const converted = wire.convert?.(call, model);
    if (converted === undefined) return undefined;
    return { kind: 'taken', call: converted.call, retelling: chain(converted.retelling, answer) };
  } catch (error) {
    return notExpressible(inexpressible(error), config);
  }
}

async function takeTranslated(call: Call, model: string, taker: Taker): Promise<Taken> {
  const { config, wire, shaper } = taker;
  const translation = await translate(call, model, nativeOf(wire, model), wire.manner ?? PLAIN_MANNER);
  if (translation.kind === 'not-expressible') return notExpressible(translation, config);
  if (translation.kind === 'busy') return { kind: 'refused', code: 'gateway_overloaded', values: {} };
  const shaped = await shaper.request(translation.call, call.target.operation.dialect);
  if (shaped.kind === 'refused') {
    translation.retelling.drop();
    return shaped;
  }
  const own = takeOwn(shaped.call, model, taker);
  if (own === undefined || own.kind === 'refused') {
    translation.retelling.drop();
    // Some providers have no chat at all, such as those that only make videos.
    return own ?? notOffered(call, config);
  }
  const isChat = call.target.operation.name === 'chat.completions';
  const retold = chain(own.retelling, translation.retelling);
  return { kind: 'taken', call: own.call, retelling: chain(retold, isChat ? shaper.answer : undefined) };
}

function nativeOf(wire: Wire, model: string): Dialect {
  return wire.nativeOf?.(model) ?? wire.native;
}

function notOffered({ target }: Call, { id }: ProviderConfig): Taken {
  const values = { provider: id, operation: target.operation.name };
  return { kind: 'refused', code: 'operation_not_offered', values };
}

function notExpressible(
  { reason, cause }: Extract<Translation, { readonly kind: 'not-expressible' }>,
  { id }: ProviderConfig,
): Taken {
  const refused = { kind: 'refused', code: 'not_expressible', values: { provider: id, reason } } as const;
  return cause === undefined ? refused : { ...refused, cause };
}
