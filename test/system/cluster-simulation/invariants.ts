import { decodeRecord } from '../../../src/keys/book/codec.ts';
import { recordId } from '../../../src/keys/key.ts';
import { compareActs } from '../../../src/keys/record/operator-acts.ts';
import { FRESH, holdOn, settle } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import type { Change } from '../../../src/store/contract.ts';
import type { Applied, SimulatedGateway } from './simulated-gateway.ts';
import type { Operator } from './operator.ts';
import { OutageWatch } from './outage-watch.ts';
import { KEYS } from './providers.ts';
import type { NamedKey } from './providers.ts';
import type { ProviderSide, SeenRequest } from './provider-side.ts';
import { CHECK_TIMEOUT_MS, LONGEST_INTERVAL_MS } from './settings.ts';
import { STORE_TIMEOUT_MS } from './store-client.ts';
import type { Loss, StoreServer } from './store-server.ts';
import type { VirtualTime } from './time.ts';

/** What must hold in every world, whatever goes wrong in it. */
export type Invariant =
  /** A key known to be dead, out of credit or throttled is not tried with a client's request. */
  | 'dead-key-not-tried'
  | 'disabled-stays-disabled'
  /** In the end each key is as the operator said last. */
  | 'operator-is-obeyed'
  /** A hold that the operator ended does not come back. */
  | 'lifted-stays-lifted'
  /** Nothing is left of a key that all configurations have lost. */
  | 'removed-stays-removed'
  /** A key that works is in service again in the time that its backoff allows. */
  | 'back-in-time'
  /** In the end all nodes and the store say the same of every key. */
  | 'states-converge'
  | 'no-update-lost'
  /** A key is checked by one node: whoever holds the lowest of its provider's leases of those that have the key. */
  | 'one-prober'
  | 'in-flight-counts'
  /** A provider that is down costs no request that another one can answer. */
  | 'outage-costs-nothing'
  /** Once its circuit is open no request waits for it, but for those that find out whether it is back. */
  | 'outage-left-alone'
  | 'epochs-grow'
  /** What began in an older epoch changes nothing, a definite verdict acts at once, passes count in a row. */
  | 'events-act-as-told'
  /** Nothing throws. */
  | 'no-defect';

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}

export function violationText(violation: Violation | undefined): string {
  return violation === undefined ? 'all invariants held' : `${violation.invariant}: ${violation.detail}`;
}

/** From a write until every node has heard of it, on a fair network. Milliseconds. */
const PROPAGATION_MS = 100;
/** From the end of the faults until every node is connected again and has caught up. Milliseconds. */
const CATCH_UP_MS = 2_000;
/**
 * From the moment that somebody holds a lease, or its holder has another configuration, until others go by that: it says so
 * in its next round, they ask in theirs, and what they have begun by then takes two requests. Milliseconds.
 */
const CONFIGURED_MS = 2 * (LONGEST_INTERVAL_MS + STORE_TIMEOUT_MS) + 2 * CHECK_TIMEOUT_MS;
/** Leases of one provider that nodes with different keys hold at once: no simulation has more nodes. */
const RANKS = [0, 1, 2, 3];

const LABELS = new Map(KEYS.map((key) => [recordId(key), key.name]));
const BY_SECRET = new Map(KEYS.map((key) => [key.secret, key]));

/** Watches a world while it runs. The first violation ends it. */
export class Invariants {
  violation: Violation | undefined;
  /** Since when nothing goes wrong between nodes and store. True time; undefined while something may. */
  calmSince: number | undefined;
  /** Whether the store ever lost a write. */
  storeLost = false;
  readonly outage: OutageWatch;
  readonly #time: VirtualTime;
  readonly #operator: Operator;
  readonly #server: () => StoreServer;
  readonly #processes: () => readonly SimulatedGateway[];
  /** When the store was told that a key must not be tried. True time. */
  readonly #outSince = new Map<string, number>();
  /** Epochs that the store must have left behind in the end, because a node has seen them end. */
  readonly #ended: { readonly id: string; readonly epoch: number; readonly process: SimulatedGateway }[] = [];
  #lostAt = -Infinity;

  constructor(
    time: VirtualTime,
    server: () => StoreServer,
    providerSide: () => ProviderSide,
    operator: Operator,
    processes: () => readonly SimulatedGateway[],
  ) {
    this.#operator = operator;
    this.#processes = processes;
    this.outage = new OutageWatch(time, providerSide, (...violation) => this.violate(...violation));
    this.#time = time;
    this.#server = server;
  }

  violate(invariant: Invariant, detail: string): void {
    this.violation ??= { invariant, detail };
    this.#time.stop();
  }

  /** A node sends a request to a provider. */
  sends(process: SimulatedGateway, { provider, secret, check }: SeenRequest): void {
    const key = BY_SECRET.get(secret);
    // Whether the address refuses strangers is asked by whoever checks its keys.
    if (key === undefined && check) {
      this.#checks(process, provider, undefined);
      return;
    }
    if (key === undefined || process.book === undefined) {
      this.violate('no-defect', `${process.name} sends ${provider} a key that it does not have`);
      return;
    }
    const record = settle(process.book.record(key), process.clock(this.#time.now));
    if (record.state === 'disabled') {
      this.violate('disabled-stays-disabled', `${process.name} uses ${key.name}, which it knows as disabled`);
    }
    if (check) this.#checks(process, provider, key);
    else this.#triesLive(process, key, record);
    for (const { pool } of process.providers) this.#counts(process, pool.all());
  }

  /** Something was counted in a process. */
  applied(process: SimulatedGateway, { key, event, before, after, unwritten }: Applied): void {
    const id = recordId(key);
    const label = LABELS.get(id) ?? id;
    // What happens to a key that it has no more counts for nothing.
    if (event.type !== 'attempt' || !process.hasKey(key.id)) return;
    const current = settle(before, event.at);
    if (event.epoch !== current.epoch) {
      if (after !== before) {
        this.violate(
          'events-act-as-told',
          `${process.name} counts for ${label} what began in an older epoch`,
        );
      }
      return;
    }
    const isDefinite = event.effect.kind === 'condemns';
    if (isDefinite && current.state === 'in-service' && after.state !== 'out-of-service') {
      this.violate(
        'events-act-as-told',
        `${process.name} keeps ${label} in service after a definite verdict`,
      );
    }
    if (
      event.effect.kind !== 'succeeds' &&
      event.check &&
      after.state === 'out-of-service' &&
      after.passes > 0
    ) {
      this.violate('events-act-as-told', `${process.name} keeps the passes of ${label} after a failed check`);
    }
    // An ambiguous failure may come to nothing beside a success that another node has written before.
    if (isDefinite && after.epoch > event.epoch && unwritten === 0)
      this.#ended.push({ id, epoch: event.epoch, process });
  }

  /** A process goes by another record of a key. */
  changed(process: SimulatedGateway, keyId: string, record: KeyRecord): void {
    const key = KEYS.find(({ id }) => id === keyId);
    if (key === undefined) return;
    const back = this.#operator.heard(recordId(key), process, record);
    if (back === undefined || !process.hasKey(keyId)) return;
    this.violate(
      'lifted-stays-lifted',
      `${key.name} is ${back.cause} again on ${process.name}, which has ended that`,
    );
  }

  /** The store took a write. */
  wrote({ id, value: was }: Change, standing: Change): void {
    const { value: is } = standing;
    this.outage.wrote(standing);
    const label = LABELS.get(id) ?? id;
    const before = recordOf(was);
    const after = recordOf(is);
    if (is !== undefined && after.epoch < before.epoch) {
      this.violate('epochs-grow', `${label} goes from epoch ${before.epoch} to ${after.epoch}`);
    }
    const isEnabled =
      compareActs(after.operator, before.operator) > 0 && this.#operator.hasSaid(id, after.operator);
    if (is !== undefined && before.state === 'disabled' && after.state !== 'disabled' && !isEnabled) {
      this.violate('disabled-stays-disabled', `${label} is ${after.state} again, and nobody has enabled it`);
    }
    if (!mustNotBeTried(after)) this.#outSince.delete(id);
    // A key that left service again may have come back meanwhile, by a cooldown that leaves no trace here.
    else if (!this.#outSince.has(id) || after.epoch !== before.epoch) this.#outSince.set(id, this.#time.now);
  }

  /** The store is back from a restart. */
  restarted(loss: Loss): void {
    if (loss === 'none') return;
    this.storeLost = true;
    this.#lostAt = this.#time.now;
    this.#outSince.clear();
    this.outage.forget();
  }

  /** In the end: what ended an epoch anywhere has ended it in the store. */
  nothingWasLost(leaver: NamedKey | undefined): void {
    if (this.storeLost) return;
    for (const { id, epoch, process } of this.#ended) {
      // With its record everything goes that was counted.
      if (!process.alive || (leaver !== undefined && id === recordId(leaver))) continue;
      const standing = recordOf(this.#server().standing(id).value);
      if (standing.epoch > epoch) continue;
      // Somewhere else the operator has ended the epoch before, and what is disabled cannot leave once more.
      if (standing.state === 'disabled' && standing.epoch === epoch) continue;
      this.violate(
        'no-update-lost',
        `${LABELS.get(id)} left epoch ${epoch} on ${process.name}, not in the store`,
      );
    }
  }

  /** While nodes have different keys, those that the holder of the first lease does not have are checked by the next. */
  #checks(process: SimulatedGateway, provider: string, key: NamedKey | undefined): void {
    // The lease was granted, and then lost by the store, while the answer was under way.
    if (this.#time.now - this.#lostAt < STORE_TIMEOUT_MS) return;
    const leases = RANKS.map((rank) => leaseName(provider, rank));
    const rank = leases.findIndex((lease) => this.#server().holderOf(lease) === process.name);
    const before = key && leases.slice(0, rank).find((lease) => this.#isKnownToHave(lease, key));
    if (rank >= 0 && before === undefined) return;
    const holder = this.#server().holderOf(before ?? leaseName(provider, 0)) ?? 'nobody';
    this.violate(
      'one-prober',
      `${process.name} checks ${key?.name ?? provider}, whose lease ${holder} holds`,
    );
  }

  /** Whoever holds the lease has done so, and has had the key, for long enough for others to know. */
  #isKnownToHave(lease: string, key: NamedKey): boolean {
    const holder = this.#server().holderOf(lease);
    const process = this.#processes().find(({ name }) => name === holder);
    if (process?.hasKey(key.id) !== true) return false;
    const hadForMs = this.#time.now - process.hasSince(key.id);
    return Math.min(hadForMs, this.#server().heldFor(lease)) >= CONFIGURED_MS;
  }

  #triesLive(process: SimulatedGateway, key: NamedKey, record: KeyRecord): void {
    if (mustNotBeTried(record)) {
      this.violate(
        'dead-key-not-tried',
        `${process.name} tries ${key.name}, which it knows as ${record.state}`,
      );
    }
    if (
      record.state === 'in-service' &&
      holdOn(record, 'm', process.clock(this.#time.now))?.cause === 'throttled'
    ) {
      this.violate('dead-key-not-tried', `${process.name} tries ${key.name} while it is throttled`);
    }
    const id = recordId(key);
    const outSince = this.#outSince.get(id);
    if (this.calmSince === undefined || outSince === undefined || process.unwritten(id) > 0) return;
    if (this.#time.now < Math.max(outSince + PROPAGATION_MS, this.calmSince + CATCH_UP_MS)) return;
    const standing = recordOf(this.#server().standing(id).value);
    if (!mustNotBeTried(settle(standing, process.clock(this.#time.now)))) return;
    const sinceMs = Math.round(this.#time.now - outSince);
    this.violate(
      'dead-key-not-tried',
      `${process.name} tries ${key.name}, ${sinceMs} ms after the store was told`,
    );
  }

  #counts(process: SimulatedGateway, pooled: Iterable<{ readonly inFlight: number }>): void {
    for (const { inFlight } of pooled) {
      if (inFlight < 0) this.violate('in-flight-counts', `${process.name} has ${inFlight} under way`);
    }
  }
}

function leaseName(provider: string, rank: number): string {
  return rank === 0 ? `probe/${provider}` : `probe-rest/${rank}/${provider}`;
}

/** The record in a value of the store. */
export function recordOf(value: string | undefined): KeyRecord {
  return (value === undefined ? undefined : decodeRecord(value)) ?? FRESH;
}

function mustNotBeTried(record: KeyRecord): boolean {
  return record.state === 'disabled' || (record.state === 'out-of-service' && record.cause !== 'failures');
}
