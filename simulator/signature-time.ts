import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './vendor-errors/vendor-errors.ts';
import { refusedByAws } from './vendor-errors/bedrock.ts';

/** docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html: a request arrives within five minutes of its time stamp. */
const TOLERANCE_MINUTES = 5;

/**
 * The refusal of a request that was signed too early or too late (AWS Signature Version 4); undefined for all others.
 * @param now - milliseconds since the epoch, by the vendor's clock
 */
export function untimely(headers: IncomingHttpHeaders, now: number): Refusal | undefined {
  const stamp = headers['x-amz-date'];
  if (typeof stamp !== 'string') return undefined;
  const signedAt = Date.parse(stamp.replace(STAMP, '$1-$2-$3T$4:$5:$6Z'));
  const toleranceMs = TOLERANCE_MINUTES * 60_000;
  const earliest = now - toleranceMs;
  const latest = now + toleranceMs;
  if (signedAt < earliest)
    return refused(`expired: ${stamp} is now earlier than ${stampOf(earliest)} (${stampOf(now)} - 5 min.)`);
  if (signedAt > latest)
    return refused(
      `not yet current: ${stamp} is still later than ${stampOf(latest)} (${stampOf(now)} + 5 min.)`,
    );
  return Number.isNaN(signedAt) ? refused('date is not ISO 8601') : undefined;
}

function refused(what: string): Refusal {
  return refusedByAws(403, 'InvalidSignatureException', `Signature ${what}`);
}

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u;

function stampOf(at: number): string {
  return new Date(at).toISOString().replaceAll(/[:-]|\.\d{3}/gu, '');
}
