import { keyPreference } from '../routing/key-preference.ts';
import type { KeyPreference } from '../routing/key-preference.ts';
import type { ResourceOwner } from '../routing/resource-owner.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { QuotaDomain } from '../keys/pool/quota-domain.ts';
import type { Prepared } from '../providers/prepare.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import type { WholeHold } from '../upstream/exchange.ts';
import type { ServeTrace } from './answer/serve-trace.ts';
import { Attempt } from './attempt/attempt.ts';
import type { AttemptTools } from './attempt/attempt.ts';
import { choiceRequest, choose, chooseLastResort, choosePinned } from './choose.ts';
import type { Choice } from './choose.ts';
import { isTooLong, mayRepeat, nextStep, usesUpAnAttempt } from './next-step.ts';
import { keyForTrial } from './circuit/circuits.ts';
import type { Outage } from './circuit/circuits.ts';
import { poisonedSince } from './outlier-detection/poison-request.ts';
import type { RouteTarget } from '../routing/route.ts';
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
  /** Id of what the request refers to, where only the key that made it can answer. */
  readonly resource?: string;
}

/** A request on its way through the providers. */
export interface ServeContext {
  readonly call: Call;
  readonly tools: AttemptTools;
  readonly limits: ServeLimits;
  readonly trace: ServeTrace;
  /** Who alone can read what it sends back, where that is so. */
  readonly owner: ResourceOwner | undefined;
  /** The tries that failed so far, in order. */
  readonly failed: Attempt[];
  /** The largest known window that it turned out to be too long for. Tokens; 0 before. */
  exceeds: number;
  /** Absent where it may not wait for a key. */
  readonly wait: KeyWait | undefined;
}

/** What one request has met at one target of its route, over all its turns there. */
export interface TargetState {
  readonly target: RouteTarget;
  /** Targets that come after it, of which there is as much hope. */
  targetsLeft: number;
  /** Ids of the keys it has tried: none is used twice. */
  readonly tried: Set<string>;
  /** What is known of its provider's being down, as the request came to it. */
  readonly outage: Outage | undefined;
  /** Of `attempts`, those that are left to it. */
  attemptsLeft: number;
  readonly domains: LimitedDomains;
}

/** What a request has met of the limits that keys share. */
interface LimitedDomains {
  /** Another domain is asked first. Whether these may be asked again, their keys' records say. */
  readonly avoided: Set<QuotaDomain>;
  /** It is too large for these, and no record says so, since others are not. */
  readonly excludedDomains: Set<QuotaDomain>;
}

/** How a provider's turn ended. */
export type TargetResult =
  /** It passed the commit gate. Where it is not the client's as it is, `translator` makes it so. */
  | {
      readonly kind: 'answer';
      readonly attempt: Attempt;
      readonly translator: ResponseTranslator | undefined;
    }
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
  | { readonly kind: 'deferred' }
  /** So it is, and the request is under suspicion: three of its keys failed it alike. */
  | { readonly kind: 'suspect' };

/** No provider can do what is asked for, with any key. */
export type Refused = Extract<Prepared, { readonly kind: 'refused' }>;

/**
 * Keys of one provider that one request may try, whatever they answer: where so many were rejected one after
 * another, the next target is closer than the next good key.
 */
const MAX_KEYS = 64;

/**
 * A request comes to a target of its route.
 * @param before - its failed tries before it waited: what it met here then still counts, but for limits, which may be over
 */
export function newTargetState(
  target: RouteTarget,
  outage: Outage | undefined,
  before: readonly Attempt[] = [],
): TargetState {
  const { provider, model } = target;
  const state: TargetState = {
    target,
    targetsLeft: 0,
    outage,
    tried: new Set(),
    attemptsLeft: provider.policy.attempts,
    domains: { avoided: new Set(), excludedDomains: new Set() },
  };
  for (const attempt of before) {
    const { plan, effect } = attempt;
    if (plan.provider !== provider || plan.model !== model || effect.kind === 'throttles') continue;
    state.tried.add(plan.pooled?.key.id ?? '');
    if (usesUpAnAttempt(attempt, provider.policy)) state.attemptsLeft--;
  }
  return state;
}

/**
 * `normal`: with keys in service. `last-resort`: with one that is not, after all targets had their normal turn.
 */
export type Pass = 'normal' | 'last-resort';

/** A turn of a target: tries its provider's keys. What failed is added to `context.failed`. */
export async function tryTarget(
  context: ServeContext,
  state: TargetState,
  pass: Pass,
): Promise<TargetResult> {
  const { provider, model } = state.target;
  const taking = provider.prepare(context.call, model);
  const taken = taking instanceof Promise ? await taking : taking;
  if (taken.kind === 'refused') return taken;
  const end = await tryKeys(context, state, pass, taken);
  if (end.kind !== 'answer') taken.translator?.drop();
  return end;
}

async function tryKeys(
  context: ServeContext,
  state: TargetState,
  pass: Pass,
  { call, translator }: Extract<Prepared, { readonly kind: 'taken' }>,
): Promise<TargetResult> {
  const { tools } = context;
  const { provider, model } = state.target;
  if (pass === 'normal') tools.recorder.retryBudgetOf(provider).recordRequest(tools.now());
  const preference = preferenceAt(context.call, state);

  while (state.attemptsLeft > 0 && state.tried.size < MAX_KEYS) {
    const choice = chooseKey(state, pass, preference, tools);
    if (choice.kind === 'none') return { kind: 'no-key', returnsAt: choice.returnsAt };
    const targetsLeft = pass === 'last-resort' ? 0 : state.targetsLeft;
    const next = { call, target: state.target, targetsLeft, failed: context.failed };
    const limits = tryLimits(next, tools, context.limits);
    // What is left of the time may be kept for the others.
    if (limits.firstOutputMs <= 0) return { kind: targetsLeft === 0 ? 'deadline' : 'deferred' };

    // Where a trial is due, this is the one.
    if (state.outage !== undefined)
      tools.recorder.circuitsOf(provider).beginTrial(provider, state.outage, tools.now());
    const { pooled, epoch, lastResort } = choice;
    const plan = { provider, pooled, epoch, model, check: undefined, limits };
    const attempt = await Attempt.start(call, plan, tools);
    if (attempt.cancelled) return { kind: 'cancelled', attempt };
    if (attempt.verdict.class === 'ok') return { kind: 'answer', attempt, translator };

    const end = afterFailure(context, state, attempt);
    if (end !== undefined) return end;
    attempt.abandon();
    if (lastResort || pooled === undefined) return { kind: 'exhausted' };
  }
  return { kind: 'spent' };
}

/** Takes a failed attempt into account. @returns how it ends the turn; undefined where another key may be tried */
function afterFailure(context: ServeContext, state: TargetState, attempt: Attempt): TargetResult | undefined {
  const { call, failed } = context;
  const { recorder, now } = context.tools;
  const { provider, pooled } = attempt.plan;
  const isFirst = state.tried.size === 0;
  failed.push(attempt);
  state.tried.add(pooled?.key.id ?? '');
  if (usesUpAnAttempt(attempt, provider.policy)) state.attemptsLeft--;

  const triesNextOnTooLong = context.limits.onContextLength === 'next';
  const next = nextStep(call, attempt, provider.policy, state.targetsLeft === 0, triesNextOnTooLong);
  if (next === 'final') return { kind: 'final' };
  if (triesNextOnTooLong && isTooLong(attempt)) learnContextWindow(context, state.target, attempt);
  const since = poisonedSince(failed);
  if (since !== undefined) {
    // Whoever is to blame, the request or the provider: it is none of these keys.
    recorder.pardon(provider, state.tried, since, now());
    return { kind: 'suspect' };
  }
  // The first move to another key or domain is free.
  if (mayRepeat(attempt, next) && !isFirst && !recorder.retryBudgetOf(provider).tryAcquire(now()))
    return { kind: 'exhausted' };
  if (next === 'other-domain') leaveDomain(attempt, state.domains);
  return next === 'other-provider' ? { kind: 'exhausted' } : undefined;
}

function learnContextWindow(context: ServeContext, target: RouteTarget, { providerError }: Attempt): void {
  const { contextWindows } = context.tools.recorder;
  contextWindows.learn(target, providerError?.message ?? '');
  context.exceeds = Math.max(context.exceeds, contextWindows.of(target) ?? 0);
}

/** Whether a target is known to take no more than what the request was too long for. */
export function isTooSmall({ exceeds, tools }: ServeContext, target: RouteTarget): boolean {
  return exceeds > 0 && (tools.recorder.contextWindows.of(target) ?? Infinity) <= exceeds;
}

function leaveDomain(
  { plan: { pooled }, verdict }: Attempt,
  { avoided, excludedDomains }: LimitedDomains,
): void {
  if (pooled?.domain === undefined) return;
  avoided.add(pooled.domain);
  if (verdict.class === 'client_error') excludedDomains.add(pooled.domain);
}

/** A provider without keys is called with the client's own credential, or none. */
const KEYLESS: Choice = { kind: 'key', pooled: undefined, epoch: 0, lastResort: false };

function preferenceAt(call: Call, { target, outage }: TargetState): KeyPreference | undefined {
  const { provider, pinnedKey, owner } = target;
  if (pinnedKey !== undefined) return undefined;
  // Unless only one can read the request.
  if (outage !== undefined && owner === undefined) return keyForTrial(provider, outage.status);
  return keyPreference(call, provider, owner);
}

function chooseKey(
  { target: { provider, model, pinnedKey }, tried, domains: { avoided, excludedDomains } }: TargetState,
  pass: Pass,
  preference: KeyPreference | undefined,
  { now, random }: AttemptTools,
): Choice {
  if (pinnedKey !== undefined) return choosePinned(pinnedKey, now());
  if (provider.pool.size === 0) return KEYLESS;
  const request = choiceRequest(provider, model, {
    tried,
    preference,
    excludedDomains: avoided,
    now: now(),
    random,
  });
  if (pass === 'last-resort') return chooseLastResort(provider.pool, { ...request, excludedDomains });
  const choice = choose(provider.pool, request);
  if (avoided.size === excludedDomains.size || choice.kind === 'key') return choice;
  return choose(provider.pool, { ...request, excludedDomains });
}
