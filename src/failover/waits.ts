/**
 * How long a provider asks to be left alone.
 * - `retry-after`: what it says outright, in `Retry-After` and its kin or in words
 * - `limits`: that, else the reset times of its limits. These stand on good answers too, so they mean a wait
 *   only where the verdict is that a limit was hit
 */
export type WaitSource = 'retry-after' | 'limits';

/** How a wait is read; `limits` and an hour unless said otherwise. */
export interface WaitOptions {
  readonly from?: WaitSource;
  /** No hint is believed beyond this. Milliseconds. */
  readonly capMs?: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For everyday throttling: a longer hint is more likely wrong than right, and a probe is cheap by then. */
export const DEFAULT_WAIT_CAP_MS = HOUR;
/** For daily quotas and for credit. */
export const LONG_WAIT_CAP_MS = DAY;

type Headers = Readonly<Record<string, string>>;

/** Longer header values are no times. */
const MAX_VALUE = 64;
/** Words about waiting stand in the message, never far into a body. */
const MAX_WORDS = 16 * 1024;

/**
 * Reads the wait out of an answer, the plainest statement first: `retry-after-ms`, `retry-after`, Google's
 * `RetryInfo`, words such as "try again in 1.2s", then the reset times of limits: of the exhausted one, or the
 * longest where none says that it is. What is unreadable, negative or already past is passed over.
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
  { from = 'limits', capMs = DEFAULT_WAIT_CAP_MS }: WaitOptions = {},
): number | undefined {
  const clock = momentOf(headers['date']) ?? now;
  const waitMs =
    inFuture(numberOf(headers['retry-after-ms'])) ??
    untilNamed(headers['retry-after'], clock) ??
    inFuture(retryInfoOf(errorText)) ??
    inFuture(wordsOf(errorText)) ??
    (from === 'limits' ? limitReset(headers, clock) : undefined);
  return waitMs === undefined ? undefined : Math.min(wholeMs(waitMs), capMs);
}

/** Rounded up, but not for what decimal fractions lose in binary: 1.1 s is 1,100 ms. */
function wholeMs(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs - 1e-6));
}

function inFuture(waitMs: number | undefined): number | undefined {
  return waitMs !== undefined && waitMs > 0 && Number.isFinite(waitMs) ? waitMs : undefined;
}

/** Milliseconds from `clock` until what a header names: a number of seconds, a duration or a moment. */
function untilNamed(value: string | undefined, clock: number): number | undefined {
  if (value === undefined || value.length > MAX_VALUE) return undefined;
  const text = value.trim();
  const number = numberOf(text);
  if (number !== undefined) return inFuture(untilNumber(number, clock));
  const moment = momentOf(text);
  return inFuture(moment === undefined ? durationOf(text) : moment - clock);
}

/**
 * A bare number is seconds from now or a point in time, and its size tells which: as seconds from now a
 * thousand million would be thirty years.
 */
function untilNumber(value: number, clock: number): number {
  if (value >= 1e12) return value - clock;
  if (value >= 1e9) return value * SECOND - clock;
  return value * SECOND;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,20}(?:\.\d{0,20})?\s*$/.test(text) ? Number(text) : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
};

/** `6m0s`, `12ms`, `1.2s`, `1h2m3s`, `1d`: the notation of Go's durations, with days. */
function durationOf(text: string): number | undefined {
  if (!/^(?:\d{1,15}(?:\.\d{1,15})?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** Milliseconds since 1970 of an RFC 3339 or HTTP date. A time without a zone is UTC. */
function momentOf(text: string | undefined): number | undefined {
  if (text === undefined || text.length > MAX_VALUE) return undefined;
  const isRfc3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text);
  const isHttpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text);
  if (!isRfc3339 && !isHttpDate) return undefined;
  const zoned = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}${isRfc3339 ? 'Z' : ' GMT'}`;
  const moment = Date.parse(zoned);
  return Number.isNaN(moment) ? undefined : moment;
}

/** `"retryDelay": "33.5s"` of google.rpc.RetryInfo. */
function retryInfoOf(text: string): number | undefined {
  const delay = /"retryDelay"\s*:\s*"([\w.]{1,40})"/.exec(text)?.[1];
  return delay === undefined ? undefined : durationOf(delay);
}

const AMOUNT = String.raw`\d{1,12}(?:\.\d{1,12})?\s?(?:milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ms|s|m|h|d)(?![a-z])`;
/** "try again in 1.2s", "Please retry after 20 seconds", "reset after 1h2m", "wait 46 seconds". */
const WORDS = new RegExp(
  String.raw`\b(?:(?:again|retry|retrying|resets?|available) (?:in|after)|wait(?: for)?) ((?:${AMOUNT},?\s?(?:and )?){1,4})`,
  'i',
);

function wordsOf(text: string): number | undefined {
  const found = WORDS.exec(text.slice(0, MAX_WORDS))?.[1];
  if (found === undefined) return undefined;
  let total = 0;
  for (const [, amount, unit = ''] of found.matchAll(/(\d+(?:\.\d+)?)\s?([a-z]+)/gi)) {
    const isMilliseconds = /^(?:ms|milli)/i.test(unit);
    total += Number(amount) * (isMilliseconds ? 1 : (UNITS[unit.charAt(0).toLowerCase()] ?? 0));
  }
  return total;
}

/**
 * Resets are named `x-ratelimit-reset-tokens`, `anthropic-ratelimit-tokens-reset`, `ratelimit-reset`; what
 * remains of the same limit is named alike.
 */
function limitReset(headers: Headers, clock: number): number | undefined {
  let exhausted: number | undefined;
  let longest: number | undefined;
  for (const name of Object.keys(headers)) {
    if (!/ratelimit.*-reset(?:-|$)/.test(name)) continue;
    const waitMs = untilNamed(headers[name], clock);
    if (waitMs === undefined) continue;
    longest = Math.max(longest ?? 0, waitMs);
    const remaining = numberOf(headers[name.replace(/-reset(?=-|$)/, '-remaining')]);
    if (remaining === 0) exhausted = Math.max(exhausted ?? 0, waitMs);
  }
  return exhausted ?? longest;
}
