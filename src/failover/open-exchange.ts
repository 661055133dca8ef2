import type { Call } from '../dialects/call.ts';
import { watchAnswer } from '../dialects/watch-answer.ts';
import type { Provider } from '../providers/provider.ts';
import type { CredentialTrouble } from '../providers/wire.ts';
import { Exchange } from '../upstream/exchange.ts';
import type { ExchangeLimits, ResponseHeaders } from '../upstream/exchange.ts';
import { settledExchange } from '../upstream/settled-exchange.ts';
import type { AnyExchange } from '../upstream/settled-exchange.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';
import { UNREADABLE } from '../upstream/watch.ts';
import type { Watch } from '../upstream/watch.ts';
import { headerText } from './observe.ts';

/** Sends a request, and looks at its answer as it passes; or gives what came instead of a request. */
export function openExchange(
  call: Call,
  { provider, limits }: { readonly provider: Provider; readonly limits: ExchangeLimits },
  request: UpstreamRequest | CredentialTrouble,
): AnyExchange {
  if ('kind' in request) return settledExchange(request.opening);
  const watchFor = (status: number, headers: ResponseHeaders): Watch =>
    status < 300
      ? watchAnswer(
          call.target.operation,
          call.stream,
          headerText(headers['content-type']),
          headerText(headers['content-encoding']),
          provider.errorsInside,
          call.isTranslated,
        )
      : UNREADABLE;
  return new Exchange(provider.transport, request, limits, watchFor, call.memory);
}
