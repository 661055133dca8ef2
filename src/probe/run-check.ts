import { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptPlan, AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { operationNamed } from '../dialects/operations/table.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { ANY_MODEL, settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { CheckSpec, CheckKind } from './check-spec.ts';
import { completionCall, freeCall } from './check-call.ts';
import { formsFor, isWorthTrying } from './check-form.ts';
import type { CheckForm, CheckForms } from './check-form.ts';
import { checkLimits, drain } from './check-limits.ts';

/** How a health check went. */
export interface CheckReport {
  readonly passed: boolean;
  readonly verdict: string;
  /** The rule that judged it. */
  readonly rule: string;
  readonly status?: number;
  /** What happened on the wire, where it broke. */
  readonly detail?: string;
  readonly ms: number;
  readonly kind: CheckKind;
  /** Of whom an answer was asked, as the provider names it; absent where none was. */
  readonly model?: string;
}

/** What a check needs beside whom it is of. */
export interface CheckTools {
  readonly tools: AttemptTools;
  readonly forms: CheckForms;
  readonly signal: AbortSignal;
  /** Asked before each request: meanwhile the key may have been disabled, or have come back. */
  readonly isWanted: () => boolean;
}

/**
 * One health check, on the way that a client's request takes. Where it is the question that a model finds fault with,
 * it is put otherwise, at once: that costs nothing, and the form that was taken is remembered. Undefined where it was
 * cancelled, or is not wanted any more.
 */
export async function runCheck(
  provider: Provider,
  pooled: PooledKey,
  ask: CheckSpec,
  use: CheckTools,
): Promise<CheckReport | undefined> {
  const { kind, model } = ask;
  const { tools, forms, signal } = use;
  if (model === undefined) return checkFreely(provider, pooled, ask, use);
  const questions = questionsOf(provider, model, forms.toTry(provider, model, tools.now()));
  let at = 0;
  let why = 'operation_not_offered';
  for (let form = questions[at]; form !== undefined; form = questions[at]) {
    const call = completionCall(provider, model, tools.now(), signal, form);
    const taken = await provider.prepareInternal(call, model);
    if (taken.kind === 'refused') {
      why = taken.code;
      at++;
      continue;
    }
    if (!use.isWanted()) {
      taken.translator?.drop();
      return undefined;
    }
    const next = nextQuestion(questions, at, kind);
    const willRephrase = (verdict: Verdict): boolean => next(verdict) !== undefined;
    const plan: AttemptPlan = { ...planOf(provider, pooled, ask, tools), willRephrase };
    const attempt = await Attempt.start(taken.call, plan, tools);
    await drain(attempt);
    taken.translator?.drop();
    const nextAt = attempt.cancelled ? undefined : next(attempt.verdict);
    if (nextAt === undefined) {
      remember(provider, model, form, attempt, use);
      return reportOf(attempt, ask);
    }
    at = nextAt;
  }
  return recordNotAsked(provider, pooled, ask, why, tools);
}

/** The list of models, or what else costs nothing. */
async function checkFreely(
  provider: Provider,
  pooled: PooledKey,
  ask: CheckSpec,
  { tools, signal, isWanted }: CheckTools,
): Promise<CheckReport | undefined> {
  if (!isWanted()) return undefined;
  const call = freeCall(provider, tools.now(), signal);
  if (call === undefined) return recordNotAsked(provider, pooled, ask, 'operation_not_offered', tools);
  const attempt = await Attempt.start(call, planOf(provider, pooled, ask, tools), tools);
  await drain(attempt);
  return reportOf(attempt, ask);
}

/** The first form is tried whatever becomes of it; what is no chat further down only where the provider has it as it is. */
function questionsOf(provider: Provider, model: string, forms: readonly CheckForm[]): readonly CheckForm[] {
  const first = formsFor(provider, model)[0]?.kind;
  return forms.filter(
    ({ kind: asks }) => asks === 'chat' || asks === first || provider.supports(operationNamed(asks)),
  );
}

/**
 * Tells by a verdict which of the questions behind `at` is to be asked; undefined where none is. Where any answer will
 * do, one that finds fault with the question will.
 */
function nextQuestion(
  questions: readonly CheckForm[],
  at: number,
  kind: CheckKind,
): (verdict: Verdict) => number | undefined {
  return (verdict) => {
    const form = questions[at];
    if (form === undefined || (kind === 'answer' && verdict.class === 'client_error')) return undefined;
    const found = questions.findIndex((next, place) => place > at && isWorthTrying(verdict, form, next));
    return found < 0 ? undefined : found;
  };
}

function remember(
  provider: Provider,
  model: string,
  form: CheckForm,
  attempt: Attempt,
  { forms, tools }: CheckTools,
): void {
  if (attempt.verdictLabel === 'ok') forms.recordAccepted(provider, model, form);
  if (attempt.verdictLabel === 'client_error') forms.recordAllRejected(provider, model, tools.now());
}

function planOf(
  provider: Provider,
  pooled: PooledKey,
  { kind, model }: CheckSpec,
  tools: AttemptTools,
): AttemptPlan {
  return {
    provider,
    pooled,
    epoch: settle(pooled.record, tools.now()).epoch,
    model,
    check: kind === 'answer' ? 'key' : 'credit',
    limits: checkLimits(provider),
  };
}

/** Nothing left for the provider: it counts as a check that failed, so that the next one is put off like any other. */
export function recordNotAsked(
  provider: Provider,
  pooled: PooledKey,
  ask: CheckSpec,
  rule: string,
  { recorder, now, node, random }: AttemptTools,
): CheckReport {
  const at = now();
  if (provider.policy.recordsOutcomes)
    recorder.record(provider, pooled, {
      type: 'attempt',
      epoch: settle(pooled.record, at).epoch,
      startedAt: at,
      at,
      model: ask.model ?? ANY_MODEL,
      effect: { kind: 'none' },
      rule,
      node,
      check: true,
      jitter: random(),
    });
  return { passed: false, verdict: 'client_error', rule, ms: 0, ...specFields(ask) };
}

function reportOf(attempt: Attempt, ask: CheckSpec): CheckReport | undefined {
  if (attempt.cancelled) return undefined;
  const { verdict, rule, status, detail, ms } = attempt.logEntry;
  return {
    passed: attempt.effect.kind === 'succeeds',
    verdict,
    rule,
    ms,
    ...(status !== undefined && { status }),
    ...(detail !== undefined && { detail }),
    ...specFields(ask),
  };
}

function specFields({ kind, model }: CheckSpec): Pick<CheckReport, 'kind' | 'model'> {
  return { kind, ...(model !== undefined && { model }) };
}
