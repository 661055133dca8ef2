/** The key that made something, and for whom. */
export interface ResourceOwner {
  readonly providerId: string;
  /** Empty where the provider has no keys. */
  readonly keyId: string;
  /** The key's quota domain: what other key may stand in for it. */
  readonly quotaDomain: string;
  /** The client it was made for, by the name that owns; empty where no clients are configured. */
  readonly client: string;
}

/** What is kept of a thing: its maker, and how long that is kept after its last use. Milliseconds. */
export interface OwnershipRecord {
  readonly maker: ResourceOwner;
  readonly ttlMs: number;
}

/**
 * As the store keeps it, in lines: provider, key, quota domain, and for what belongs to a client that one's name and the
 * time it is kept. Versions that know of no clients read all behind the key as the domain, which stands in for nobody.
 */
export function encodeOwnership({ maker: owner, ttlMs }: OwnershipRecord): string {
  const { providerId, keyId, quotaDomain, client: tenant } = owner;
  const lines = [providerId, keyId, quotaDomain];
  if (tenant !== '') lines.push(encodeURIComponent(tenant.toWellFormed()), String(Math.ceil(ttlMs)));
  return lines.join('\n');
}

/** Undefined for what no version known here has written. What was written without a client has none, and 0 as its time. */
export function decodeOwnership(value: string): OwnershipRecord | undefined {
  const lines = value.split('\n');
  const [providerId, keyId, ...rest] = lines;
  if (providerId === undefined || keyId === undefined || rest.length === 0) return undefined;
  const owned = rest.length < 3 ? undefined : /\n([^\n]+)\n(\d{1,15})$/u.exec(value);
  if (owned === null || owned === undefined)
    return { maker: { providerId, keyId, quotaDomain: rest.join('\n'), client: '' }, ttlMs: 0 };
  const [, tenant = '', ttlMs] = owned;
  const quotaDomain = rest.slice(0, -2).join('\n');
  return { maker: { providerId, keyId, quotaDomain, client: decodeText(tenant) }, ttlMs: Number(ttlMs) };
}

function decodeText(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    // Nobody here wrote that: it is nobody's.
    return '';
  }
}
