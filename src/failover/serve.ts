import { preferenceOf } from '../affinity/preference.ts';
import type { Call } from '../dialects/call.ts';
import type { Domain } from '../keys/domain.ts';
import type { FailoverPolicy } from '../providers/failover-policy.ts';
import type { Provider } from '../providers/provider.ts';
import type { Taken } from '../providers/take.ts';
import type { Retelling } from '../translate/retelling.ts';
import type { ExchangeLimits } from '../upstream/exchange.ts';
import { Attempt } from './attempt.ts';
import type { AttemptNote, AttemptTools } from './attempt.ts';
import { choiceRequest, choose, chooseOnly } from './choose.ts';
import type { Choice, ChoiceRequest } from './choose.ts';
import type { RouteTarget } from './route.ts';
import { weighEnd } from './proof.ts';
import { mostTelling } from './telling.ts';
import type { Telling } from './telling.ts';
import type { Retry } from './verdict.ts';

/** Bounds that hold for every provider. */
export interface ServeLimits {
  /** Bytes of an answer that may wait before the commit gate. */
  readonly holdBytes: number;
  /** How long a client may take nothing of an answer before it counts as gone. Milliseconds. */
  readonly stallMs: number;
}

/** How a request came out, before a byte of an answer has reached the client. */
export interface Served {
  readonly result:
    /** It passed the commit gate. Where it has to be retold before it is the client's, `retelling` does so. */
    | { readonly kind: 'answer'; readonly attempt: Attempt; readonly retelling: Retelling | undefined }
    | Telling
    /** No provider on the way can do what is asked for, with any key. */
    | Refused
    /** No key could be chosen. `returnsAt` is when the first one is due back, where one is. */
    | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
    | { readonly kind: 'deadline' }
    /** The client went away during this attempt. */
    | { readonly kind: 'cancelled'; readonly attempt: Attempt };
  /** The tries that failed, in order. */
  readonly failed: readonly AttemptNote[];
}

type Refused = Extract<Taken, { readonly kind: 'refused' }>;

/** A request on its way through the providers. */
interface Serving {
  readonly call: Call;
  readonly tools: AttemptTools;
  readonly limits: ServeLimits;
  /** The tries that failed so far, in order. */
  readonly failed: Attempt[];
}

/**
 * Finds an answer: goes through the route's providers in order and tries keys at each, until an answer passes
 * the commit gate, the fault is the caller's, or tries, time or keys run out. It never uses a key twice, and
 * never repeats what may already have made something.
 */
export async function serve(
  call: Call,
  targets: readonly RouteTarget[],
  tools: AttemptTools,
  limits: ServeLimits,
): Promise<Served> {
  const failed: Attempt[] = [];
  const serving: Serving = { call, tools, limits, failed };
  let returnsAt: number | undefined;
  let refused: Refused | undefined;

  const served = (result: Served['result']): Served => {
    if (failed.length > 0) {
      weighEnd(result.kind === 'answer' ? result.attempt : undefined, failed, tools.recorder);
    }
    const told = result.kind === 'failed' ? result.attempt : undefined;
    // What was left open so that it could be told, and is not: nobody will read it.
    for (const attempt of failed) if (attempt !== told) attempt.abandon();
    return { result, failed: failed.map((attempt) => attempt.note) };
  };

  for (const target of targets) {
    const end = await tryKeys(serving, target, target === targets.at(-1));
    switch (end.kind) {
      case 'answer':
      case 'cancelled':
        return served(end);
      case 'no-key':
        returnsAt = earlier(returnsAt, end.returnsAt);
        break;
      case 'deadline':
      case 'final':
        return served(failed.length > 0 ? mostTelling(failed) : { kind: 'deadline' });
      case 'refused':
        refused ??= end;
        break;
      case 'exhausted':
        break;
    }
  }
  if (failed.length > 0) return served(mostTelling(failed));
  return served(refused ?? { kind: 'no-key', returnsAt });
}

type ProviderEnd =
  | Extract<Served['result'], { readonly kind: 'answer' }>
  | Refused
  | { readonly kind: 'cancelled'; readonly attempt: Attempt }
  /** No other provider may be asked either. */
  | { readonly kind: 'final' }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
  | { readonly kind: 'exhausted' };

/**
 * Tries one provider's keys. What failed is added to `serving.failed`.
 * @param isLast - no other provider comes after it
 */
async function tryKeys(serving: Serving, target: RouteTarget, isLast: boolean): Promise<ProviderEnd> {
  const { provider, model } = target;
  const taking = provider.take(serving.call, model);
  const taken = taking instanceof Promise ? await taking : taking;
  if (taken.kind === 'refused') return taken;
  const end = await tryTaken(serving, target, taken, isLast);
  if (end.kind !== 'answer') taken.retelling?.drop();
  return end;
}

async function tryTaken(
  serving: Serving,
  target: RouteTarget,
  { call, retelling }: Extract<Taken, { readonly kind: 'taken' }>,
  isLast: boolean,
): Promise<ProviderEnd> {
  const { tools, failed } = serving;
  const { provider, model } = target;
  const { policy } = provider;
  const tried = new Set<string>();
  const met: MetLimits = { left: new Set(), closed: new Set() };
  const budget = tools.recorder.budgetOf(provider);
  budget.request(tools.now());
  const preference = target.only === undefined ? preferenceOf(serving.call, provider) : undefined;

  while (tried.size < policy.attempts) {
    const choice = chooseKey(target, { tried, preference }, met, tools);
    if (choice.kind === 'none') return { kind: 'no-key', returnsAt: choice.returnsAt };
    const limits = exchangeLimits(serving, provider);
    if (limits.firstOutputMs <= 0) return { kind: 'deadline' };

    const { pooled, epoch, lastResort } = choice;
    const plan = { provider, pooled, epoch, model, check: undefined, limits };
    const attempt = await Attempt.start(call, plan, tools);
    if (attempt.cancelled) return { kind: 'cancelled', attempt };
    if (attempt.verdict.class === 'ok') return { kind: 'answer', attempt, retelling };

    failed.push(attempt);
    tried.add(pooled?.key.id ?? '');
    const next = nextStep(call, attempt, policy, isLast);
    if (next === 'final') return { kind: 'final' };
    if (isPoison(failed)) {
      tools.recorder.pardon(provider, tried, failed.at(-ALIKE)?.startedAt ?? 0, tools.now());
      return { kind: 'final' };
    }
    // The first move to another key or domain is free.
    if (mayRepeat(attempt, next) && tried.size > 1 && !budget.take(tools.now())) return { kind: 'final' };
    attempt.abandon();
    if (next === 'other-domain') leaveDomain(attempt, met);
    if (next === 'other-provider' || lastResort || pooled === undefined) break;
  }
  return { kind: 'exhausted' };
}

/** A provider without keys is called with the client's own credential, or none. */
const KEYLESS: Choice = { kind: 'key', pooled: undefined, epoch: 0, lastResort: false };

/** What this request has met of the limits that keys share. */
interface MetLimits {
  /** Another domain is asked first. Whether these may be asked again, their keys' records say. */
  readonly left: Set<Domain>;
  /** It is too large for these, and no record says so, since others are not. */
  readonly closed: Set<Domain>;
}

function leaveDomain({ plan: { pooled }, verdict }: Attempt, { left, closed }: MetLimits): void {
  if (pooled?.domain === undefined) return;
  left.add(pooled.domain);
  if (verdict.class === 'client_error') closed.add(pooled.domain);
}

function chooseKey(
  { provider, model, only }: RouteTarget,
  wishes: Pick<ChoiceRequest, 'tried' | 'preference'>,
  { left, closed }: MetLimits,
  { now, random }: AttemptTools,
): Choice {
  if (only !== undefined) return chooseOnly(only, now());
  if (provider.pool.size === 0) return KEYLESS;
  const request = choiceRequest(provider, model, { ...wishes, closed: left, now: now(), random });
  const choice = choose(provider.pool, request);
  if (left.size === closed.size || (choice.kind === 'key' && !choice.lastResort)) return choice;
  return choose(provider.pool, { ...request, closed });
}

function exchangeLimits(
  { call, tools, limits, failed }: Serving,
  { config, policy }: Provider,
): ExchangeLimits {
  const leftMs = call.acceptedAt + config.deadline - tools.now();
  const retryMs = failed.length > 0 ? policy.retryTimeoutMs : Infinity;
  const firstOutputMs = Math.min(config.firstOutputTimeout, leftMs, retryMs);
  return { ...limits, firstOutputMs, idleMs: config.idleTimeout };
}

/** What a failed attempt leaves open. */
function nextStep(
  call: Call,
  attempt: Attempt,
  policy: FailoverPolicy,
  isLast: boolean,
): Exclude<Retry, 'none'> | 'final' {
  if (call.body.kind === 'passing') return 'final';
  if (call.creates && attempt.mayHaveActed) return 'final';
  if (policy.retriesStatus !== undefined && attempt.failedByStatus !== undefined) {
    return policy.retriesStatus(attempt.failedByStatus) ? 'other-key' : 'final';
  }
  switch (attempt.verdict.retry) {
    case 'none':
      return 'final';
    case 'other-provider':
      // Where none is left, a crowded provider may still have room for another key.
      return isLast && attempt.verdict.class === 'overloaded' ? 'other-key' : 'other-provider';
    case 'other-key':
    case 'other-domain':
      return attempt.verdict.retry;
  }
}

/**
 * Whether the next request may meet the same with this key, so that nothing but the budget keeps tries from
 * multiplying. A definite verdict that is believed keeps others from the key; a request that is too large leaves no mark on it.
 */
function mayRepeat({ effect, verdict, standing }: Attempt, next: ReturnType<typeof nextStep>): boolean {
  if (standing === 'in-doubt') return true;
  return effect.kind === 'counts' || (verdict.class === 'client_error' && next === 'other-domain');
}

/** This many keys that fail one request alike are too many for a coincidence. */
const ALIKE = 3;

/**
 * Whether the request itself is the trouble: its last tries were answered with one and the same ambiguous error
 * by one provider's keys. Broken connections say nothing of the request.
 */
function isPoison(failed: readonly Attempt[]): boolean {
  const last = failed.at(-1);
  if (last === undefined || failed.length < ALIKE) return false;
  return failed
    .slice(-ALIKE)
    .every(
      ({ plan, effect, verdict, errorWhere }) =>
        plan.provider === last.plan.provider &&
        effect.kind === 'counts' &&
        errorWhere !== undefined &&
        verdict.rule === last.verdict.rule,
    );
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
