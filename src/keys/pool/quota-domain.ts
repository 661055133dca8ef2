import { Headroom } from './headroom.ts';
import { ANY_MODEL, holdOn } from '../record/record.ts';
import type { Hold, KeyRecord } from '../record/record.ts';

/** Why a whole quota domain is held, and which of its keys showed it. */
export interface DomainHold {
  readonly keyId: string;
  /** `ANY_MODEL`: the account is out of credit, or the request named no model. */
  readonly model: string;
  readonly cause: 'throttled' | 'billing';
  /** The rule that judged it. */
  readonly rule: string;
  /** Its end, or when the key that showed it is checked. Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Keys that share their limits: an organisation, a project, an account. A throttle of one of them is one of all for that
 * model, and where one is out of credit so are all. This is derived from the records of its keys, so that the domain is
 * free again when the key that showed it is. Unproven verdicts affect only their own key.
 */
export class QuotaDomain {
  readonly name: string;
  /** Of its limits. */
  readonly headroom = new Headroom();
  /** When one of its keys last answered this process; 0 where none ever has. Milliseconds since the epoch. */
  lastSuccessAt = 0;
  #members = 0;
  /** Records of its keys that are out or have holds, by key id. */
  readonly #unavailable = new Map<string, KeyRecord>();

  constructor(name: string) {
    this.name = name;
  }

  /** How many keys of this pool are in it. */
  get members(): number {
    return this.#members;
  }

  /** Takes over a member's newest record. */
  update(keyId: string, record: KeyRecord): void {
    this.headroom.update(keyId, record);
    const isUnavailable =
      record.state === 'in-service' ? record.holds.length > 0 : record.state === 'out-of-service';
    if (isUnavailable) this.#unavailable.set(keyId, record);
    else this.#unavailable.delete(keyId);
  }

  join(): void {
    this.#members++;
  }

  /** @returns true where it has no members left */
  leave(keyId: string): boolean {
    this.#unavailable.delete(keyId);
    this.headroom.forget(keyId);
    return --this.#members === 0;
  }

  /** Until when its keys are held from `model`; undefined where they are not. */
  heldUntil(model: string, now: number): number | undefined {
    if (this.#unavailable.size === 0) return undefined;
    let until: number | undefined;
    for (const record of this.#unavailable.values()) {
      const end = domainHeldUntil(record, model, now);
      if (end !== undefined) until = Math.max(until ?? 0, end);
    }
    return until;
  }

  /** All its holds at `now`, for people; the choice uses `heldUntil`. */
  *holds(now: number): Generator<DomainHold> {
    for (const [keyId, record] of this.#unavailable) {
      for (const model of modelsOf(record)) {
        const until = domainHeldUntil(record, model, now);
        if (until !== undefined) yield { keyId, model, until, ...judgedAs(record, model, now) };
      }
    }
  }
}

/** The models for which a key's record may hold its domain. */
function modelsOf(record: KeyRecord): readonly string[] {
  return record.state === 'in-service' ? record.holds.map(({ model }) => model) : [ANY_MODEL];
}

function judgedAs(record: KeyRecord, model: string, now: number): Pick<DomainHold, 'cause' | 'rule'> {
  if (record.state === 'out-of-service') return { cause: 'billing', rule: record.rule };
  const held = record.state === 'in-service' ? holdOn(record, model, now) : undefined;
  return { cause: 'throttled', rule: held?.rule ?? '' };
}

/** Until when a key's record holds its domain from a model. */
function domainHeldUntil(record: KeyRecord, model: string, now: number): number | undefined {
  switch (record.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return record.cause === 'billing' && record.unproven === undefined
        ? Math.min(record.nextCheckAt, record.returnsAt ?? Infinity)
        : undefined;
    case 'in-service': {
      const held: Hold | undefined = holdOn(record, model, now);
      return held?.wide === true && held.unproven === undefined ? held.until : undefined;
    }
  }
}
