import { Headroom } from './headroom.ts';
import { ANY_MODEL, holdOn } from '../record/record.ts';
import type { Hold, KeyRecord } from '../record/record.ts';

/** What keeps a whole domain back, and which of its keys showed it. */
export interface DomainHold {
  readonly keyId: string;
  /** `ANY_MODEL`: the account is out of credit, or the request that showed it named no model. */
  readonly model: string;
  readonly cause: 'throttled' | 'billing';
  /** That judged it. */
  readonly rule: string;
  /** Where it does not end by itself, when the key that showed it is tested. Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Keys that share their limits: an organisation, a project, an account. What throttles one of them throttles all
 * of them for that model, and where one is out of credit so are all. Its troubles follow from its keys' records, which
 * every process knows, so that a domain is free again when the key that showed its trouble is. What is unproven may be
 * owed to one client's words, and keeps only the key back that met them.
 */
export class QuotaDomain {
  readonly name: string;
  /** What is left of its limits. */
  readonly headroom = new Headroom();
  /** When one of its keys last answered this process; 0 where none ever has. Milliseconds since the epoch. */
  answeredAt = 0;
  #members = 0;
  /** Of its keys that are in some trouble, by their ids. */
  readonly #troubled = new Map<string, KeyRecord>();

  constructor(name: string) {
    this.name = name;
  }

  /** How many keys are known to share it. */
  get members(): number {
    return this.#members;
  }

  /** Takes over a member's newest record. */
  update(keyId: string, record: KeyRecord): void {
    this.headroom.update(keyId, record);
    const isTroubled =
      record.state === 'in-service' ? record.holds.length > 0 : record.state === 'out-of-service';
    if (isTroubled) this.#troubled.set(keyId, record);
    else this.#troubled.delete(keyId);
  }

  join(): void {
    this.#members++;
  }

  /** @returns true where nobody is left */
  leave(keyId: string): boolean {
    this.#troubled.delete(keyId);
    this.headroom.forget(keyId);
    return --this.#members === 0;
  }

  /** When its keys may be used for `model` again; undefined where they may now. */
  heldUntil(model: string, now: number): number | undefined {
    if (this.#troubled.size === 0) return undefined;
    let until: number | undefined;
    for (const record of this.#troubled.values()) {
      const end = shared(record, model, now);
      if (end !== undefined) until = Math.max(until ?? 0, end);
    }
    return until;
  }

  /** All that keeps its keys back at `now`, for people. `heldUntil` is what the choice goes by. */
  *holds(now: number): Generator<DomainHold> {
    for (const [keyId, record] of this.#troubled) {
      for (const model of modelsOf(record)) {
        const until = shared(record, model, now);
        if (until !== undefined) yield { keyId, model, until, ...judgedAs(record, model, now) };
      }
    }
  }
}

/** The models of which a key's record may say something that holds its domain. */
function modelsOf(record: KeyRecord): readonly string[] {
  return record.state === 'in-service' ? record.holds.map(({ model }) => model) : [ANY_MODEL];
}

function judgedAs(record: KeyRecord, model: string, now: number): Pick<DomainHold, 'cause' | 'rule'> {
  if (record.state === 'out-of-service') return { cause: 'billing', rule: record.rule };
  const held = record.state === 'in-service' ? holdOn(record, model, now) : undefined;
  return { cause: 'throttled', rule: held?.rule ?? '' };
}

/** The end of a trouble that a key shares with its domain. */
function shared(record: KeyRecord, model: string, now: number): number | undefined {
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
