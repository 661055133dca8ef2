import type { Call } from '../../dialects/operations/call.ts';
import { answerIds, ownedIds } from '../../dialects/operations/answer-ids.ts';
import type { ProviderAnswer } from '../../failover/answer/answer.ts';
import { AnswerResourceScanner } from '../../routing/answer-resource-scanner.ts';
import { findOwnerKey } from '../../routing/owner-key.ts';
import type { OwnedResource, ResourceBook } from '../../routing/resource-book.ts';
import type { ResourceOwner } from '../../routing/resource-owner.ts';
import {
  deletedResource,
  createsResources,
  resourceRefs,
  touchedResources,
} from '../../routing/resource-refs.ts';
import { ownerFirst, pinnedTarget } from '../../routing/route.ts';
import type { RouteTarget } from '../../routing/route.ts';
import { SealedReasoningScanner } from '../../routing/sealed-reasoning.ts';
import { refusal } from '../request/read-call.ts';
import type { Refusal } from '../request/read-call.ts';
import type { ResponseWriter } from '../response-writer.ts';
import type { Runtime } from '../runtime.ts';
import { claimResources, isolatesTenants, ownershipTtlMs } from './ownership.ts';
import { markAccountListed } from './tenant-lists.ts';

/**
 * How long after its last use it is known which key produced sealed reasoning, if `resourceAffinity` is not shorter. Few
 * conversations go on after a longer pause, and there are many more of these ids than of files.
 */
const SEALED_REASONING_TTL_MS = 24 * 60 * 60 * 1000;

/** A route that leads to the only key that can answer a call, because it owns the resource that the call refers to. */
export interface PinnedRoute {
  readonly kind: 'pinned';
  /** Of the resource. */
  readonly id: string;
  readonly targets: readonly [RouteTarget];
}

/**
 * The route of a call that refers to a resource, ahead of all others: to the key that owns it. Where tenants are isolated
 * the call is refused unless it refers to resources of its own tenant alone.
 * @param tenant - of the call
 * @returns undefined where no owner is known: the call is routed as usual
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
    kind: 'pinned',
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

/** Whether a call refers to a resource, so that its owner has to be looked up. Costs nothing. */
export function refersToResources(call: Call, { config }: Runtime): boolean {
  if (!isolatesTenants(config)) return config.resourceAffinity > 0 && resourceRefs(call).length > 0;
  const { own, mentioned } = touchedResources(call);
  return own.length + mentioned.length > 0;
}

/**
 * The targets of a call, first the one that can read its sealed reasoning. That is a preference and no more: where its key
 * cannot be used, others are.
 * @param seals - ids of the sealed reasoning, the newest first; at least one
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
 * Records who produced the sealed reasoning in an answer; undefined where it can have none, or where there is no other key
 * that the next turn could get.
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
  // Whoever has the key can read it, whatever the tenant.
  const resourceOwner = resourceOwnerOf(answer, '');
  const ttlMs = Math.min(SEALED_REASONING_TTL_MS, config.resourceAffinity);
  return SealedReasoningScanner.for(call.target.operation.name, (id) => book.learn(id, resourceOwner, ttlMs));
}

/**
 * Records the owner of resources that a model creates while it answers; undefined where it can create none, and where
 * tenants are not isolated.
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
  return AnswerResourceScanner.for(call, (id) => {
    book.learn(id, resourceOwner, ttlMs);
    markAccountListed(operation, resourceOwner, ttlMs, book);
  });
}

/** Such files stay until they are deleted. */
const LASTING = { honorsStore: false };

/** Looks for resource ids in an answer while it is sent; undefined where there can be none, as in nearly all. */
export function bodyObserverFor(
  call: Call,
  answer: ProviderAnswer,
  targets: readonly RouteTarget[],
  runtime: Runtime,
  book: ResourceBook,
  tenant: string,
): ResponseWriter['bodyObserver'] {
  const seals = sealedReasoningScannerFor(call, answer, targets, runtime, book);
  const created = answerScannerFor(call, answer, runtime, book, tenant);
  if (seals === undefined || created === undefined) return seals ?? created;
  return {
    read: (bytes) => {
      seals.read(bytes);
      created.read(bytes);
    },
  };
}

/**
 * Records the owner of the resources that an answer names, and drops those that it deleted. To be called before the client
 * gets any of the answer, so that its next request finds them.
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
    const ids = createsResources(call) ? createdIds(call, answer.head) : [];
    for (const id of ids) book.learn(id, resourceOwner, ttlMs);
    if (isIsolated) {
      for (const id of ownedIds(operation, answer.head)) book.learn(id, resourceOwner, ttlMs);
      if (ids.length > 0) markAccountListed(operation, resourceOwner, ttlMs, book);
    }
  }
  const deleted = deletedResource(call);
  if (deleted !== undefined) book.forget(deleted);
}

/**
 * The ids of what a call has created. Of a path of no operation the answer may repeat what the request named, which may be
 * everybody's, or of another kind: that has the owner it had.
 */
function createdIds(call: Call, head: Buffer): readonly string[] {
  const { operation, pathId, mentionedIds = [] } = call.target;
  const ids = answerIds(operation, head);
  if (!operation.isPassthrough) return ids;
  const inPath = pathId === undefined ? [] : [decodeURIComponent(pathId)];
  const named = new Set([...inPath, ...mentionedIds, ...call.hints.refs]);
  return ids.filter((id) => !named.has(id));
}

function resourceOwnerOf({ providerId, keyId, quotaDomain }: ProviderAnswer, tenant: string): ResourceOwner {
  return { providerId, keyId, quotaDomain, tenant };
}

function keyGone(id: string, reason: string): Refusal {
  return refusal('resource_key_gone', { id, reason });
}
