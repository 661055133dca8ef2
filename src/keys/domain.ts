import { Headroom } from './headroom.ts';
import { holdOn } from './record.ts';
import type { Hold, KeyRecord } from './record.ts';

/**
 * Keys that share their limits: an organisation, a project, an account. What throttles one of them throttles all
 * of them for that model, and where one is out of credit so are all. Its troubles follow from its keys' records, which
 * every process knows, so that a domain is free again when the key that showed its trouble is.
 */
export class Domain {
  readonly name: string;
  /** What is left of its limits. Its troubles come from records; this comes from this process's own answers. */
  readonly headroom = new Headroom();
  #members = 0;
  /** Of its keys that are in some trouble, by their ids. */
  readonly #troubled = new Map<string, KeyRecord>();

  constructor(name: string) {
    this.name = name;
  }

  /** Takes over a member's newest record. */
  note(keyId: string, record: KeyRecord): void {
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
}

/** The end of a trouble that a key shares with its domain. */
function shared(record: KeyRecord, model: string, now: number): number | undefined {
  switch (record.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return record.cause === 'billing'
        ? Math.min(record.nextCheckAt, record.returnsAt ?? Infinity)
        : undefined;
    case 'in-service': {
      const held: Hold | undefined = holdOn(record, model, now);
      return held?.wide === true ? held.until : undefined;
    }
  }
}
