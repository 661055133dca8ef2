import { clockOf, durationOf, momentOf, numberOf, untilMidnight, untilNamed } from './time-notations.ts';
import { waitInPhrases } from './wait-phrases.ts';

/**
 * How long a provider asks to be left alone.
 * - `retry-after`: what it says outright, in `Retry-After` and its kin, in fields of the body or in words
 * - `limits`: that, else the reset times of its limits. These stand on good answers too, so they mean a wait
 *   only where the verdict is that a limit was hit
 * - `midnight-pacific`, `midnight-utc`: the end of the provider's day, for daily quotas whose other hints speak of
 *   another limit than the one that was hit
 */
export type WaitSource = 'retry-after' | 'limits' | 'midnight-pacific' | 'midnight-utc';

/** How a wait is read; `limits`, an hour and UTC unless said otherwise. */
export interface WaitOptions {
  readonly from?: WaitSource;
  /** No hint is believed beyond this. Milliseconds. */
  readonly capMs?: number;
  /** How far ahead of UTC the clock is that times without a zone are written by. Hours. */
  readonly zoneHours?: number;
}

const HOUR = 3_600_000;

/** For everyday throttling: a longer hint is more likely wrong than right, and a probe is cheap by then. */
export const DEFAULT_WAIT_CAP_MS = HOUR;
/** For daily quotas and for credit. */
export const LONG_WAIT_CAP_MS = 24 * HOUR;

type Headers = Readonly<Record<string, string>>;

/** Fields and words about waiting stand near the beginning of a body. */
const MAX_BODY = 16 * 1024;

/**
 * Reads the wait out of an answer, the plainest statement first: `retry-after-ms`, `retry-after`, fields of the
 * body such as Google's `RetryInfo`, words such as "try again in 1.2s", then the reset times of limits: of the
 * exhausted one, or the longest where none says that it is. What is unreadable, negative or already past is passed
 * over.
 *
 * @param headers lower-case names
 * @param now milliseconds since 1970; a moment named by the provider is measured from its own `date` instead,
 *   where it sent one, so that a clock that is off makes no difference
 * @returns whole milliseconds, more than 0 and at most the cap; undefined where the answer says nothing. Never throws
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
      return waitAskedFor(headers, body, clock, zoneHours);
    case 'limits':
      return waitAskedFor(headers, body, clock, zoneHours) ?? limitReset(headers, body, clock);
  }
}

function waitAskedFor(headers: Headers, body: string, clock: number, zoneHours: number): number | undefined {
  const stated =
    inFuture(numberOf(headers['retry-after-ms'])) ??
    inFuture(untilNamed(headers['retry-after'], clock)) ??
    fieldWait(body, clock);
  return stated ?? inFuture(waitInPhrases(body, clockOf(clock, zoneHours)));
}

/** Rounded up, but not for what decimal fractions lose in binary: 1.1 s is 1,100 ms. */
function wholeMs(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs - 1e-6));
}

function inFuture(waitMs: number | undefined): number | undefined {
  return waitMs !== undefined && waitMs > 0 && Number.isFinite(waitMs) ? waitMs : undefined;
}

/** Fields of a body that hold a wait, JSON in JSON included; the plainest first. */
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
 * `anthropic-ratelimit-unified-5h-reset`, `ratelimit-reset`; what remains of the same limit is named alike.
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

/** Nothing remains, or Anthropic says that it refused because of this window. */
function isExhausted(headers: Headers, reset: string): boolean {
  const remaining = headers[reset.replace(/-reset(?=-|$)/, '-remaining')];
  const status = headers[reset.replace(/-reset(?=-|$)/, '-status')];
  return numberOf(remaining) === 0 || status === 'rejected';
}

/** OpenRouter repeats the headers of the provider behind it in its body. */
function quotedReset(body: string, clock: number): number | undefined {
  return inFuture(untilNamed(/"x-ratelimit-reset"\s*:\s*"([\w.:+-]{1,40})"/i.exec(body)?.[1], clock));
}
