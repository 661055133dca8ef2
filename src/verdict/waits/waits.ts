import { durationOf, momentOf, numberOf, untilMidnight, untilNamed } from './time-notations.ts';
import { waitInPhrases } from './wait-phrases.ts';

/**
 * Where the wait that a provider asks for is read from.
 * - `retry-after`: `Retry-After` and similar headers, fields of the body, phrases in it
 * - `limits`: these, else the reset times of rate limits. Good responses have reset times too, so they mean a wait only
 *   where a limit was hit
 * - `midnight-pacific`, `midnight-utc`: the end of the provider's day, for daily quotas whose other hints are about
 *   another limit
 */
export type WaitSource = 'retry-after' | 'limits' | 'midnight-pacific' | 'midnight-utc';

/** How a wait is read. Defaults: `limits`, an hour, UTC. */
export interface WaitOptions {
  readonly from?: WaitSource;
  /** Longer hints are cut to this. Milliseconds. */
  readonly capMs?: number;
  /** UTC offset of times without a zone. Hours. */
  readonly zoneHours?: number;
}

const HOUR = 3_600_000;

/** For rate limits: a longer hint is probably wrong, and trying the key again after an hour is cheap. */
export const DEFAULT_WAIT_CAP_MS = HOUR;
/** For daily quotas and for credit. */
export const LONG_WAIT_CAP_MS = 24 * HOUR;

type Headers = Readonly<Record<string, string>>;

/** Of a body only the beginning is searched. Characters. */
const MAX_BODY = 16 * 1024;

/**
 * Reads the wait out of a response, the most explicit statement first: `retry-after-ms`, `retry-after`, fields of the
 * body such as Google's `RetryInfo`, phrases such as "try again in 1.2s", then the reset times of rate limits: of the
 * exhausted one, or the latest where none is marked as exhausted. Values that are unreadable, negative or past are
 * ignored.
 *
 * @param headers - lower-case names
 * @param now - milliseconds since 1970; where the response has a `date`, absolute times count from that instead, so
 *   that a difference of clocks does not matter
 * @returns whole milliseconds, more than 0 and at most the cap; undefined where the response names no wait. Never throws
 */
export function readWait(
  headers: Headers,
  errorText: string,
  now: number,
  { from = 'limits', capMs = DEFAULT_WAIT_CAP_MS, zoneHours = 0 }: WaitOptions = {},
): number | undefined {
  const clock = momentOf(headers['date']) ?? now;
  const waitMs = waitFrom(from, headers, errorText.slice(0, MAX_BODY), clock, zoneHours);
  return waitMs === undefined ? undefined : Math.min(wholeMs(waitMs), capMs);
}

function waitFrom(
  from: WaitSource,
  headers: Headers,
  body: string,
  clock: number,
  zoneHours: number,
): number | undefined {
  switch (from) {
    case 'midnight-pacific':
      return untilMidnight(clock, 'America/Los_Angeles');
    case 'midnight-utc':
      return untilMidnight(clock, 'UTC');
    case 'retry-after':
      return statedWait(headers, body, clock, zoneHours);
    case 'limits':
      return statedWait(headers, body, clock, zoneHours) ?? limitReset(headers, body, clock);
  }
}

function statedWait(headers: Headers, body: string, clock: number, zoneHours: number): number | undefined {
  const stated =
    inFuture(numberOf(headers['retry-after-ms'])) ??
    inFuture(untilNamed(headers['retry-after'], clock)) ??
    fieldWait(body, clock);
  return stated ?? inFuture(waitInPhrases(body, { now: clock, zoneHours }));
}

/** Rounded up, except for the binary error of decimal fractions: 1.1 s is 1,100 ms. */
function wholeMs(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs - 1e-6));
}

function inFuture(waitMs: number | undefined): number | undefined {
  return waitMs !== undefined && waitMs > 0 && Number.isFinite(waitMs) ? waitMs : undefined;
}

/** Fields of a body that hold a wait, also within JSON in a string. */
const DURATIONS = /\\?"(?:retryDelay|quotaResetDelay)\\?"\s*:\s*\\?"([\w.]{1,40})\\?"/;
const MOMENTS = /\\?"(?:resets_at|quotaResetTimeStamp)\\?"\s*:\s*\\?"?([\w.:+-]{1,40})/;
const SECONDS = /\\?"(?:retry_after|resets_in_seconds|retry_after_seconds)\\?"\s*:\s*\\?"?(\d[\d.]{0,20})/;

function fieldWait(body: string, clock: number): number | undefined {
  const seconds = numberOf(SECONDS.exec(body)?.[1]);
  return (
    inFuture(durationOf(DURATIONS.exec(body)?.[1] ?? '')) ??
    inFuture(untilNamed(MOMENTS.exec(body)?.[1], clock)) ??
    inFuture(seconds === undefined ? undefined : seconds * 1000)
  );
}

/**
 * Resets are named `x-ratelimit-reset-tokens`, `anthropic-ratelimit-tokens-reset`,
 * `anthropic-ratelimit-unified-5h-reset`, `ratelimit-reset`; the remaining amount has `remaining` in the same place.
 */
function limitReset(headers: Headers, body: string, clock: number): number | undefined {
  let exhausted: number | undefined;
  let longest: number | undefined;
  for (const name of Object.keys(headers)) {
    if (!/ratelimit.*-reset(?:-|$)/.test(name)) continue;
    const waitMs = inFuture(untilNamed(headers[name], clock));
    if (waitMs === undefined) continue;
    longest = Math.max(longest ?? 0, waitMs);
    if (isExhausted(headers, name)) exhausted = Math.max(exhausted ?? 0, waitMs);
  }
  return exhausted ?? longest ?? quotedReset(body, clock);
}

/** Nothing remains, or Anthropic's status says that this window rejected the request. */
function isExhausted(headers: Headers, reset: string): boolean {
  const remaining = headers[reset.replace(/-reset(?=-|$)/, '-remaining')];
  const status = headers[reset.replace(/-reset(?=-|$)/, '-status')];
  return numberOf(remaining) === 0 || status === 'rejected';
}

/** OpenRouter repeats the headers of the provider behind it in its body. */
function quotedReset(body: string, clock: number): number | undefined {
  return inFuture(untilNamed(/"x-ratelimit-reset"\s*:\s*"([\w.:+-]{1,40})"/i.exec(body)?.[1], clock));
}
