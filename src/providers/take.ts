import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import { PLAIN_MANNER } from '../translate/asked.ts';
import { canTranslate, translate } from '../translate/translate.ts';
import { chain } from '../translate/chain.ts';
import type { Retelling } from '../translate/retelling.ts';
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
      readonly code: Extract<GatewayErrorCode, 'operation_not_offered' | 'not_expressible'>;
      readonly values: Readonly<Record<string, string>>;
    };

/**
 * Puts a call into a form that a provider takes: as it is; else by the provider's own means; else translated to
 * the dialect it speaks, and from there once more.
 */
export function takeCall(
  call: Call,
  model: string | undefined,
  wire: Wire,
  config: ProviderConfig,
): Taken | Promise<Taken> {
  const { operation } = call.target;
  if (wire.takes(operation)) return { kind: 'taken', call, retelling: undefined };
  const converted = wire.convert?.(call, model);
  if (converted !== undefined) return { kind: 'taken', ...converted };
  if (model !== undefined && canTranslate(operation, wire.native))
    return takeTranslated(call, model, wire, config);
  const values = { provider: config.id, operation: operation.name };
  return { kind: 'refused', code: 'operation_not_offered', values };
}

async function takeTranslated(call: Call, model: string, wire: Wire, { id }: ProviderConfig): Promise<Taken> {
  const translation = await translate(call, model, wire.native, wire.manner ?? PLAIN_MANNER);
  if (translation.kind === 'not-expressible')
    return { kind: 'refused', code: 'not_expressible', values: { provider: id, reason: translation.reason } };
  const { call: translated, retelling } = translation;
  if (wire.takes(translated.target.operation)) return { kind: 'taken', call: translated, retelling };
  const converted = wire.convert?.(translated, model);
  if (converted === undefined) throw new TypeError(`${id} does not take what it speaks`);
  return { kind: 'taken', call: converted.call, retelling: chain(converted.retelling, retelling) };
}
