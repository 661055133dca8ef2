import type { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { operationNamed } from '../dialects/operations/table.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { ANY_MODEL, settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { CheckSpec, CheckKind } from './check-spec.ts';
import { completionCall, freeCall } from './check-call.ts';
import { formsFor, isWorthTrying } from './check-form.ts';
import type { CheckForm, CheckForms } from './check-form.ts';
import { attemptCheck } from './check-attempt.ts';
import type { CheckAttemptPlan } from './check-attempt.ts';

/** How a health check went. */
export interface CheckReport {
  readonly passed: boolean;
  readonly verdict: string;
  /** The rule that judged it. */
  readonly rule: string;
  readonly status?: number;
  /** What happened to the exchange, where it broke. */
  readonly detail?: string;
  readonly ms: number;
  readonly kind: CheckKind;
  /** As the provider names it; absent where no model was called. */
  readonly model?: string;
}

/** What a check needs beside its key. */
interface CheckTools {
  readonly tools: AttemptTools;
  readonly forms: CheckForms;
  readonly signal: AbortSignal;
  /** Called before each request: the key may have been disabled, or have come back. */
  readonly isWanted: () => boolean;
}

/**
 * One health check, made like a client's request. Where the model rejects the form of the request, the next form is tried
 * at once: rejections are free, and the accepted form is kept. Undefined where it was cancelled or is no longer wanted.
 */
export async function runCheck(
  provider: Provider,
  pooled: PooledKey,
  spec: CheckSpec,
  use: CheckTools,
): Promise<CheckReport | undefined> {
  const { kind, model } = spec;
  const { tools, forms, signal } = use;
  if (model === undefined) return checkFreely(provider, pooled, spec, use);
  const usableForms = sendableForms(provider, model, forms.toTry(provider, model, tools.now()));
  let at = 0;
  let why = 'operation_not_offered';
  for (let form = usableForms[at]; form !== undefined; form = usableForms[at]) {
    const call = completionCall(provider, model, tools.now(), signal, form);
    const prepared = await provider.prepareInternal(call, model);
    if (prepared.kind === 'refused') {
      why = prepared.code;
      at++;
      continue;
    }
    if (!use.isWanted()) {
      prepared.translator?.drop();
      return undefined;
    }
    const next = nextForm(usableForms, at, kind);
    const willTryOtherForm = (verdict: Verdict): boolean => next(verdict) !== undefined;
    const plan: CheckAttemptPlan = { ...planOf(provider, pooled, spec, tools), willTryOtherForm };
    const attempt = await attemptCheck(prepared.call, plan, tools);
    prepared.translator?.drop();
    const nextAt = attempt.cancelled ? undefined : next(attempt.verdict);
    if (nextAt === undefined) {
      recordForm(provider, model, form, attempt, use);
      return reportOf(attempt, spec);
    }
    at = nextAt;
  }
  return recordNotAsked(provider, pooled, spec, why, tools);
}

/** The list of models, or the provider's own free call. */
async function checkFreely(
  provider: Provider,
  pooled: PooledKey,
  spec: CheckSpec,
  { tools, signal, isWanted }: CheckTools,
): Promise<CheckReport | undefined> {
  if (!isWanted()) return undefined;
  const call = freeCall(provider, tools.now(), signal);
  if (call === undefined) return recordNotAsked(provider, pooled, spec, 'operation_not_offered', tools);
  const attempt = await attemptCheck(call, planOf(provider, pooled, spec, tools), tools);
  return reportOf(attempt, spec);
}

/** The forms that the provider can be sent: the first in any case, others than chat only where it has the operation itself. */
function sendableForms(provider: Provider, model: string, forms: readonly CheckForm[]): readonly CheckForm[] {
  const first = formsFor(provider, model)[0]?.kind;
  return forms.filter(
    ({ kind }) => kind === 'chat' || kind === first || provider.supports(operationNamed(kind)),
  );
}

/**
 * By the verdict on the form at index `at`, the index of the form to try next; undefined where none is. An `answer` check
 * ends with any answer, also one that blames the request.
 */
function nextForm(
  usableForms: readonly CheckForm[],
  at: number,
  kind: CheckKind,
): (verdict: Verdict) => number | undefined {
  return (verdict) => {
    const form = usableForms[at];
    if (form === undefined || (kind === 'answer' && verdict.class === 'client_error')) return undefined;
    const found = usableForms.findIndex((next, index) => index > at && isWorthTrying(verdict, form, next));
    return found < 0 ? undefined : found;
  };
}

function recordForm(
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
): CheckAttemptPlan {
  return {
    provider,
    pooled,
    epoch: settle(pooled.record, tools.now()).epoch,
    model,
    check: kind === 'answer' ? 'key' : 'credit',
  };
}

/** Nothing was sent: it counts as a failed check, so that the next one is delayed as usual. */
export function recordNotAsked(
  provider: Provider,
  pooled: PooledKey,
  spec: CheckSpec,
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
      model: spec.model ?? ANY_MODEL,
      effect: { kind: 'none' },
      rule,
      node,
      check: true,
      jitter: random(),
    });
  return { passed: false, verdict: 'client_error', rule, ms: 0, ...specFields(spec) };
}

function reportOf(attempt: Attempt, spec: CheckSpec): CheckReport | undefined {
  if (attempt.cancelled) return undefined;
  const { verdict, rule, status, detail, ms } = attempt.logEntry;
  return {
    passed: attempt.effect.kind === 'succeeds',
    verdict,
    rule,
    ms,
    ...(status !== undefined && { status }),
    ...(detail !== undefined && { detail }),
    ...specFields(spec),
  };
}

function specFields({ kind, model }: CheckSpec): Pick<CheckReport, 'kind' | 'model'> {
  return { kind, ...(model !== undefined && { model }) };
}
