import type { AttemptEnded } from './event.ts';
import { ANY_MODEL, MAX_MODEL_LENGTH } from './record.ts';
import type { Hold, InService } from './record.ts';

/** No verdict is for ever: no wait is longer than this, whatever a provider says. Milliseconds. */
export const MAX_WAIT_MS = 24 * 60 * 60 * 1000;

/** A throttled key whose provider named no wait rests this long, twice as long on each repetition. */
const THROTTLE_BASE_MS = 2_000;
const THROTTLE_MAX_MS = 60_000;

/** How long a key rests from a model it was denied: long enough to spare requests, short enough for a grant to show. */
export const DENIAL_MS = 10 * 60 * 1000;

/** Holds on single models that are kept for one key. */
export const MAX_HOLDS = 64;

/** The record of a key that was turned away for one model. */
export function applyHold(record: InService, cause: Hold['cause'], event: AttemptEnded): InService {
  if (event.model.length > MAX_MODEL_LENGTH) return record;
  // What is denied is a model: a request that named none says nothing of any.
  if (cause === 'denied' && event.model === ANY_MODEL) return record;
  // It was met before the operator ended holds: one that is told again, because the store did not say that it had it, or
  // one that comes late, which costs one refused request.
  if (record.liftedAt !== undefined && event.at <= record.liftedAt) return record;
  const before = record.holds.find((held) => held.model === event.model);
  const same = before?.cause === cause ? before : undefined;
  // Requests that were already under way when the first one was turned away say nothing new.
  const strikes = same === undefined ? 1 : event.startedAt < same.since ? same.strikes : same.strikes + 1;
  const until = Math.max(event.at + holdWait(cause, strikes, event.waitMs), same?.until ?? 0);
  if (same !== undefined && until === same.until && strikes === same.strikes) return record;
  // Another node's clock may be behind: what it tells is news all the same.
  const since = Math.max(event.at, same?.since ?? 0);
  const { model, rule, wide, chat, unproven } = event;
  const held: Hold = {
    model,
    cause,
    rule,
    since,
    until,
    strikes,
    ...(wide === true && { wide }),
    ...(chat === true && { chat }),
    ...(unproven === true && { unproven }),
  };
  const others = record.holds.filter((other) => other !== before);
  const holds = withHold(others, held, event.at);
  return holds === undefined ? record : { ...record, holds };
}

/**
 * The holds with one more. Where there is no room, one goes that is over, else a denial: of several the one that ends
 * soonest. What protects from a throttle goes never: where there is nothing but throttles, a denial is not kept, which
 * costs one refused request; and one more throttle, beside so many models, is taken for one of the whole key, for as long
 * as all the others last.
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

/** A wait that a provider named, as it counts. Milliseconds. */
export function boundedWait(waitMs: number): number {
  return Math.min(Math.max(waitMs, 0), MAX_WAIT_MS);
}
