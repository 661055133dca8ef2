import { preferenceOf } from '../affinity/preference.ts';
import type { Preference } from '../affinity/preference.ts';
import type { Maker } from '../affinity/made.ts';
import type { Call } from '../dialects/call.ts';
import type { Domain } from '../keys/domain.ts';
import type { Taken } from '../providers/take.ts';
import type { Retelling } from '../translate/retelling.ts';
import type { WholeHold } from '../upstream/exchange.ts';
import { Attempt } from './attempt.ts';
import type { AttemptTools } from './attempt.ts';
import { choiceRequest, choose, chooseLastResort, chooseOnly } from './choose.ts';
import type { Choice } from './choose.ts';
import { isTooLong, mayRepeat, nextStep, usesUpAnAttempt } from './next-step.ts';
import { keyForTrial } from './blame/circuits.ts';
import type { Outage } from './blame/circuits.ts';
import { suspectedSince } from './blame/poison.ts';
import type { RouteTarget } from './route.ts';
import { tryLimits } from './try-limits.ts';
import type { KeyWait, WaitOptions } from './queue/key-wait.ts';

/** Bounds and options that hold for every provider. */
export interface ServeLimits {
  /** Bytes of an answer that may wait before the commit gate. */
  readonly holdBytes: number;
  /** How long a client may take nothing of an answer before it counts as gone. Milliseconds. */
  readonly stallMs: number;
  /** Keeps an answer back until it is complete; absent where its first output may go out. */
  readonly holdWhole?: WholeHold;
  /** Default `fail`: what is too long for one target is for none. */
  readonly onContextLength?: 'fail' | 'next';
  /** Absent where a request that finds no key is told so at once. */
  readonly waiting?: WaitOptions;
}

/** A request on its way through the providers. */
export interface Serving {
  readonly call: Call;
  readonly tools: AttemptTools;
  readonly limits: ServeLimits;
  /** Who alone can read what it sends back, where that is so. */
  readonly owner: Maker | undefined;
  /** The tries that failed so far, in order. */
  readonly failed: Attempt[];
  /** The largest known window that it turned out to be too long for. Tokens; 0 before. */
  exceeds: number;
  /** Absent where it may not wait for a key. */
  readonly wait: KeyWait | undefined;
}

/** What one request has met at one target of its route, over all its turns there. */
export interface Visit {
  readonly target: RouteTarget;
  /** Targets that come after it, of which there is as much hope. */
  targetsLeft: number;
  /** Ids of the keys it has tried: none is used twice. */
  readonly tried: Set<string>;
  /** What is known of its provider's being down, as the request came to it. */
  readonly outage: Outage | undefined;
  /** Of `attempts`, those that are left to it. */
  attemptsLeft: number;
  readonly met: MetLimits;
}

/** What a request has met of the limits that keys share. */
interface MetLimits {
  /** Another domain is asked first. Whether these may be asked again, their keys' records say. */
  readonly left: Set<Domain>;
  /** It is too large for these, and no record says so, since others are not. */
  readonly closed: Set<Domain>;
}

/** How a provider's turn ended. */
export type ProviderEnd =
  /** It passed the commit gate. Where it has to be retold before it is the client's, `retelling` does so. */
  | { readonly kind: 'answer'; readonly attempt: Attempt; readonly retelling: Retelling | undefined }
  /** It cannot do what is asked for, with any key. */
  | Refused
  /** The client went away during this attempt. */
  | { readonly kind: 'cancelled'; readonly attempt: Attempt }
  /** The request ends: what it has met, no other provider would change. */
  | { readonly kind: 'final' }
  | { readonly kind: 'deadline' }
  /** No key can be used. `returnsAt` is when the first one is due back, where one is and it was asked for. */
  | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
  /** Its tries are spent; another key of it might still do better. */
  | { readonly kind: 'spent' }
  /** The provider is done with: another key of it would be no help, or one try more too many. */
  | { readonly kind: 'exhausted' }
  /** There is no time for it before the targets to come had theirs. */
  | { readonly kind: 'put-off' }
  /** So it is, and the request is under suspicion: three of its keys failed it alike. */
  | { readonly kind: 'suspect' };

/** No provider can do what is asked for, with any key. */
export type Refused = Extract<Taken, { readonly kind: 'refused' }>;

/**
 * Keys of one provider that one request may try, whatever they answer: where so many were rejected one after
 * another, the next target is closer than the next good key.
 */
const MAX_KEYS = 64;

/**
 * A request comes to a target of its route.
 * @param before - its failed tries before it waited: what it met here then still counts, but for limits, which may be over
 */
export function openVisit(
  target: RouteTarget,
  outage: Outage | undefined,
  before: readonly Attempt[] = [],
): Visit {
  const { provider, model } = target;
  const visit: Visit = {
    target,
    targetsLeft: 0,
    outage,
    tried: new Set(),
    attemptsLeft: provider.policy.attempts,
    met: { left: new Set(), closed: new Set() },
  };
  for (const attempt of before) {
    const { plan, effect } = attempt;
    if (plan.provider !== provider || plan.model !== model || effect.kind === 'throttles') continue;
    visit.tried.add(plan.pooled?.key.id ?? '');
    if (usesUpAnAttempt(attempt, provider.policy)) visit.attemptsLeft--;
  }
  return visit;
}

/**
 * `normal`: with keys in service. `last-resort`: with one that is not, after all targets had their normal turn.
 */
export type Turn = 'normal' | 'last-resort';

/** A turn of a target: tries its provider's keys. What failed is added to `serving.failed`. */
export async function takeTurn(serving: Serving, visit: Visit, turn: Turn): Promise<ProviderEnd> {
  const { provider, model } = visit.target;
  const taking = provider.take(serving.call, model);
  const taken = taking instanceof Promise ? await taking : taking;
  if (taken.kind === 'refused') return taken;
  const end = await tryKeys(serving, visit, turn, taken);
  if (end.kind !== 'answer') taken.retelling?.drop();
  return end;
}

async function tryKeys(
  serving: Serving,
  visit: Visit,
  turn: Turn,
  { call, retelling }: Extract<Taken, { readonly kind: 'taken' }>,
): Promise<ProviderEnd> {
  const { tools } = serving;
  const { provider, model } = visit.target;
  if (turn === 'normal') tools.recorder.budgetOf(provider).request(tools.now());
  const preference = preferenceAt(serving.call, visit);

  while (visit.attemptsLeft > 0 && visit.tried.size < MAX_KEYS) {
    const choice = chooseKey(visit, turn, preference, tools);
    if (choice.kind === 'none') return { kind: 'no-key', returnsAt: choice.returnsAt };
    const targetsLeft = turn === 'last-resort' ? 0 : visit.targetsLeft;
    const next = { call, target: visit.target, targetsLeft, failed: serving.failed };
    const limits = tryLimits(next, tools, serving.limits);
    // What is left of the time may be kept for the others.
    if (limits.firstOutputMs <= 0) return { kind: targetsLeft === 0 ? 'deadline' : 'put-off' };

    // Where a trial is due, this is the one.
    if (visit.outage !== undefined)
      tools.recorder.circuitsOf(provider).try(provider, visit.outage, tools.now());
    const { pooled, epoch, lastResort } = choice;
    const plan = { provider, pooled, epoch, model, check: undefined, limits };
    const attempt = await Attempt.start(call, plan, tools);
    if (attempt.cancelled) return { kind: 'cancelled', attempt };
    if (attempt.verdict.class === 'ok') return { kind: 'answer', attempt, retelling };

    const end = afterFailure(serving, visit, attempt);
    if (end !== undefined) return end;
    attempt.abandon();
    if (lastResort || pooled === undefined) return { kind: 'exhausted' };
  }
  return { kind: 'spent' };
}

/** Takes a failed attempt into account. @returns how it ends the turn; undefined where another key may be tried */
function afterFailure(serving: Serving, visit: Visit, attempt: Attempt): ProviderEnd | undefined {
  const { call, failed } = serving;
  const { recorder, now } = serving.tools;
  const { provider, pooled } = attempt.plan;
  const isFirst = visit.tried.size === 0;
  failed.push(attempt);
  visit.tried.add(pooled?.key.id ?? '');
  if (usesUpAnAttempt(attempt, provider.policy)) visit.attemptsLeft--;

  const goesOnTooLong = serving.limits.onContextLength === 'next';
  const next = nextStep(call, attempt, provider.policy, visit.targetsLeft === 0, goesOnTooLong);
  if (next === 'final') return { kind: 'final' };
  if (goesOnTooLong && isTooLong(attempt)) noteTooLong(serving, visit.target, attempt);
  const since = suspectedSince(failed);
  if (since !== undefined) {
    // Whoever is to blame, the request or the provider: it is none of these keys.
    recorder.pardon(provider, visit.tried, since, now());
    return { kind: 'suspect' };
  }
  // The first move to another key or domain is free.
  if (mayRepeat(attempt, next) && !isFirst && !recorder.budgetOf(provider).take(now()))
    return { kind: 'exhausted' };
  if (next === 'other-domain') leaveDomain(attempt, visit.met);
  return next === 'other-provider' ? { kind: 'exhausted' } : undefined;
}

function noteTooLong(serving: Serving, target: RouteTarget, { told }: Attempt): void {
  const { windows } = serving.tools.recorder;
  windows.learn(target, told?.message ?? '');
  serving.exceeds = Math.max(serving.exceeds, windows.of(target) ?? 0);
}

/** Whether a target is known to take no more than what the request was too long for. */
export function isTooSmall({ exceeds, tools }: Serving, target: RouteTarget): boolean {
  return exceeds > 0 && (tools.recorder.windows.of(target) ?? Infinity) <= exceeds;
}

function leaveDomain({ plan: { pooled }, verdict }: Attempt, { left, closed }: MetLimits): void {
  if (pooled?.domain === undefined) return;
  left.add(pooled.domain);
  if (verdict.class === 'client_error') closed.add(pooled.domain);
}

/** A provider without keys is called with the client's own credential, or none. */
const KEYLESS: Choice = { kind: 'key', pooled: undefined, epoch: 0, lastResort: false };

function preferenceAt(call: Call, { target, outage }: Visit): Preference | undefined {
  const { provider, only, owner } = target;
  if (only !== undefined) return undefined;
  // Unless only one can read the request.
  if (outage !== undefined && owner === undefined) return keyForTrial(provider, outage.mark);
  return preferenceOf(call, provider, owner);
}

function chooseKey(
  { target: { provider, model, only }, tried, met: { left, closed } }: Visit,
  turn: Turn,
  preference: Preference | undefined,
  { now, random }: AttemptTools,
): Choice {
  if (only !== undefined) return chooseOnly(only, now());
  if (provider.pool.size === 0) return KEYLESS;
  const request = choiceRequest(provider, model, { tried, preference, closed: left, now: now(), random });
  if (turn === 'last-resort') return chooseLastResort(provider.pool, { ...request, closed });
  const choice = choose(provider.pool, request);
  if (left.size === closed.size || choice.kind === 'key') return choice;
  return choose(provider.pool, { ...request, closed });
}
