import { NO_LONGER_ACCEPTED, placeOf } from '../affinity/place.ts';
import { AnswerNames } from '../affinity/answer-names.ts';
import type { Maker } from '../affinity/made.ts';
import { deletedBy, makes, refsOf, touchedBy } from '../affinity/refs.ts';
import type { Found, ResourceBook } from '../affinity/resource-book.ts';
import { SealWatch } from '../affinity/seals.ts';
import { answerIds, ownedIds } from '../dialects/answer-ids.ts';
import type { Call } from '../dialects/call.ts';
import type { Attempt } from '../failover/attempt.ts';
import { ownersFirst, soleTarget } from '../failover/route.ts';
import type { RouteTarget } from '../failover/route.ts';
import type { Served } from '../failover/serve.ts';
import type { PooledKey } from '../keys/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { claimAll, keepsApart, keptMs } from './ownership.ts';
import { markListed } from './own-lists.ts';
import { refusal } from './read-call.ts';
import type { Refusal } from './read-call.ts';
import type { Reply } from './reply.ts';
import type { Runtime } from './runtime.ts';

/**
 * How long after its last use it is known who sealed something, if `resourceAffinity` is not shorter: a conversation
 * that rests for longer begins with plain words as often as not, and there are many more of these than of files.
 */
const SEALS_KEPT_MS = 24 * 60 * 60 * 1000;

/** The one key that can answer a call about something made earlier. */
export interface SoleWay {
  readonly kind: 'sole';
  /** Of what was made. */
  readonly id: string;
  readonly targets: readonly [RouteTarget];
}

/**
 * The way of a call that refers to something, ahead of all routes: to the key that made it, and no other. Where clients
 * are kept apart it goes nowhere unless what it refers to is its client's own.
 * @param owner - whose call it is
 * @returns undefined where nobody knows who made any of it: the call is routed as usual
 */
export async function soleWay(
  call: Call,
  { providers, config }: Runtime,
  book: ResourceBook,
  now: () => number,
  owner: string,
): Promise<SoleWay | Refusal | undefined> {
  const found = keepsApart(config)
    ? await claimed(call, owner, book)
    : await book.find(refsOf(call), config.resourceAffinity);
  if (found !== undefined && 'kind' in found) return found;
  if (found === undefined || config.resourceAffinity === 0) return undefined;
  const { id, maker } = found;
  const place = placeOf(maker, providers, now());
  if (place.kind === 'gone') return keyGone(id, place.reason);
  return { kind: 'sole', id, targets: [soleTarget(place.provider, place.pooled, call.model, providers)] };
}

async function claimed(call: Call, owner: string, book: ResourceBook): Promise<Found | Refusal | undefined> {
  const found = await claimAll(touchedBy(call), owner, book);
  return 'kind' in found ? found : found[0];
}

/** Whether a call refers to anything that has to be looked up. Costs nothing. */
export function refersTo(call: Call, { config }: Runtime): boolean {
  if (!keepsApart(config)) return config.resourceAffinity > 0 && refsOf(call).length > 0;
  const { own, mentioned } = touchedBy(call);
  return own.length + mentioned.length > 0;
}

/**
 * The targets of a call in the order that suits what it sends back: encrypted reasoning and signatures can be read
 * by the account that made them alone. That one is preferred, and no more: where it is out, others are asked.
 * @param seals of the call, the newest first; at least one
 */
export async function ownersWay(
  seals: readonly string[],
  targets: readonly RouteTarget[],
  { config }: Runtime,
  book: ResourceBook,
): Promise<readonly RouteTarget[]> {
  if (config.resourceAffinity === 0) return targets;
  const owner = await book.findAny(seals, Math.min(SEALS_KEPT_MS, config.resourceAffinity));
  return owner === undefined ? targets : ownersFirst(targets, owner);
}

/**
 * Hears of what an answer holds that only its maker can read; undefined where its answers never do, or where the next
 * turn has no choice of a key anyway.
 */
function sealWatchFor(
  call: Call,
  { plan: { provider, pooled } }: Attempt,
  targets: readonly RouteTarget[],
  { config }: Runtime,
  book: ResourceBook,
): SealWatch | undefined {
  if (config.resourceAffinity === 0 || (targets.length === 1 && provider.pool.size < 2)) return undefined;
  // Who can read it is a question of keys alone.
  const maker = makerOf(provider, pooled, '');
  const ttlMs = Math.min(SEALS_KEPT_MS, config.resourceAffinity);
  return SealWatch.for(call.target.operation.name, (name) => book.learn(name, maker, ttlMs));
}

/**
 * Hears of what comes into being while a model works, for the client whose call it is; undefined where its answer names
 * nothing of the kind, and where clients are not kept apart.
 */
function namesFor(
  call: Call,
  { plan: { provider, pooled }, dialect }: Attempt,
  { config }: Runtime,
  book: ResourceBook,
  owner: string,
): AnswerNames | undefined {
  const { operation } = call.target;
  if (!keepsApart(config) || dialect !== operation.dialect) return undefined;
  const maker = makerOf(provider, pooled, owner);
  const ttlMs = keptMs(LASTS, config);
  return AnswerNames.for(call, (name) => {
    book.learn(name, maker, ttlMs);
    markListed(operation, maker, ttlMs, book);
  });
}

/** A file that was made on the way stays until it is deleted. */
const LASTS = { heedsStore: false };

/** Hears of what a client gets of an answer; undefined where nothing in it is of interest, as in nearly all. */
export function listenerFor(
  call: Call,
  attempt: Attempt,
  targets: readonly RouteTarget[],
  runtime: Runtime,
  book: ResourceBook,
  owner: string,
): Reply['listener'] {
  const seals = sealWatchFor(call, attempt, targets, runtime, book);
  const names = namesFor(call, attempt, runtime, book, owner);
  if (seals === undefined || names === undefined) return seals ?? names;
  return {
    read: (bytes) => {
      seals.read(bytes);
      names.read(bytes);
    },
  };
}

/** The refusal of a call whose one key was found dead by this very call; undefined where it was not. */
export function foundDead(sole: SoleWay, { result }: Served): Refusal | undefined {
  if (result.kind !== 'failed' || result.attempt.verdict.class !== 'key_dead') return undefined;
  // Its answer speaks of our key, and is not for the client.
  result.attempt.abandon();
  return keyGone(sole.id, NO_LONGER_ACCEPTED);
}

/**
 * Keeps who made what an answer names, and for whom, and forgets what it deleted. To be called before the client gets
 * any of the answer, so that it finds what it asks for next.
 */
export function noteResources(
  call: Call,
  attempt: Attempt,
  { config }: Runtime,
  book: ResourceBook,
  owner: string,
): void {
  const { operation } = call.target;
  const ttlMs = keptMs(operation, config);
  if (ttlMs === 0) return;
  const isApart = keepsApart(config);
  if (makes(call) || (isApart && operation.ownedIds.length > 0)) {
    const { provider, pooled } = attempt.plan;
    const maker = makerOf(provider, pooled, owner);
    const ids = makes(call) ? answerIds(operation, attempt.head) : [];
    for (const id of ids) book.learn(id, maker, ttlMs);
    if (isApart) {
      for (const id of ownedIds(operation, attempt.head)) book.learn(id, maker, ttlMs);
      if (ids.length > 0) markListed(operation, maker, ttlMs, book);
    }
  }
  const deleted = deletedBy(call);
  if (deleted !== undefined) book.forget(deleted);
}

function makerOf({ id: providerId }: Provider, pooled: PooledKey | undefined, client: string): Maker {
  const { id: keyId = '', quotaDomain = '' } = pooled?.key ?? {};
  return { providerId, keyId, quotaDomain, client };
}

function keyGone(id: string, reason: string): Refusal {
  return refusal('resource_key_gone', { id, reason });
}
