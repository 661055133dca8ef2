import { momentOf, unitOf, untilTimeOfDay } from './time-notations.ts';
import type { Clock } from './time-notations.ts';

/* Waits that providers write in sentences. */

const AMOUNT = String.raw`\d{1,12}(?:\.\d{1,12})?\s?(?:milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ms|s|m|h|d)(?![a-z])`;

/** "try again in 1.2s", "Please retry after 20 seconds", "reset after 1h2m", "wait 46 seconds", "resets in ~5s". */
const WAIT = new RegExp(
  String.raw`\b(?:(?:again|retry|retrying|resets?|refresh(?:es)?|available) (?:in|after)|wait(?: for)?) (?:about |approximately |~ ?)?((?:${AMOUNT},?\s?(?:and )?){1,4})(?!\s?(?:of|since|from|old|tokens?|context|windows?|param\w*|plans?|tiers?)\b)`,
  'i',
);

/** "请在 30 秒后重试". */
const CHINESE_WAIT = /(\d{1,9}(?:\.\d{1,9})?)\s?(毫秒|秒|分钟?|小时|天)(?:钟)?(?:之?后|再试)/;

/** "resets at 2026-05-15T15:00:00Z", "will reset at 2026-09-09 05:38:28", "将在 2026-09-09 05:38:28 重置". */
const MOMENT =
  /(?:\b(?:resets?|again|available|until|after|regain access|refresh(?:es)?) (?:at|on|after)?\s?|将?[在于]\s?)(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\s?UTC|[+-]\d\d:?\d\d)?)/i;

/** "regain access on 2026-04-01 at 00:00 UTC". */
const DATE_AND_TIME =
  /\b(?:access|resets?|again|available) (?:on |at )?(\d{4}-\d\d-\d\d)(?: at)? (\d\d:\d\d) ?(?:UTC|GMT)/i;

/** "over a rolling 24-hour window": taken as the whole window. */
const ROLLING = /\brolling (\d{1,3})[- ](hour|day|minute)s?\b/i;

/** "Resets at 10:00 UTC". */
const TIME_OF_DAY =
  /\b(?:resets?|again|available|refresh(?:es)?) at ([01]?\d|2[0-3]):([0-5]\d) ?(?:UTC|GMT)/i;

/** Milliseconds until the time that a text names; undefined where it names none. May be negative. */
export function waitInPhrases(text: string, clock: Clock): number | undefined {
  return waitIn(text) ?? momentIn(text, clock) ?? timeOfDayIn(text, clock) ?? rollingIn(text);
}

function waitIn(text: string): number | undefined {
  const found = WAIT.exec(text)?.[1];
  if (found === undefined) {
    const [, amount, unit] = CHINESE_WAIT.exec(text) ?? [];
    return amount === undefined || unit === undefined ? undefined : Number(amount) * unitOf(unit);
  }
  let total = 0;
  for (const [, amount, unit = ''] of found.matchAll(/(\d+(?:\.\d+)?)\s?([a-z]+)/gi)) {
    total += Number(amount) * unitOf(unit);
  }
  return total;
}

function momentIn(text: string, { now, zoneHours }: Clock): number | undefined {
  const [, day, minute] = DATE_AND_TIME.exec(text) ?? [];
  const written = day === undefined || minute === undefined ? MOMENT.exec(text)?.[1] : `${day}T${minute}:00Z`;
  const moment = momentOf(written?.replace(/\s?UTC$/i, 'Z'), zoneHours);
  return moment === undefined ? undefined : moment - now;
}

function timeOfDayIn(text: string, { now }: Clock): number | undefined {
  const [, hours, minutes] = TIME_OF_DAY.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  return untilTimeOfDay(Number(hours), Number(minutes), now);
}

function rollingIn(text: string): number | undefined {
  const [, amount, unit] = ROLLING.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * unitOf(unit);
}
