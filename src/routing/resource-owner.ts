/** The key that created a resource at a provider, and the tenant it was created for. */
export interface ResourceOwner {
  readonly providerId: string;
  /** Empty where the provider has no keys. */
  readonly keyId: string;
  /** The key's quota domain: keys of the same one reach the same resources. */
  readonly quotaDomain: string;
  /** The group of the client it was created for, or the client's name; empty where no clients are configured. */
  readonly tenant: string;
}

/** What is known of a resource: its owner, and how long that is kept after its last use. Milliseconds. */
export interface OwnershipRecord {
  readonly owner: ResourceOwner;
  readonly ttlMs: number;
}

/**
 * The stored form, in lines: provider, key, quota domain, and, where there is a tenant, its name and the TTL. Versions that
 * know of no tenants read everything after the key as the domain, which then matches no key's.
 */
export function encodeOwnership({ owner, ttlMs }: OwnershipRecord): string {
  const { providerId, keyId, quotaDomain, tenant } = owner;
  const lines = [providerId, keyId, quotaDomain];
  if (tenant !== '') lines.push(encodeURIComponent(tenant.toWellFormed()), String(Math.ceil(ttlMs)));
  return lines.join('\n');
}

/** Undefined for what no known version has written. What was written without a tenant has none, and a TTL of 0. */
export function decodeOwnership(value: string): OwnershipRecord | undefined {
  const lines = value.split('\n');
  const [providerId, keyId, ...rest] = lines;
  if (providerId === undefined || keyId === undefined || rest.length === 0) return undefined;
  const owned = rest.length < 3 ? undefined : /\n([^\n]+)\n(\d{1,15})$/u.exec(value);
  if (owned === null || owned === undefined)
    return { owner: { providerId, keyId, quotaDomain: rest.join('\n'), tenant: '' }, ttlMs: 0 };
  const [, tenant = '', ttlMs] = owned;
  const quotaDomain = rest.slice(0, -2).join('\n');
  return { owner: { providerId, keyId, quotaDomain, tenant: decodeText(tenant) }, ttlMs: Number(ttlMs) };
}

function decodeText(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    // No version writes this: it has no tenant.
    return '';
  }
}
