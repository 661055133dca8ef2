import { NO_LONGER_ACCEPTED, placeOf } from '../affinity/place.ts';
import { deletedBy, makes } from '../affinity/refs.ts';
import type { ResourceBook } from '../affinity/resource-book.ts';
import { answerIds } from '../dialects/answer-ids.ts';
import type { Call } from '../dialects/call.ts';
import type { Attempt } from '../failover/attempt.ts';
import { soleTarget } from '../failover/route.ts';
import type { RouteTarget } from '../failover/route.ts';
import type { Served } from '../failover/serve.ts';
import { refusal } from './read-call.ts';
import type { Refusal } from './read-call.ts';
import type { Runtime } from './runtime.ts';

/** The one key that can answer a call about something made earlier. */
export interface SoleWay {
  readonly kind: 'sole';
  /** Of what was made. */
  readonly id: string;
  readonly targets: readonly [RouteTarget];
}

/**
 * The way of a call that refers to something, ahead of all routes: to the key that made it, and no other.
 * @param refs of the call, the most telling first
 * @returns undefined where nobody knows who made any of it: the call is routed as usual
 */
export async function soleWay(
  refs: readonly string[],
  call: Call,
  { providers, config }: Runtime,
  book: ResourceBook,
  now: () => number,
): Promise<SoleWay | Refusal | undefined> {
  if (config.resourceAffinity === 0) return undefined;
  const found = await book.find(refs, config.resourceAffinity);
  if (found === undefined) return undefined;
  const { id, maker } = found;
  const place = placeOf(maker, providers, now());
  if (place.kind === 'gone') return keyGone(id, place.reason);
  return { kind: 'sole', id, targets: [soleTarget(place.provider, place.pooled, call.model, providers)] };
}

/** The refusal of a call whose one key was found dead by this very call; undefined where it was not. */
export function foundDead(sole: SoleWay, { result }: Served): Refusal | undefined {
  if (result.kind !== 'failed' || result.attempt.verdict.class !== 'key_dead') return undefined;
  // Its answer speaks of our key, and is not for the client.
  result.attempt.abandon();
  return keyGone(sole.id, NO_LONGER_ACCEPTED);
}

/**
 * Keeps who made what an answer names, and forgets what it deleted. To be called before the client gets any of
 * the answer, so that it finds what it asks for next.
 */
export function noteResources(call: Call, attempt: Attempt, { config }: Runtime, book: ResourceBook): void {
  if (config.resourceAffinity === 0) return;
  if (makes(call)) {
    const { provider, pooled } = attempt.plan;
    const { id: keyId = '', quotaDomain = '' } = pooled?.key ?? {};
    for (const id of answerIds(call.target.operation, attempt.head)) {
      book.learn(id, { providerId: provider.id, keyId, quotaDomain }, config.resourceAffinity);
    }
  }
  const deleted = deletedBy(call);
  if (deleted !== undefined) book.forget(deleted);
}

function keyGone(id: string, reason: string): Refusal {
  return refusal('resource_key_gone', { id, reason });
}
