import { findOwnerKey } from '../../routing/owner-key.ts';
import { AnswerResourceScanner } from '../../routing/answer-resource-scanner.ts';
import type { ResourceOwner } from '../../routing/resource-owner.ts';
import {
  deletedResource,
  createsResources,
  resourceRefs,
  touchedResources,
} from '../../routing/resource-refs.ts';
import type { OwnedResource, ResourceBook } from '../../routing/resource-book.ts';
import { SealedReasoningScanner } from '../../routing/sealed-reasoning.ts';
import { answerIds, ownedIds } from '../../dialects/operations/answer-ids.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { ProviderAnswer } from '../../failover/answer/answer.ts';
import { ownerFirst, pinnedTarget } from '../../routing/route.ts';
import type { RouteTarget } from '../../routing/route.ts';
import { claimResources, isolatesTenants, ownershipTtlMs } from './ownership.ts';
import { markAccountListed } from './tenant-lists.ts';
import { refusal } from '../request/read-call.ts';
import type { Refusal } from '../request/read-call.ts';
import type { ResponseWriter } from '../response-writer.ts';
import type { Runtime } from '../runtime.ts';

/**
 * How long after its last use it is known who sealed something, if `resourceAffinity` is not shorter: a conversation
 * that rests for longer begins with plain words as often as not, and there are many more of these than of files.
 */
const SEALED_REASONING_TTL_MS = 24 * 60 * 60 * 1000;

/** The one key that can answer a call about something made earlier. */
export interface PinnedRoute {
  readonly kind: 'sole';
  /** Of what was made. */
  readonly id: string;
  readonly targets: readonly [RouteTarget];
}

/**
 * The way of a call that refers to something, ahead of all routes: to the key that made it, and no other. Where clients
 * are kept apart it goes nowhere unless what it refers to is its client's own.
 * @param tenant - whose call it is
 * @returns undefined where nobody knows who made any of it: the call is routed as usual
 */
export async function pinnedRoute(
  call: Call,
  { providers, config }: Runtime,
  book: ResourceBook,
  now: () => number,
  tenant: string,
): Promise<PinnedRoute | Refusal | undefined> {
  const found = isolatesTenants(config)
    ? await firstClaimed(call, tenant, book)
    : await book.find(resourceRefs(call), config.resourceAffinity);
  if (found !== undefined && 'kind' in found) return found;
  if (found === undefined || config.resourceAffinity === 0) return undefined;
  const { id, owner: resourceOwner } = found;
  const ownerKey = findOwnerKey(resourceOwner, providers, now());
  if (ownerKey.kind === 'gone') return keyGone(id, ownerKey.reason);
  return {
    kind: 'sole',
    id,
    targets: [pinnedTarget(ownerKey.provider, ownerKey.pooled, call.model, providers)],
  };
}

async function firstClaimed(
  call: Call,
  tenant: string,
  book: ResourceBook,
): Promise<OwnedResource | Refusal | undefined> {
  const found = await claimResources(touchedResources(call), tenant, book);
  return 'kind' in found ? found : found[0];
}

/** Whether a call refers to anything that has to be looked up. Costs nothing. */
export function refersToResources(call: Call, { config }: Runtime): boolean {
  if (!isolatesTenants(config)) return config.resourceAffinity > 0 && resourceRefs(call).length > 0;
  const { own, mentioned } = touchedResources(call);
  return own.length + mentioned.length > 0;
}

/**
 * The targets of a call in the order that suits what it sends back: encrypted reasoning and signatures can be read
 * by the account that made them alone. That one is preferred, and no more: where it is out, others are asked.
 * @param seals of the call, the newest first; at least one
 */
export async function ownerRoute(
  seals: readonly string[],
  targets: readonly RouteTarget[],
  { config }: Runtime,
  book: ResourceBook,
): Promise<readonly RouteTarget[]> {
  if (config.resourceAffinity === 0) return targets;
  const owner = await book.findAny(seals, Math.min(SEALED_REASONING_TTL_MS, config.resourceAffinity));
  return owner === undefined ? targets : ownerFirst(targets, owner);
}

/**
 * Hears of what an answer holds that only its maker can read; undefined where its answers never do, or where the next
 * turn has no choice of a key anyway.
 */
function sealedReasoningScannerFor(
  call: Call,
  answer: ProviderAnswer,
  targets: readonly RouteTarget[],
  { config, providers }: Runtime,
  book: ResourceBook,
): SealedReasoningScanner | undefined {
  if (config.resourceAffinity === 0) return undefined;
  const keys = providers.get(answer.providerId)?.pool.size ?? 0;
  if (targets.length === 1 && keys < 2) return undefined;
  // Who can read it is a question of keys alone.
  const resourceOwner = resourceOwnerOf(answer, '');
  const ttlMs = Math.min(SEALED_REASONING_TTL_MS, config.resourceAffinity);
  return SealedReasoningScanner.for(call.target.operation.name, (name) =>
    book.learn(name, resourceOwner, ttlMs),
  );
}

/**
 * Hears of what comes into being while a model works, for the client whose call it is; undefined where its answer names
 * nothing of the kind, and where clients are not kept apart.
 */
function answerScannerFor(
  call: Call,
  answer: ProviderAnswer,
  { config }: Runtime,
  book: ResourceBook,
  tenant: string,
): AnswerResourceScanner | undefined {
  const { operation } = call.target;
  if (!isolatesTenants(config) || !answer.isNative) return undefined;
  const resourceOwner = resourceOwnerOf(answer, tenant);
  const ttlMs = ownershipTtlMs(LASTING, config);
  return AnswerResourceScanner.for(call, (name) => {
    book.learn(name, resourceOwner, ttlMs);
    markAccountListed(operation, resourceOwner, ttlMs, book);
  });
}

/** A file that was made on the way stays until it is deleted. */
const LASTING = { honorsStore: false };

/** Hears of what a client gets of an answer; undefined where nothing in it is of interest, as in nearly all. */
export function listenerFor(
  call: Call,
  answer: ProviderAnswer,
  targets: readonly RouteTarget[],
  runtime: Runtime,
  book: ResourceBook,
  tenant: string,
): ResponseWriter['listener'] {
  const seals = sealedReasoningScannerFor(call, answer, targets, runtime, book);
  const names = answerScannerFor(call, answer, runtime, book, tenant);
  if (seals === undefined || names === undefined) return seals ?? names;
  return {
    read: (bytes) => {
      seals.read(bytes);
      names.read(bytes);
    },
  };
}

/**
 * Keeps who made what an answer names, and for whom, and forgets what it deleted. To be called before the client gets
 * any of the answer, so that it finds what it asks for next.
 */
export function recordResources(
  call: Call,
  answer: ProviderAnswer,
  { config }: Runtime,
  book: ResourceBook,
  tenant: string,
): void {
  const { operation } = call.target;
  const ttlMs = ownershipTtlMs(operation, config);
  if (ttlMs === 0 || !answer.isNative) return;
  const isIsolated = isolatesTenants(config);
  if (createsResources(call) || (isIsolated && operation.ownedIds.length > 0)) {
    const resourceOwner = resourceOwnerOf(answer, tenant);
    const ids = createsResources(call) ? answerIds(operation, answer.head) : [];
    for (const id of ids) book.learn(id, resourceOwner, ttlMs);
    if (isIsolated) {
      for (const id of ownedIds(operation, answer.head)) book.learn(id, resourceOwner, ttlMs);
      if (ids.length > 0) markAccountListed(operation, resourceOwner, ttlMs, book);
    }
  }
  const deleted = deletedResource(call);
  if (deleted !== undefined) book.forget(deleted);
}

function resourceOwnerOf({ providerId, keyId, quotaDomain }: ProviderAnswer, tenant: string): ResourceOwner {
  return { providerId, keyId, quotaDomain, tenant };
}

function keyGone(id: string, reason: string): Refusal {
  return refusal('resource_key_gone', { id, reason });
}
