import type { Invariant } from './invariants.ts';

/** A fault put into the code that is simulated, and nowhere else, to show that the simulation finds it. */
export interface PlantedBug {
  /** What is wrong with it. */
  readonly meaning: string;
  /** From the top folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly is: string;
  readonly becomes: string;
  /** What it breaks. */
  readonly breaks: Invariant;
  /** It is found by so many seeds from the first on, which is 1 unless it takes long to come to one that finds it. */
  readonly withinSeeds: number;
  readonly firstSeed?: number;
}

export type BugName =
  | 'blind-write'
  | 'old-epochs-count'
  | 'dropped-on-conflict'
  | 'lease-not-heeded'
  | 'deaf-pool'
  | 'passes-add-up'
  | 'own-writes-again'
  | 'deaf-domain'
  | 'deaf-headroom'
  | 'never-open'
  | 'deaf-circuit'
  | 'end-of-provider'
  | 'acts-in-any-order'
  | 'epochs-before-acts'
  | 'removed-put-back'
  | 'deletion-undone'
  | 'removed-for-all';

export const plantedBugs: Readonly<Record<BugName, PlantedBug>> = {
  'blind-write': {
    meaning: 'compare-and-set writes whatever revision was expected',
    file: 'src/store/rules.ts',
    is: 'return expectedRevision === current.revision;',
    becomes: 'return true;',
    breaks: 'no-update-lost',
    withinSeeds: 40,
  },
  'old-epochs-count': {
    meaning: 'the reducer lets an attempt that began in an older epoch count',
    file: 'src/keys/record/reducer.ts',
    is: 'if (event.epoch !== record.epoch) return record;',
    becomes: '',
    breaks: 'events-act-as-told',
    withinSeeds: 40,
  },
  'dropped-on-conflict': {
    meaning: 'the book forgets its events where another node wrote first',
    file: 'src/keys/book/entry.ts',
    is: 'writeConflicted(expected: number, current: Change): boolean {',
    becomes: 'writeConflicted(expected: number, current: Change): boolean { this.#pending = [];',
    breaks: 'no-update-lost',
    withinSeeds: 40,
  },
  'lease-not-heeded': {
    meaning: 'the prober checks keys although another node holds the lease',
    file: 'src/probe/key-share.ts',
    is: 'if (lease !== undefined) return this.#acquired(rank, lease, covered);',
    becomes: 'return this.#acquired(rank, lease ?? { token: 0 }, covered);',
    breaks: 'one-prober',
    withinSeeds: 20,
  },
  'deaf-pool': {
    meaning: 'the pool does not get what other nodes wrote',
    file: 'src/keys/book/book.ts',
    is: 'this.#change(entry, () => entry.storeChanged(change));',
    becomes: 'entry.storeChanged(change);',
    breaks: 'dead-key-not-tried',
    withinSeeds: 40,
  },
  'passes-add-up': {
    meaning: 'a failed check leaves the passes before it standing',
    file: 'src/keys/record/reducer.ts',
    is: '...blamed, passes: 0, failedChecks, nextCheckAt:',
    becomes: '...blamed, failedChecks, nextCheckAt:',
    breaks: 'events-act-as-told',
    withinSeeds: 200,
  },
  'own-writes-again': {
    meaning: 'the book does not know its own write again when its answer was lost',
    file: 'src/keys/book/entry.ts',
    is: 'this.#writes.find((each) => each.writeId === writeId)',
    becomes: 'this.#writes.find(() => false)',
    breaks: 'no-update-lost',
    firstSeed: 300,
    withinSeeds: 60,
  },
  'deaf-domain': {
    meaning: 'a domain that another node learned is not taken over from the record',
    file: 'src/keys/pool/pool.ts',
    is: 'if (domain !== undefined && this.#isOtherDomain(slot, domain)) this.#move(slot, domain);',
    becomes: 'if (false) return;',
    breaks: 'states-converge',
    withinSeeds: 20,
  },
  'deaf-headroom': {
    meaning: 'that little is left of a limit is not taken over from the record',
    file: 'src/keys/pool/quota-domain.ts',
    is: 'this.headroom.update(keyId, record);',
    becomes: '',
    breaks: 'states-converge',
    withinSeeds: 20,
  },
  'never-open': {
    meaning: 'no evidence opens a circuit',
    file: 'src/failover/circuit/circuit.ts',
    is: 'if (!showsOutage(evidence)) return { ...circuit, evidence };',
    becomes: 'return { ...circuit, evidence };',
    breaks: 'outage-left-alone',
    withinSeeds: 40,
  },
  'deaf-circuit': {
    meaning: 'what others found of a circuit is not taken over from the record',
    file: 'src/keys/pool/shared-circuits.ts',
    is: 'else this.#byKey.set(keyId, circuits);',
    becomes: 'else return;',
    breaks: 'outage-left-alone',
    withinSeeds: 40,
  },
  'end-of-provider': {
    meaning: 'a provider whose tries are spent ends the request',
    file: 'src/failover/serve.ts',
    is: "case 'spent':",
    becomes: "case 'spent': return chooseFailedAttempt(attemptsOfOwner(context.failed, context.owner));",
    breaks: 'outage-costs-nothing',
    withinSeeds: 40,
  },
  'acts-in-any-order': {
    meaning: 'what the operator said counts although something else was said since',
    file: 'src/keys/record/operator-acts.ts',
    is: 'if (compareActs(operator, record.operator) <= 0) return record;',
    becomes: '',
    breaks: 'disabled-stays-disabled',
    withinSeeds: 100,
  },
  'epochs-before-acts': {
    meaning: 'of two records the one with the greater epoch stands, whatever the operator said',
    file: 'src/keys/book/reconcile.ts',
    is: 'const order = compareActs(ours.operator, theirs.operator);',
    becomes: 'const order = 0;',
    breaks: 'disabled-stays-disabled',
    withinSeeds: 100,
  },
  'removed-put-back': {
    meaning: 'a node puts back the record of a key that it has no more',
    file: 'src/keys/book/entry.ts',
    is: 'if (!this.#isConfigured(this.keyId)) this.#base = FRESH;',
    becomes: '',
    breaks: 'removed-stays-removed',
    withinSeeds: 60,
  },
  'deletion-undone': {
    meaning: 'the store loses the deletion of a record, and nobody repeats it',
    file: 'src/keys/book/entry.ts',
    is: '(isOlder || isLate)',
    becomes: 'isLate',
    breaks: 'removed-stays-removed',
    firstSeed: 80,
    withinSeeds: 60,
  },
  'removed-for-all': {
    meaning: 'a node that still has a key follows the deletion of its record',
    file: 'src/keys/book/entry.ts',
    is: 'return this.#isConfigured(this.keyId) ? this.#base : FRESH;',
    becomes: 'return FRESH;',
    breaks: 'operator-is-obeyed',
    withinSeeds: 40,
  },
};

export function isBugName(name: string): name is BugName {
  return Object.hasOwn(plantedBugs, name);
}
