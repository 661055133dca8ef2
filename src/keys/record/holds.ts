import type { AttemptEnded } from './event.ts';
import { ANY_MODEL, MAX_MODEL_LENGTH } from './record.ts';
import type { Hold, InService } from './record.ts';

/** The longest wait, whatever a provider says. Milliseconds. */
export const MAX_WAIT_MS = 24 * 60 * 60 * 1000;

/** Backoff of a throttled key whose provider named no wait: doubled each time, up to the maximum. Milliseconds. */
const THROTTLE_BASE_MS = 2_000;
const THROTTLE_MAX_MS = 60_000;

/** Hold after a denial: long enough to spare requests, short enough to notice a new grant. Milliseconds. */
export const DENIAL_MS = 10 * 60 * 1000;

/** Holds for single models in one record. */
export const MAX_HOLDS = 64;

/** The record with a hold for the model of the event. */
export function applyHold(record: InService, cause: Hold['cause'], event: AttemptEnded): InService {
  if (event.model.length > MAX_MODEL_LENGTH) return record;
  // A denial is of a model: a request without one says nothing about any.
  if (cause === 'denied' && event.model === ANY_MODEL) return record;
  // From before the operator ended holds: an event that is applied again, since the store did not confirm the write, or
  // a late one. Where it was news, that costs one refused request.
  if (record.liftedAt !== undefined && event.at <= record.liftedAt) return record;
  const before = record.holds.find((held) => held.model === event.model);
  const same = before?.cause === cause ? before : undefined;
  // Requests that were in flight when the hold began say nothing new.
  const strikes = same === undefined ? 1 : event.startedAt < same.since ? same.strikes : same.strikes + 1;
  const until = Math.max(event.at + holdWait(cause, strikes, event.waitMs), same?.until ?? 0);
  if (same !== undefined && until === same.until && strikes === same.strikes) return record;
  // Another node's clock may be behind: its event counts nevertheless.
  const since = Math.max(event.at, same?.since ?? 0);
  const { model, rule, domainWide, chat, unproven } = event;
  const held: Hold = {
    model,
    cause,
    rule,
    since,
    until,
    strikes,
    ...(domainWide === true && { wide: domainWide }),
    ...(chat === true && { chat }),
    ...(unproven === true && { unproven }),
  };
  const others = record.holds.filter((other) => other !== before);
  const holds = withHold(others, held, event.at);
  return holds === undefined ? record : { ...record, holds };
}

/**
 * The holds with one more. Where there is no room, one that is over is dropped, else the denial that ends soonest, but
 * never a throttle. Where all are throttles, a denial is not kept (which costs one refused request), and a further
 * throttle becomes one for every model until the first of the others ends.
 * @returns undefined where it is not kept
 */
function withHold(others: readonly Hold[], held: Hold, now: number): readonly Hold[] | undefined {
  if (coversAnyModel(held) || others.filter((other) => !coversAnyModel(other)).length < MAX_HOLDS)
    return [...others, held];
  const over = others.filter((other) => !coversAnyModel(other) && other.until <= now);
  const denied = others.filter(({ cause }) => cause === 'denied');
  const victims = over.length > 0 ? over : denied;
  const [victim] = victims.toSorted((a, b) => a.until - b.until);
  if (victim !== undefined) return [...others.filter((other) => other !== victim), held];
  if (held.cause === 'denied') return undefined;
  const until = Math.min(held.until, ...others.map((other) => other.until));
  return [...others.filter((other) => !coversAnyModel(other)), { ...held, model: ANY_MODEL, until }];
}

function coversAnyModel({ model }: Hold): boolean {
  return model === ANY_MODEL;
}

function holdWait(cause: Hold['cause'], strikes: number, named: number | undefined): number {
  if (cause === 'denied') return DENIAL_MS;
  if (named !== undefined) return boundedWait(named);
  return Math.min(THROTTLE_BASE_MS * 2 ** (strikes - 1), THROTTLE_MAX_MS);
}

/** A wait that a provider named, within its bounds. Milliseconds. */
export function boundedWait(waitMs: number): number {
  return Math.min(Math.max(waitMs, 0), MAX_WAIT_MS);
}
