import { recordId } from '../../../src/keys/key.ts';
import { compareActs } from '../../../src/keys/record/operator-acts.ts';
import type { Hold, KeyRecord, OperatorAct } from '../../../src/keys/record/record.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import type { NamedKey } from './providers.ts';

/** Something that the operator said at a node. */
interface Issued {
  readonly process: SimulatedGateway;
  /** How many events its process had applied to the key, this one included. */
  readonly applied: number;
}

interface IssuedAct extends Issued {
  readonly act: OperatorAct;
  /** Processes that know of it, or did before another word. */
  readonly knownTo: Set<SimulatedGateway>;
  /** None of those was left that had the key in its configuration. */
  isVoid: boolean;
}

interface Lift {
  readonly process: SimulatedGateway;
  readonly holds: readonly Hold[];
}

/**
 * Takes keys out of service, puts them back and ends holds, at whichever node is at hand and whatever that one knows;
 * so that two may be said that know nothing of each other. What was said last is then a matter of their stamps.
 */
export class Operator {
  readonly #words = new Map<string, IssuedAct[]>();
  readonly #lifts = new Map<string, Lift[]>();

  say(
    type: OperatorAct['act'],
    key: NamedKey,
    process: SimulatedGateway,
    at: number,
    policy: KeyPolicy,
  ): void {
    const id = recordId(key);
    process.apply(key, { type, at }, policy);
    const act = process.book?.record(key).operator;
    if (act?.act !== type) return;
    listed(this.#words, id).push({
      act,
      process,
      applied: process.applied(id),
      knownTo: new Set([process]),
      isVoid: false,
    });
  }

  lift(key: NamedKey, process: SimulatedGateway, at: number, policy: KeyPolicy): void {
    const id = recordId(key);
    const before = process.book?.record(key);
    if (before?.state !== 'in-service' || before.holds.length === 0) return;
    process.apply(key, { type: 'lifted', at }, policy);
    listed(this.#lifts, id).push({ holds: before.holds, process });
  }

  /** A process goes by another record of a key. @returns a hold that the operator has ended there, and that is back */
  heard(id: string, process: SimulatedGateway, record: KeyRecord): Hold | undefined {
    for (const word of this.#words.get(id) ?? []) {
      if (compareActs(record.operator, word.act) >= 0) word.knownTo.add(process);
    }
    const lifts = this.#lifts.get(id);
    if (lifts === undefined || record.state !== 'in-service') return undefined;
    const ended = lifts.flatMap((lift) => (lift.process === process ? lift.holds : []));
    return record.holds.find(({ model, since, until }) =>
      ended.some((hold) => hold.model === model && hold.since === since && hold.until === until),
    );
  }

  hasSaid(id: string, act: OperatorAct | undefined): boolean {
    return this.#words.get(id)?.some((word) => compareActs(word.act, act) === 0) === true;
  }

  /** A key has left the configuration of a process: with its record it forgets what was said of it. */
  forgot(key: NamedKey, process: SimulatedGateway): void {
    for (const word of this.#words.get(recordId(key)) ?? []) word.knownTo.delete(process);
  }

  /** A key has left a configuration, or a process is gone. What nobody knows any more who has the key may be lost. */
  left(key: NamedKey, having: readonly SimulatedGateway[]): void {
    for (const word of this.#words.get(recordId(key)) ?? []) {
      word.isVoid ||= !having.some((process) => word.knownTo.has(process));
    }
  }

  /**
   * Whether a key's final record is as the operator wanted it. A word may be lost where its process was killed
   * before it was written, and where the store has lost it and its process is no longer there to know better.
   */
  isObeyed(key: NamedKey, { state }: KeyRecord, storeLost: boolean): boolean {
    const id = recordId(key);
    const words = (this.#words.get(id) ?? []).toSorted((a, b) => compareActs(b.act, a.act));
    for (const word of words) {
      if ((state === 'disabled') === (word.act.act === 'disabled')) return true;
      if (!word.isVoid && !mayBeLost(id, word, storeLost)) return false;
    }
    return words.length > 0 || state !== 'disabled';
  }
}

function mayBeLost(id: string, { process, applied }: Issued, storeLost: boolean): boolean {
  return !process.alive && (storeLost || process.written(id) < applied);
}

function listed<T>(map: Map<string, T[]>, id: string): T[] {
  const known = map.get(id) ?? [];
  map.set(id, known);
  return known;
}
