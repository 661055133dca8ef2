/* Notations of durations, points in time and times of day. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Longer values are not parsed. Characters. */
const MAX_VALUE = 64;

/** Milliseconds from `clock` until what a field names: seconds, a duration or a point in time. May be negative. */
export function untilNamed(value: string | undefined, clock: number): number | undefined {
  if (value === undefined || value.length > MAX_VALUE) return undefined;
  const text = value.trim();
  const number = numberOf(text);
  if (number !== undefined) return untilNumber(number, clock);
  const moment = momentOf(text);
  return moment === undefined ? durationOf(text) : moment - clock;
}

/** A bare number is seconds from now or a point in time, by its size: 1e9 seconds from now would be thirty years. */
function untilNumber(value: number, clock: number): number {
  if (value >= 1e12) return value - clock;
  if (value >= 1e9) return value * SECOND - clock;
  return value * SECOND;
}

/** A decimal number that is not negative. */
export function numberOf(text: string | undefined): number | undefined {
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

/** `6m0s`, `12ms`, `1.2s`, `1h2m3s`, `1d`: the notation of Go's durations, with days. Milliseconds. */
export function durationOf(text: string): number | undefined {
  if (!/^(?:\d{1,15}(?:\.\d{1,15})?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** Milliseconds in a unit that people write: `ms`, `s`, `seconds`, `mins`, `hour`, `d`, `秒`, `分钟`. */
export function unitOf(word: string): number {
  if (/^(?:ms|milli|毫)/i.test(word)) return 1;
  const first = word.charAt(0).toLowerCase();
  return UNITS[CHINESE[first] ?? first] ?? 0;
}

const CHINESE: Readonly<Record<string, string>> = { 秒: 's', 分: 'm', 小: 'h', 天: 'd' };

/**
 * Milliseconds since 1970 of an RFC 3339 or HTTP date. A time without a zone has `zoneHours`.
 */
export function momentOf(text: string | undefined, zoneHours = 0): number | undefined {
  if (text === undefined || text.length > MAX_VALUE) return undefined;
  const isRfc3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text);
  const isHttpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text);
  if (!isRfc3339 && !isHttpDate) return undefined;
  const isZoned = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i.test(text);
  const moment = Date.parse(isZoned ? text : `${text}${isRfc3339 ? 'Z' : ' GMT'}`);
  if (Number.isNaN(moment)) return undefined;
  return isZoned ? moment : moment - zoneHours * HOUR;
}

/** Now, and the zone that the provider writes times in. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of times without a zone; hours ahead of UTC. */
  readonly zoneHours: number;
}

/** Milliseconds until a time of day in UTC comes round. */
export function untilTimeOfDay(hours: number, minutes: number, now: number): number {
  const at = (hours * HOUR + minutes * MINUTE - (now % DAY) + DAY) % DAY;
  return at === 0 ? DAY : at;
}

/** Milliseconds until the next midnight in a zone of the IANA database. */
export function untilMidnight(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(now);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const sinceMidnight =
    part('hour') * HOUR + part('minute') * MINUTE + part('second') * SECOND + (now % SECOND);
  return DAY - sinceMidnight;
}
