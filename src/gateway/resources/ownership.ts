import type { TouchedResources } from '../../routing/resource-refs.ts';
import type { OwnedResource, ResourceBook } from '../../routing/resource-book.ts';
import type { Config } from '../../config/schema/schema.ts';
import { MAX_REFS } from '../../dialects/scan/body-facts.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import { refusal } from '../request/read-call.ts';
import type { Refusal } from '../request/read-call.ts';

/*
 * Whose a thing is at a provider: the client's whose call made it, by the name that owns (`Admission.owner`). Where the
 * configuration names clients, and does not say that they share, what is not a client's own does not exist for it.
 * Nobody but a call that names, makes or lists such things pays for that.
 */

const DAY_MS = 86_400_000;
/**
 * How long after its last use it is known whose a thing is that stays until it is deleted: as long as the store keeps
 * anything.
 */
const RESOURCE_TTL_MS = 366 * DAY_MS;
/** The same for responses and completions, which providers keep for 30 days (platform.openai.com/docs/guides/your-data). */
const RESPONSE_TTL_MS = 30 * DAY_MS;

/** Whether each client reaches its own things alone. */
export function isolatesTenants({
  clients,
  sharedResources,
}: Pick<Config, 'clients' | 'sharedResources'>): boolean {
  return clients !== undefined && !sharedResources;
}

/** How long after its last use it is kept who made what an operation makes. Milliseconds; 0: not at all. */
export function ownershipTtlMs({ honorsStore }: Pick<Operation, 'honorsStore'>, config: Config): number {
  const { resourceAffinity } = config;
  if (!isolatesTenants(config)) return resourceAffinity;
  return Math.max(resourceAffinity, honorsStore ? RESPONSE_TTL_MS : RESOURCE_TTL_MS);
}

/** Collections whose things hold others that the gateway does not tell apart. */
const COLLECTIONS = /(?:^|\/)(?:assistants|containers|evals|skills|threads|vector_stores)(?:\/|$)/iu;

/** Whether a path leads into a thing of a kind that no operation makes here: a generic provider would take it as it is. */
export function isInUntrackedCollection({ prefix = '' }: Target): boolean {
  // That it can be decoded is known of a path whose operation was found.
  return COLLECTIONS.test(prefix.includes('%') ? decodeURIComponent(prefix) : prefix);
}

/** What a client may touch of what a call names, in its order; else why its call goes nowhere. */
export async function claimResources(
  touched: TouchedResources,
  tenant: string,
  book: ResourceBook,
): Promise<readonly OwnedResource[] | Refusal> {
  if (touched.own.length + touched.mentioned.length > MAX_REFS)
    return refusal('too_many_references', { limit: MAX_REFS });
  const claim = await book.claim(touched, tenant);
  switch (claim.kind) {
    case 'own':
      return claim.found;
    case 'not-own':
      return refusal('resource_not_found', { id: claim.id });
    case 'unknown':
      return refusal('resource_owner_unknown', { id: claim.id });
  }
}
