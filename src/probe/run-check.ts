import { Attempt } from '../failover/attempt.ts';
import type { AttemptTools } from '../failover/attempt.ts';
import { dueCheck } from '../keys/doubt.ts';
import type { PooledKey } from '../keys/pool.ts';
import { ANY_MODEL, settle } from '../keys/record.ts';
import type { KeyRecord } from '../keys/record.ts';
import type { Provider } from '../providers/provider.ts';
import { providerTypes } from '../providers/types.ts';
import { completionCall, listCall } from './check-call.ts';

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
}

/** An answer to a health check is small. Bytes. */
const HOLD_BYTES = 64 * 1024;

/**
 * What a check of a key asks for. `list`: the models there are, which costs nothing. `answer`: a short answer, and
 * one that finds fault with the question will do. `purchase`: only a good one will, for it has to be paid.
 */
export type CheckKind = 'list' | 'answer' | 'purchase';

/**
 * What its trouble makes of the check of a key. A credential that was refused is put to the list of models, where
 * the provider's type asks for a credential to show that; and only credit shows that there is credit again.
 */
export function checkKind({ type }: Provider, record: KeyRecord): CheckKind {
  const cause = dueCheck(record)?.cause;
  if (cause === 'key_dead' && providerTypes.get(type)?.listNeedsKey === true) return 'list';
  return cause === 'billing' ? 'purchase' : 'answer';
}

/** One health check, on the way that a client's request takes. Undefined where it was cancelled. */
export async function runCheck(
  provider: Provider,
  pooled: PooledKey,
  checkModel: string,
  tools: AttemptTools,
  signal: AbortSignal,
): Promise<CheckReport | undefined> {
  const now = tools.now();
  const { healthCheckTimeout } = provider.config.failover;
  const kind = checkKind(provider, pooled.record);
  const isFree = kind === 'list';
  const { model: doubted = ANY_MODEL } = dueCheck(pooled.record) ?? {};
  // A doubt about one model is settled by that model alone, which is named as the provider names it.
  const named = doubted === ANY_MODEL ? provider.mapModel(checkModel) : doubted;
  const model = isFree ? undefined : named;
  const asked = isFree ? listCall(provider, now, signal) : completionCall(provider, checkModel, now, signal);
  const taken = await provider.take(asked, model);
  if (taken.kind === 'refused') return { passed: false, verdict: 'client_error', rule: taken.code, ms: 0 };
  const attempt = await Attempt.start(
    taken.call,
    {
      provider,
      pooled,
      epoch: settle(pooled.record, now).epoch,
      model,
      check: kind === 'purchase' ? 'credit' : 'key',
      limits: {
        firstOutputMs: healthCheckTimeout,
        aliveMs: healthCheckTimeout,
        idleMs: healthCheckTimeout,
        stallMs: healthCheckTimeout,
        holdBytes: HOLD_BYTES,
        resends: true,
      },
    },
    tools,
  );
  if (attempt.opening.kind === 'open')
    await attempt.relay({ write: () => true, onDrain: (resume) => resume() });
  taken.retelling?.drop();
  if (attempt.cancelled) return undefined;
  const { verdict, rule, status, detail, ms } = attempt.note;
  return {
    passed: attempt.effect.kind === 'succeeds',
    verdict,
    rule,
    ms,
    ...(status !== undefined && { status }),
    ...(detail !== undefined && { detail }),
  };
}
