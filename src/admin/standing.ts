import type { PooledKey } from '../keys/pool/pool.ts';
import type { DomainHold, QuotaDomain } from '../keys/pool/quota-domain.ts';
import { settle } from '../keys/record/record.ts';
import type { Hold, KeyRecord } from '../keys/record/record.ts';
import { STANDINGS } from './contract-words.ts';
import type { Standing } from './contract-words.ts';
import { reasonOf, sharedReason } from './reason.ts';

/** How a key stands now, by its own record and by what holds its quota domain. */
export interface KeyStanding {
  readonly standing: Standing;
  /** What it is out or held for; null where it is neither, or was disabled. */
  readonly cause: string | null;
  /** Until when it is held; the soonest end of several. Milliseconds since the epoch. */
  readonly until: number | undefined;
  readonly reason: string | null;
  /** Its record, settled. */
  readonly record: KeyRecord;
  /** Of its own record, those that still count. */
  readonly holds: readonly Hold[];
}

/** What holds a quota domain now; undefined where nothing does. */
export type HoldOfDomain = (domain: QuotaDomain) => DomainHold | undefined;

/** Looks each domain up once, for a list of very many keys. */
export function holdOfDomain(now: number): HoldOfDomain {
  const known = new Map<QuotaDomain, DomainHold | undefined>();
  return (domain) => {
    if (known.has(domain)) return known.get(domain);
    const [first] = domain.holds(now).take(1);
    known.set(domain, first);
    return first;
  };
}

/** @param now - milliseconds since the epoch */
export function standingOf(
  { record: known, domain }: Pick<PooledKey, 'record' | 'domain'>,
  now: number,
  holdOf: HoldOfDomain = holdOfDomain(now),
): KeyStanding {
  const record = settle(known, now);
  const holds = record.state === 'in-service' ? record.holds.filter(({ until }) => until > now) : [];
  const own = { record, holds, reason: reasonOf(record, holds), until: undefined };
  if (record.state === 'disabled') return { ...own, standing: 'disabled', cause: null };
  if (record.state === 'out-of-service') return { ...own, standing: 'out-of-service', cause: record.cause };
  if (holds.length > 0) {
    const cause = holds.some((hold) => hold.cause === 'throttled') ? 'throttled' : 'denied';
    return { ...own, standing: cause, cause, until: Math.min(...holds.map(({ until }) => until)) };
  }
  // Of another key: this one holds nothing.
  const shared = domain && holdOf(domain);
  if (domain === undefined || shared === undefined) return { ...own, standing: 'in-service', cause: null };
  return { ...own, ...standingWith(shared, domain.name, own.reason) };
}

/** Of a key that another one of its domain keeps back. */
function standingWith(
  shared: DomainHold,
  domain: string,
  own: string | null,
): Pick<KeyStanding, 'standing' | 'cause' | 'until' | 'reason'> {
  const { cause, until, keyId } = shared;
  const reason = `shares ${domain} with ${keyId}, which is ${sharedReason(shared)}`;
  return {
    standing: cause === 'billing' ? 'out-of-credit' : 'throttled',
    cause,
    until,
    reason: own === null ? reason : `${own}; ${reason}`,
  };
}

/** Which keys a list is to have. */
export interface KeyFilter {
  readonly provider?: string;
  readonly state?: Standing;
  /** The cause, or a part of the reason, whatever its case. */
  readonly reason?: string;
}

/** Whether a key that stands so belongs to a list. */
export function isWanted({ standing, cause, reason }: KeyStanding, filter: KeyFilter): boolean {
  if (filter.state !== undefined && filter.state !== standing) return false;
  if (filter.reason === undefined) return true;
  return cause === filter.reason || reason?.toLowerCase().includes(filter.reason.toLowerCase()) === true;
}

/** Narrows text to a standing. */
export function isStanding(text: string): text is Standing {
  return STANDINGS.some((standing) => standing === text);
}
