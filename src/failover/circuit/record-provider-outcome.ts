import { hash } from 'node:crypto';
import type { Call } from '../../dialects/operations/call.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import type { PooledKey } from '../../keys/pool/pool.ts';
import type { Provider } from '../../providers/provider.ts';
import { countUsable } from '../choose.ts';
import type { CheckAim } from '../attempt/attempt-plan.ts';
import type { Recorder } from '../recorder.ts';
import { faultVerdicts } from '../../verdict/fault-verdicts.ts';
import { noEndpointRules } from '../../verdict/rules/general/status-rules.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { RECENT_MS, MIN_KEYS } from './outage-evidence.ts';

/** What the attempt was for. */
interface AttemptSubject {
  readonly provider: Provider;
  /** Undefined for a provider that has no keys. */
  readonly pooled: PooledKey | undefined;
  /** As the provider names it. */
  readonly model: string | undefined;
  readonly check: CheckAim | undefined;
}

/** How it ended. */
interface AttemptResult {
  readonly verdict: Verdict;
  readonly startedAt: number;
  /** The provider itself responded, not the server that issues its access tokens. */
  readonly hasResponse: boolean;
}

/** What recording needs beside the attempt. */
interface CircuitContext {
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The rules for paths that a provider does not have. */
const NO_ENDPOINT: ReadonlySet<string> = new Set(noEndpointRules.map(({ id }) => id));

/** Bytes of a body's beginning, and of its end, that go into its fingerprint. */
const FINGERPRINT_BYTES = 64 * 1024;

/**
 * Records in the provider's circuit breakers what an attempt shows of the provider, whichever key it used: that it answers
 * or that it fails. A refusal is an answer; what never reached the provider shows nothing.
 */
export function recordProviderOutcome(
  call: Call,
  { provider, pooled, model = ANY_MODEL, check }: AttemptSubject,
  { verdict, startedAt, hasResponse }: AttemptResult,
  { recorder, now, random }: CircuitContext,
): void {
  // Another service may do it than what answers.
  if (call.target.operation.isCount) return;
  const { operation } = call.target;
  if (hasResponse && NO_ENDPOINT.has(verdict.rule) && !operation.isPassthrough)
    recorder.reportNoEndpoint(provider, operation.name);
  const circuits = recorder.circuitsOf(provider);
  const at = now();
  const keyId = pooled?.key.id ?? '';
  if (verdict.class !== 'overloaded' && verdict.class !== 'unknown') {
    if (hasResponse) circuits.recordResponse(provider, model, { keyId, at, isGood: verdict.class === 'ok' });
    return;
  }
  // A refused WebSocket handshake says nothing about other requests, and neither does a path of no operation: a client may
  // ask any model for a session, and for whatever path fails, and would open its circuit. Who pays: sessions and such paths,
  // which try a provider that refuses them before they go elsewhere.
  const { upgrades, isPassthrough } = call.target.operation;
  const isRefusal = hasResponse || verdict.rule === faultVerdicts['no-output'].rule;
  if ((upgrades || isPassthrough) && isRefusal) return;
  // The check of a key that is out of service is about that key.
  if (check === 'key' || check === 'credit') return;
  circuits.recordFailure(provider, {
    type: 'failed',
    at,
    startedAt,
    model,
    keyId,
    requestId: call.id,
    fingerprint: fingerprintOf(call),
    rule: verdict.rule,
    chats: call.target.operation.isChat,
    check: check !== undefined,
    hadAnswered: at - (pooled?.lastSuccessAt ?? circuits.succeededAt) <= RECENT_MS,
    pool: {
      usableKeys: countUsable(provider.pool, model, at, MIN_KEYS),
      isAnswering: at - circuits.succeededAt <= RECENT_MS,
    },
    jitter: random(),
  });
}

/** Equal for requests with the same content. Computed for failures alone, since hashing costs. */
function fingerprintOf({ target, body }: Call): string {
  const bytes = body.kind === 'buffered' ? body.bytes : body.head;
  const ends = [
    bytes.subarray(0, FINGERPRINT_BYTES),
    bytes.subarray(FINGERPRINT_BYTES).subarray(-FINGERPRINT_BYTES),
  ];
  const endpoint = `${target.operation.method} ${target.path}?${target.query}`;
  return hash('sha256', Buffer.concat([Buffer.from(`${endpoint}\0${bytes.length}\0`), ...ends]), 'base64url');
}
