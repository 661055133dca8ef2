import { hash } from 'node:crypto';
import type { Call } from '../../dialects/operations/call.ts';
import { isChat } from '../../dialects/operations/chats.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import type { PooledKey } from '../../keys/pool/pool.ts';
import type { Provider } from '../../providers/provider.ts';
import { countUsable } from '../choose.ts';
import type { CheckAim } from '../attempt/attempt-plan.ts';
import type { Recorder } from '../recorder.ts';
import { faultVerdicts } from '../../verdict/fault-verdicts.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { RECENT_MS, MIN_KEYS } from './outage-evidence.ts';

/** Of an attempt, what it was made for. */
interface AttemptSubject {
  readonly provider: Provider;
  /** Undefined for a provider that has no keys. */
  readonly pooled: PooledKey | undefined;
  /** As the provider names it. */
  readonly model: string | undefined;
  readonly check: CheckAim | undefined;
}

/** What became of it. */
interface AttemptResult {
  readonly verdict: Verdict;
  readonly startedAt: number;
  /** The provider said something: its own words, not those of who gives out its credentials. */
  readonly hasResponse: boolean;
}

/** Who hears of it, when and by what chance. */
interface CircuitContext {
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The beginning and the end of a body that tell it from others. Bytes of each. */
const FINGERPRINT_BYTES = 64 * 1024;

/**
 * Takes into account what an attempt shows of its provider, whichever key it had: that it answers, or that it fails.
 * What the provider refuses for good reason is an answer; what never reached it shows nothing.
 */
export function recordProviderOutcome(
  call: Call,
  { provider, pooled, model = ANY_MODEL, check }: AttemptSubject,
  { verdict, startedAt, hasResponse }: AttemptResult,
  { recorder, now, random }: CircuitContext,
): void {
  const circuits = recorder.circuitsOf(provider);
  const at = now();
  const keyId = pooled?.key.id ?? '';
  if (verdict.class !== 'overloaded' && verdict.class !== 'unknown') {
    if (hasResponse) circuits.recordAnswer(provider, model, { keyId, at, isGood: verdict.class === 'ok' });
    return;
  }
  // What is said to a handshake instead of joining it tells nothing of the model's other requests: a client may ask any
  // model for a session, and would have it taken for down. Who pays: sessions, which meet a provider that refuses them
  // before they go elsewhere.
  const isRefusal = hasResponse || verdict.rule === faultVerdicts['no-output'].rule;
  if (call.target.operation.upgrades && isRefusal) return;
  // The check of a key that is out of service speaks of that key.
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
    chats: isChat(call.target.operation),
    check: check !== undefined,
    hadAnswered: at - (pooled?.answeredAt ?? circuits.succeededAt) <= RECENT_MS,
    pool: {
      usableKeys: countUsable(provider.pool, model, at, MIN_KEYS),
      isAnswering: at - circuits.succeededAt <= RECENT_MS,
    },
    jitter: random(),
  });
}

/** The same for requests that ask for the same. Only what failed is worth the cost. */
function fingerprintOf({ target: { operation, path, query }, body }: Call): string {
  const bytes = body.kind === 'kept' ? body.bytes : body.head;
  const ends = [
    bytes.subarray(0, FINGERPRINT_BYTES),
    bytes.subarray(FINGERPRINT_BYTES).subarray(-FINGERPRINT_BYTES),
  ];
  const endpoint = endpointOf(operation, path, query);
  return hash('sha256', Buffer.concat([Buffer.from(`${endpoint}\0${bytes.length}\0`), ...ends]), 'base64url');
}

function endpointOf({ method }: Operation, path: string, query: string): string {
  return `${method} ${path}?${query}`;
}
