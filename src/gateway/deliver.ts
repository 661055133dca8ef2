import type { GatewayErrorCode } from '../dialects/errors/gateway-errors.ts';
import { familyOf } from '../dialects/operations/operation.ts';
import type { Attempt } from '../failover/attempt/attempt.ts';
import { headerText } from '../failover/attempt/observed-outcome.ts';
import type { Served } from '../failover/serve.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import type { Relayed, ResponseWriter } from './response-writer.ts';
import type { Tunnel } from './connections/server.ts';

/**
 * Gives the client what came of its request.
 * @param tunnel - where it asked to speak something else on its connection
 * @param now - milliseconds since the epoch
 */
export async function deliver(
  { result, failed }: Served,
  writer: ResponseWriter,
  tunnel: Tunnel | undefined,
  now: number,
): Promise<void> {
  switch (result.kind) {
    case 'answer': {
      const relayed = { attempt: result.attempt, attempts: failed.length + 1 };
      const { opening } = result.attempt;
      if (opening.kind === 'upgraded' && tunnel !== undefined)
        return writer.upgraded(relayed, opening, tunnel);
      return giveAnswer(writer, relayed, result.retelling);
    }
    case 'refused':
      writer.error(result.code, { values: result.values });
      return;
    case 'failed':
      if (result.passedStatus !== undefined)
        return giveError(writer, { attempt: result.attempt, attempts: failed.length }, result.passedStatus);
      writer.error(errorCodeOf(result.attempt), {}, ['x-sparekey-attempts', String(failed.length)]);
      return;
    case 'no-key': {
      const retryAfterMs = result.returnsAt === undefined ? Infinity : Math.max(0, result.returnsAt - now);
      writer.error('no_key_available', { retryAfterMs });
      return;
    }
    case 'deadline':
      writer.error('deadline_exceeded');
      return;
    case 'cancelled':
    case 'left':
      return;
  }
}

async function giveAnswer(
  writer: ResponseWriter,
  relayed: Relayed,
  retelling: ResponseTranslator | undefined,
): Promise<void> {
  const { opening } = relayed.attempt;
  if (opening.kind !== 'whole' && opening.kind !== 'open') return;
  if (retelling !== undefined) await writer.translated(relayed, opening.headers, retelling);
  else if (opening.kind === 'whole') writer.whole(relayed, opening.status, opening.headers, opening.body);
  else await writer.relay(relayed, opening.status, opening.headers);
}

/** A provider's error, as it came wherever the client can read that. */
async function giveError(writer: ResponseWriter, relayed: Relayed, status: number): Promise<void> {
  const { opening, dialect } = relayed.attempt;
  if (opening.kind !== 'whole' && opening.kind !== 'open') return;
  // An error that came encoded could not be redacted: the client gets the status, and what was read of it, or our words.
  const isKept = isEncoded(opening.headers);
  if (isKept || writer.hasBegunEarly || familyOf(dialect) !== familyOf(writer.dialect))
    writer.translatedError(relayed, status, opening.headers);
  else if (opening.kind === 'whole') writer.whole(relayed, status, opening.headers, opening.body);
  else await writer.relay(relayed, opening.status, opening.headers);
}

/** Whether a provider encoded an answer, although it was asked not to. */
function isEncoded(headers: ResponseHeaders): boolean {
  const encoding = headerText(headers['content-encoding']).trim().toLowerCase();
  return encoding !== '' && encoding !== 'identity';
}

/** What a client is told where no provider said anything that it may see. */
function errorCodeOf({ fault, timedOut, verdict }: Attempt): GatewayErrorCode {
  if (timedOut) return 'upstream_timeout';
  if (fault === 'key-unusable') return 'upstream_credentials_exhausted';
  if (fault === 'not-sent') return 'upstream_unreachable';
  if (fault !== undefined || verdict.class === 'overloaded') return 'upstream_broken';
  return 'upstream_credentials_exhausted';
}
