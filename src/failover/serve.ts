import type { Call } from '../dialects/operations/call.ts';
import { ANY_MODEL } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { chooseFailedAttempt, attemptsOfOwner, clientFailure } from './answer/client-failure.ts';
import type { Failed } from './answer/client-failure.ts';
import type { Answer } from './answer/answer.ts';
import { estimatedCount } from './answer/estimated-count.ts';
import { openAnswer, openError } from './answer/open-answer.ts';
import { ServeTrace } from './answer/serve-trace.ts';
import type { Attempt } from './attempt/attempt.ts';
import type { AttemptTools } from './attempt/attempt-plan.ts';
import type { Outage } from './circuit/circuits.ts';
import type { RouteTarget } from '../routing/route.ts';
import { newTargetState } from './target-state.ts';
import type { TargetState } from './target-state.ts';
import { isTooSmall, tryTarget } from './try-target.ts';
import type { ServeContext, ServeLimits } from './serve-context.ts';
import type { Pass, Refused, TargetResult } from './try-target.ts';
import { confirmVerdicts } from './outlier-detection/confirm-verdicts.ts';
import { KeyWait } from './queue/key-wait.ts';
import type { WaitCandidate } from './queue/key-wait.ts';

/** How a request came out. */
type Result =
  | Extract<TargetResult, { readonly kind: 'answer' | 'cancelled' }>
  | Failed
  /** The client went away while it waited for a key. */
  | { readonly kind: 'left' };

/**
 * Answers a call: goes through the route's targets in order and tries keys at each, until an answer passes the
 * commit gate, the fault is the client's, or targets, time or keys run out. It never uses a key twice at a target, but for a
 * request that is sent once more without the reasoning in it that could not be read, and never repeats what may already have
 * created something.
 *
 * A provider that has failed does not end the request: the next target is tried, and what it answers shows whose the
 * fault was. Targets are tried in this order: those not known to be down, those that are, those that were left early so
 * that others had time, and last, at any of them, keys out of service. So neither an open circuit, nor a time limit, nor a
 * key's record refuses a request by itself.
 *
 * Where the request may wait and a key is due back in time, it waits instead of failing for want of one, and starts over.
 *
 * Where tokens are to be counted, the first target that can be asked does it, and nothing is waited for: where it cannot, or
 * none can be asked, there is an estimate.
 *
 * @param trace - filled with what a log says of the tries; final when the answer's body has ended
 */
export async function serve(
  call: Call,
  targets: readonly RouteTarget[],
  tools: AttemptTools,
  limits: ServeLimits,
  trace = new ServeTrace(),
): Promise<Answer> {
  const { isCount } = call.target.operation;
  const wait = isCount ? undefined : KeyWait.for(call, limits.waiting, tools.now);
  const owner = targets.find((target) => target.owner !== undefined)?.owner;
  const context: ServeContext = {
    call,
    targets,
    tools,
    limits,
    trace,
    owner,
    failed: [],
    exceededWindowTokens: 0,
    wait,
  };
  for (;;) {
    const progress: RouteProgress = {
      refused: undefined,
      suspects: undefined,
      down: [],
      deferred: [],
      withoutKey: [],
      returnsAt: undefined,
    };
    const first = await tryRoute(context, progress, targets);
    // An estimate is better than what costs more time, or a trial of a key or provider that is out.
    if (isCount) return finish(context, progress, first ?? resultWhenExhausted(context, progress));
    const result =
      first ??
      (await tryTargets(context, progress, soonestFirst(progress.down), 'normal')) ??
      (await tryTargets(context, progress, progress.deferred.splice(0).map(asFinalTry), 'normal')) ??
      // As a list of its own: a target that has no key again is added to it.
      (await tryTargets(context, progress, progress.withoutKey.splice(0), 'last-resort'));
    if (result !== undefined) return finish(context, progress, result);
    const end = resultWhenExhausted(context, progress);
    const waited =
      wait !== undefined && isKeyShortage(end) ? await wait.forKey(waitTargets(context, targets)) : 'no';
    if (waited !== 'again') return finish(context, progress, waited === 'left' ? { kind: 'left' } : end);
  }
}

async function tryRoute(
  context: ServeContext,
  progress: RouteProgress,
  targets: readonly RouteTarget[],
): Promise<Result | undefined> {
  const { tools } = context;
  const before = context.failed.length === 0 ? NONE : [...context.failed];
  for (const [n, target] of targets.entries()) {
    if (isTooSmall(context, target)) continue;
    const outage = outageOf(target, tools);
    const state = newTargetState(target, outage, before);
    // Of a target that is down one try is enough: the next target is closer than the next key.
    if (outage !== undefined && targets.length > 1) state.attemptsLeft = Math.min(state.attemptsLeft, 1);
    const { isCount } = context.call.target.operation;
    if (isCount ? outage !== undefined : targets.length > 1 && isLeftForLater(outage, tools)) {
      progress.down.push(state);
      continue;
    }
    if (context.wait?.mustQueue(target) === true) {
      progress.withoutKey.push(state);
      progress.returnsAt = tools.now();
      continue;
    }
    state.targetsLeft = countFollowing(targets, n, tools);
    const result = handleResult(context, progress, state, await tryTarget(context, state, 'normal'));
    if (result !== undefined) return result;
    // It would answer the request itself: how another's tokens are counted says nothing of it.
    if (isCount && progress.refused !== undefined) return progress.refused;
  }
  return undefined;
}

async function tryTargets(
  context: ServeContext,
  progress: RouteProgress,
  states: readonly TargetState[],
  pass: Pass,
): Promise<Result | undefined> {
  for (const state of states) {
    if (isTooSmall(context, state.target)) continue;
    const result = handleResult(context, progress, state, await tryTarget(context, state, pass));
    if (result !== undefined) return result;
  }
  return undefined;
}

const NONE: readonly Attempt[] = [];

/** How the request fails where every target was tried. */
function resultWhenExhausted({ failed }: ServeContext, progress: RouteProgress): Failed {
  if (failed.length > 0) return chooseFailedAttempt(failed);
  return progress.refused ?? { kind: 'no-key', returnsAt: progress.returnsAt };
}

/** Whether a request has failed because every key that could answer it is out, or has met its limit. */
function isKeyShortage(end: Failed): boolean {
  return end.kind === 'no-key' || (end.kind === 'failed' && end.attempt.verdict.class === 'rate_limit');
}

/** Where the request could go on, once a key is back. */
function waitTargets(context: ServeContext, targets: readonly RouteTarget[]): readonly WaitCandidate[] {
  return targets
    .filter((target) => target.pinnedKey === undefined && !isTooSmall(context, target))
    .map((target) => newTargetState(target, undefined, context.failed))
    .filter(({ attemptsLeft }) => attemptsLeft > 0);
}

function outageOf({ provider, model = ANY_MODEL }: RouteTarget, tools: AttemptTools): Outage | undefined {
  return tools.recorder.circuitsOf(provider).outageOf(provider, model, tools.now());
}

/**
 * Whether a target is tried only where all others have failed, because its provider is down. When a trial is due one
 * request makes it, in the normal order.
 */
function isLeftForLater(outage: Outage | undefined, { now }: AttemptTools): boolean {
  return outage !== undefined && now() < outage.dueAt;
}

/** How many targets are tried in the normal order after this one, as far as is known. */
function countFollowing(targets: readonly RouteTarget[], n: number, tools: AttemptTools): number {
  let count = 0;
  for (let later = n + 1; later < targets.length; later++) {
    const target = targets[later];
    if (target !== undefined && !isLeftForLater(outageOf(target, tools), tools)) count++;
  }
  return count;
}

/** Targets that are down, in the order in which they are tried. */
function soonestFirst(down: readonly TargetState[]): readonly TargetState[] {
  const sorted = down.toSorted((a, b) => (a.outage?.dueAt ?? 0) - (b.outage?.dueAt ?? 0));
  for (const [n, state] of sorted.entries()) state.targetsLeft = sorted.length - 1 - n;
  return sorted;
}

/** All others have failed: a target that was slow has one more try, one that was down has the rest of its tries. */
function asFinalTry(state: TargetState): TargetState {
  state.targetsLeft = 0;
  state.attemptsLeft = state.outage === undefined ? 1 : state.target.provider.policy.attempts - 1;
  return state;
}

/** How far the request has come on its route. */
interface RouteProgress {
  refused: Refused | undefined;
  /** Providers at which it failed as if it were itself the cause. */
  suspects: Set<Provider> | undefined;
  /** Targets whose provider is down: tried later. */
  readonly down: TargetState[];
  /** Targets that were left although another of their keys might have answered. */
  readonly deferred: TargetState[];
  /** Where no key was in service, or none was left. */
  readonly withoutKey: TargetState[];
  returnsAt: number | undefined;
}

/** @returns how a target's result ends the request; undefined where the next target is tried */
function handleResult(
  context: ServeContext,
  progress: RouteProgress,
  state: TargetState,
  end: TargetResult,
): Result | undefined {
  switch (end.kind) {
    case 'answer':
    case 'cancelled':
      return end;
    case 'no-key':
      progress.withoutKey.push(state);
      progress.returnsAt = earlier(progress.returnsAt, end.returnsAt);
      return undefined;
    case 'deadline':
    case 'final':
      if (context.failed.length === 0) return { kind: 'deadline' };
      return chooseFailedAttempt(attemptsOfOwner(context.failed, context.owner));
    case 'refused':
      progress.refused ??= end;
      return undefined;
    case 'suspect':
      (progress.suspects ??= new Set()).add(state.target.provider);
      return undefined;
    case 'deferred':
      progress.deferred.push(state);
      return undefined;
    case 'spent':
      // One that was down and silent is not waited for again.
      if (state.outage !== undefined && context.failed.at(-1)?.timedOut !== true)
        progress.deferred.push(state);
      return undefined;
    case 'exhausted':
      return undefined;
  }
}

/** Records what the request's end says of providers and keys, and makes the client's answer of it. */
function finish(
  context: ServeContext,
  { suspects }: RouteProgress,
  result: Result,
): Answer | Promise<Answer> {
  const { call, failed, tools, trace } = context;
  // It failed alike with several providers, and none answered: the request is the cause, and shows nothing of any provider.
  if (result.kind !== 'answer' && suspects !== undefined && suspects.size > 1) {
    for (const provider of suspects)
      tools.recorder.circuitsOf(provider).withdraw(provider, call.id, tools.now());
  }
  if (failed.length > 0) {
    confirmVerdicts(result.kind === 'answer' ? result.attempt : undefined, failed, tools.recorder);
    trace.showFailed(failed);
  }
  trace.attempts = failed.length;
  if (result.kind === 'answer' || result.kind === 'cancelled') trace.attempts++;
  if ('attempt' in result) trace.show(result.attempt);
  switch (result.kind) {
    case 'answer':
      abandonAll(failed);
      return openAnswer(result, context);
    case 'cancelled':
    case 'left':
      abandonAll(failed);
      return { kind: 'gone' };
    case 'failed':
    case 'refused':
    case 'no-key':
    case 'deadline':
      return call.target.operation.isCount ? countAnswer(context, result) : failureAnswer(context, result);
  }
}

async function countAnswer(context: ServeContext, end: Failed): Promise<Answer> {
  const { call, targets, failed } = context;
  const model = targets[0]?.model ?? call.model ?? '';
  const result = await estimatedCount(call, model, end, failed.length);
  if (result.kind !== 'estimated-count') return failureAnswer(context, result);
  abandonAll(failed);
  return result;
}

function failureAnswer(context: ServeContext, end: Failed): Answer {
  const { call, failed, tools, limits } = context;
  const failure = clientFailure(end, {
    dialect: call.target.operation.dialect,
    attempts: failed.length,
    resource: limits.resource,
    now: tools.now(),
  });
  if (failure.kind === 'gateway-error') {
    abandonAll(failed);
    return failure;
  }
  const shown = failure.isReadable ? failure.attempt : undefined;
  abandonAll(failed, shown);
  return openError(failure, context);
}

/** Ends answers that were left open for the client and will not be read. */
function abandonAll(failed: readonly Attempt[], but?: Attempt): void {
  for (const attempt of failed) if (attempt !== but) attempt.abandon();
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
