import type { Call } from '../../dialects/operations/call.ts';
import { watchAnswer } from '../../dialects/watch/watch-answer.ts';
import { redactorFor } from '../../keys/redaction/redactor.ts';
import type { Redactor } from '../../keys/redaction/redactor.ts';
import type { PooledKey } from '../../keys/pool/pool.ts';
import type { Provider } from '../../providers/provider.ts';
import type { CredentialFailure } from '../../providers/adapter.ts';
import { settledExchange, headerText } from '../../upstream/exchange.ts';
import type { Exchange, ExchangeLimits, ResponseHeaders } from '../../upstream/exchange.ts';
import { HttpExchange } from '../../upstream/http-exchange.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { redactedTransport } from '../../upstream/redacted-transport.ts';
import { UNWATCHED } from '../../upstream/response-watch.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';

/** What of a plan says where a request goes, and with which key. */
interface ExchangePlan {
  readonly provider: Provider;
  readonly pooled: PooledKey | undefined;
  readonly limits: ExchangeLimits;
}

/**
 * Sends a request, and watches its answer as it passes; or gives what came instead of a request. The request's credential
 * is redacted wherever the answer quotes it.
 */
export function openExchange(
  call: Call,
  { provider, pooled, limits }: ExchangePlan,
  request: UpstreamRequest | CredentialFailure,
): Exchange {
  if ('kind' in request) return settledExchange(request.result);
  const redactor = redactorOf(call, pooled, request.headers);
  const transport =
    redactor === undefined ? provider.transport : redactedTransport(provider.transport, redactor);
  const watchFor = (status: number, headers: ResponseHeaders): ResponseWatch =>
    status < 300
      ? watchAnswer(
          call.target.operation,
          call.stream,
          headerText(headers['content-type']),
          headerText(headers['content-encoding']),
          provider.errorsInside,
          call.isTranslated,
        )
      : UNWATCHED;
  return new HttpExchange(transport, byProxyOf(pooled, request), limits, watchFor, call.memory);
}

/** The same request, by the key's own proxy where it has one. */
function byProxyOf(pooled: PooledKey | undefined, request: UpstreamRequest): UpstreamRequest {
  const proxy = pooled?.key.proxy;
  return proxy === undefined ? request : { ...request, proxy };
}

/** Redacts the credential of a request in its answer; undefined where there is none. */
function redactorOf(
  call: Call,
  pooled: PooledKey | undefined,
  headers: readonly string[],
): Redactor | undefined {
  const secret = pooled?.key.secret ?? call.credential;
  if (secret === undefined) return undefined;
  const redactor = redactorFor(secret, tokenIn(headers, secret.reveal()));
  return redactor.isIdle ? undefined : redactor;
}

/** A token that was made of a key, such as an access token of a service account. Headers that we made stand last. */
function tokenIn(headers: readonly string[], key: string): string | undefined {
  const value = headers[headers.lastIndexOf('authorization') + 1] ?? '';
  const token = value.startsWith('Bearer ') ? value.slice('Bearer '.length) : key;
  return token === key ? undefined : token;
}
