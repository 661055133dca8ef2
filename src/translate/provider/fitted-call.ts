import type { NormalizedRequest, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { rulesFor } from './conversation/conversation-rules.ts';
import { fitConversation } from './conversation/fit-conversation.ts';
import type { FittedCall } from './conversation/fit-conversation.ts';

/** What a provider's package is called with so that it writes a request that the provider takes. Throws `NotExpressible`. */
export function fittedCallFor(
  codec: ProviderCodec,
  request: NormalizedRequest,
  model: string,
  quirks: ProviderQuirks,
): FittedCall {
  const options = codec.toCallOptions(request, model, quirks);
  return fitConversation(options, rulesFor(codec.conversation, quirks.capabilities));
}
