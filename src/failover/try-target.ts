import { keyPreference } from '../routing/key-preference.ts';
import type { KeyPreference } from '../routing/key-preference.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { Prepared, PreparedCall } from '../providers/prepare.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import { Attempt } from './attempt/attempt.ts';
import type { AttemptTools } from './attempt/attempt-plan.ts';
import { choiceRequest, choose, chooseLastResort, choosePinned } from './choose.ts';
import type { Choice } from './choose.ts';
import { isTooLong, mayRepeat, nextStep, usesUpAnAttempt } from './next-step.ts';
import { keyForTrial } from './circuit/circuits.ts';
import { poisonedSince } from './outlier-detection/poison-request.ts';
import type { RouteTarget } from '../routing/route.ts';
import type { ServeContext } from './serve-context.ts';
import type { LimitedDomains, TargetState } from './target-state.ts';
import { tryLimits } from './try-limits.ts';
import { isUnreadableReasoning } from './unreadable-reasoning.ts';

/** How trying a target ended. */
export type TargetResult =
  /** It passed the commit gate. Where it is not the client's as it is, `translator` makes it so. */
  | {
      readonly kind: 'answer';
      readonly attempt: Attempt;
      readonly translator: ResponseTranslator | undefined;
      /** What its provider was not sent of the request, beside what a translation dropped. */
      readonly dropped: readonly string[];
    }
  /** It cannot do what is asked for, with any key. */
  | Refused
  /** The client went away during this attempt. */
  | { readonly kind: 'cancelled'; readonly attempt: Attempt }
  /** The request ends: no other provider would do better. */
  | { readonly kind: 'final' }
  | { readonly kind: 'deadline' }
  /** No key can be used. `returnsAt` is when the first one is due back, where that is known. */
  | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
  /** Its tries are spent; another key of it might still do better. */
  | { readonly kind: 'spent' }
  /** Another key of the provider would be no help, or one try more too many. */
  | { readonly kind: 'exhausted' }
  /** There is no time for it until the targets to come had theirs. */
  | { readonly kind: 'deferred' }
  /** The same, and the request itself may be the cause: three of its keys failed it alike. */
  | { readonly kind: 'suspect' };

/** No provider can do what is asked for, with any key. */
export type Refused = Extract<Prepared, { readonly kind: 'refused' }>;

/**
 * Keys of one provider that one request may try, whatever they answer: where so many were rejected, the next target is
 * more likely to answer than the next key.
 */
const MAX_KEYS = 64;

/**
 * `normal`: with keys in service. `last-resort`: with one that is not, after all targets were tried.
 */
export type Pass = 'normal' | 'last-resort';

/** Tries a target's keys, one after another. Each failed attempt is added to `context.failed`. */
export async function tryTarget(
  context: ServeContext,
  state: TargetState,
  pass: Pass,
): Promise<TargetResult> {
  const { provider, model } = state.target;
  state.unsealed ??= context.tools.recorder.unreadableReasoningOf(provider).known(context.call, provider);
  for (;;) {
    const pending = provider.prepare(state.unsealed?.call ?? context.call, model);
    const prepared = pending instanceof Promise ? await pending : pending;
    if (prepared.kind === 'refused') return prepared;
    const end = await tryKeys(context, state, pass, prepared);
    if (end.kind !== 'answer') prepared.translator?.drop();
    // At most once: see `leavesReasoningOut`.
    if (end.kind !== 'again') return end;
  }
}

async function tryKeys(
  context: ServeContext,
  state: TargetState,
  pass: Pass,
  { call, translator }: PreparedCall,
): Promise<TargetResult | Again> {
  const { tools } = context;
  const { provider, model } = state.target;
  // Sent once more it is no further request.
  if (pass === 'normal' && !state.isResent) tools.recorder.retryBudgetOf(provider).recordRequest(tools.now());
  const preference = preferenceAt(context.call, state);

  while (state.attemptsLeft > 0 && state.tried.size < MAX_KEYS) {
    const choice = chooseKey(state, pass, preference, tools);
    if (choice.kind === 'none') return { kind: 'no-key', returnsAt: choice.returnsAt };
    const targetsLeft = pass === 'last-resort' ? 0 : state.targetsLeft;
    const next = { call, target: state.target, targetsLeft, failed: context.failed };
    const limits = tryLimits(next, tools, context.limits);
    // What is left of the time may be reserved for the other targets.
    if (limits.firstOutputMs <= 0) return { kind: targetsLeft === 0 ? 'deadline' : 'deferred' };

    // Where a trial of an open circuit is due, this is the one.
    if (state.outage !== undefined)
      tools.recorder.circuitsOf(provider).beginTrial(provider, state.outage, tools.now());
    const { pooled, epoch, lastResort } = choice;
    const plan = { provider, pooled, epoch, model, check: undefined, limits };
    const attempt = await Attempt.start(call, plan, tools);
    if (attempt.cancelled) return { kind: 'cancelled', attempt };
    if (attempt.verdict.class === 'ok') {
      const dropped = state.unsealed === undefined ? [] : [state.unsealed.dropped];
      return { kind: 'answer', attempt, translator, dropped };
    }

    const end = leavesReasoningOut(context, state, attempt) ? AGAIN : afterFailure(context, state, attempt);
    if (end !== undefined) return end;
    attempt.abandon();
    if (lastResort || pooled === undefined) return { kind: 'exhausted' };
  }
  return { kind: 'spent' };
}

/** The request is to be prepared anew: it leaves out what it held before. */
interface Again {
  readonly kind: 'again';
}

const AGAIN: Again = { kind: 'again' };

/**
 * Whether a failed attempt was refused for reasoning in it that its provider cannot read, and what is sent now is without.
 * That happens once at a target, leaves its keys to be used as before, and takes none of its tries, but where `maxRetries` bounds
 * those of every kind.
 */
function leavesReasoningOut(
  { call, tools, failed }: ServeContext,
  state: TargetState,
  attempt: Attempt,
): boolean {
  if (state.isResent || !isUnreadableReasoning(attempt) || (call.creates && attempt.mayHaveActed))
    return false;
  const { provider } = attempt.plan;
  const unsealed = tools.recorder.unreadableReasoningOf(provider).learn(call, provider);
  if (unsealed === undefined) return false;
  state.isResent = true;
  state.unsealed = unsealed;
  if (provider.policy.boundsRejections) state.attemptsLeft--;
  failed.push(attempt);
  attempt.abandon();
  return true;
}

/** @returns how a failed attempt ends the target's tries; undefined where another key may be tried */
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
    // Be it the request or the provider: it is none of these keys.
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
  context.exceededWindowTokens = Math.max(context.exceededWindowTokens, contextWindows.of(target) ?? 0);
}

/** Whether a target is known to take no more than what the request was too long for. */
export function isTooSmall({ exceededWindowTokens, tools }: ServeContext, target: RouteTarget): boolean {
  return (
    exceededWindowTokens > 0 && (tools.recorder.contextWindows.of(target) ?? Infinity) <= exceededWindowTokens
  );
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
