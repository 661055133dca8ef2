import { modelCapabilities } from '../catalog/models/model-capabilities.ts';
import { fitsChats } from '../catalog/provider-types.ts';
import type { ProviderConfig } from '../config/schema/schema.ts';
import type { Call } from '../dialects/operations/call.ts';
import { fitPassed } from '../translate/passed/fit-passed-call.ts';
import type { FittedPassed } from '../translate/passed/fitted-passed.ts';

/**
 * A chat that passes through, as its vendor takes it: fitted where that is not OpenAI, and is known. Undefined where it is to
 * leave as it was written.
 * @param model - the provider's name for it
 */
export function fitForVendor(
  call: Call,
  model: string | undefined,
  { type, modelCapabilities: overrides }: ProviderConfig,
): FittedPassed | Promise<FittedPassed> | undefined {
  const { body, target, isTranslated } = call;
  if (target.operation.name !== 'chat.completions' || isTranslated === true) return undefined;
  if (body.kind === 'streamed' || body.bytes.length === 0) return undefined;
  if (!fitsChats(type)) return undefined;
  return fitPassed(body.bytes, modelCapabilities(type, model ?? '', overrides), call);
}
