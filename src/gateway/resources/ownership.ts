import { rawHeader } from '../../base/raw-headers.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Config } from '../../config/schema/schema.ts';
import { isAtCollection } from '../../dialects/operations/passthrough.ts';
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

/**
 * Whether a path of no operation leads to what all tenants share: it names nothing that one of them may own, and creates nothing.
 * A list there shows what others made, and of a connection nothing is seen once it is open.
 */
export function isShared(target: Target): boolean {
  const { operation, pathId } = target;
  if (!operation.isPassthrough) return false;
  return operation.upgrades || (pathId === undefined && !isAtCollection(target));
}

/**
 * Whether a path of no operation is sent with a body that is not looked through to its end, so that it may name whatever its
 * client wants: one that is neither JSON nor a form, or is too large to keep.
 */
export function isUnread({ target: { operation }, body, headers }: Call): boolean {
  if (!operation.isPassthrough) return false;
  if (body.kind === 'streamed') return true;
  if (body.bytes.length === 0) return false;
  const type = rawHeader(headers, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type !== 'multipart/form-data' && type !== 'application/json' && !type.endsWith('+json');
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
