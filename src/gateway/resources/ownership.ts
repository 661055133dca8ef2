import type { Config } from '../../config/schema/schema.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { MAX_REFS } from '../../dialects/scan/body-facts.ts';
import type { OwnedResource, ResourceBook } from '../../routing/resource-book.ts';
import type { TouchedResources } from '../../routing/resource-refs.ts';
import { refusal } from '../request/read-call.ts';
import type { Refusal } from '../request/read-call.ts';

/*
 * Isolation of tenants: a resource at a provider belongs to the tenant of the call that created it (`Authentication.tenant`).
 * Where there are `clients`, and not `sharedResources`, a resource of another tenant does not exist for a client. Only
 * calls that name, create or list resources pay for that.
 */

const DAY_MS = 86_400_000;
/**
 * How long after its last use the owner is known of a resource that stays until it is deleted: as long as the store keeps
 * anything.
 */
const RESOURCE_TTL_MS = 366 * DAY_MS;
/** The same for responses and completions, which providers keep for 30 days (platform.openai.com/docs/guides/your-data). */
const RESPONSE_TTL_MS = 30 * DAY_MS;

/** Whether each tenant can reach its own resources only. */
export function isolatesTenants({
  clients,
  sharedResources,
}: Pick<Config, 'clients' | 'sharedResources'>): boolean {
  return clients !== undefined && !sharedResources;
}

/** How long after its last use the owner is kept of what an operation creates. Milliseconds; 0: not at all. */
export function ownershipTtlMs({ honorsStore }: Pick<Operation, 'honorsStore'>, config: Config): number {
  const { resourceAffinity } = config;
  if (!isolatesTenants(config)) return resourceAffinity;
  return Math.max(resourceAffinity, honorsStore ? RESPONSE_TTL_MS : RESOURCE_TTL_MS);
}

/** Collections whose resources contain others that the gateway does not track. */
const COLLECTIONS = /(?:^|\/)(?:assistants|containers|evals|skills|threads|vector_stores)(?:\/|$)/iu;

/** Whether a path leads into a resource of a kind that no operation here creates: a generic provider would accept it. */
export function isInUntrackedCollection({ prefix = '' }: Target): boolean {
  // The path of a known operation can always be decoded.
  return COLLECTIONS.test(prefix.includes('%') ? decodeURIComponent(prefix) : prefix);
}

/** Those of the resources that the tenant owns, in their order; or why the call is refused. */
export async function claimResources(
  resources: TouchedResources,
  tenant: string,
  book: ResourceBook,
): Promise<readonly OwnedResource[] | Refusal> {
  if (resources.own.length + resources.mentioned.length > MAX_REFS)
    return refusal('too_many_references', { limit: MAX_REFS });
  const claim = await book.claim(resources, tenant);
  switch (claim.kind) {
    case 'own':
      return claim.found;
    case 'not-own':
      return refusal('resource_not_found', { id: claim.id });
    case 'unknown':
      return refusal('resource_owner_unknown', { id: claim.id });
  }
}
