import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import { fingerprintsOf } from './configuration-fingerprint.ts';
import type { Fingerprints } from './configuration-fingerprint.ts';
import { decodeReports, encodeReports } from './node-reports.ts';

/** A node whose configuration is another than this one's. */
export interface OtherConfiguration {
  readonly node: string;
  /** Ids of the providers that are not the same in both, in order. */
  readonly providers: readonly string[];
}

/** What the operator should hear. */
export type ConfigurationNotice =
  /** For a while that is how a change goes round. `isLong`: it should be over by now. */
  | {
      readonly kind: 'configurations-differ';
      readonly others: readonly OtherConfiguration[];
      readonly isLong: boolean;
    }
  | { readonly kind: 'configurations-agree' };

/** What a watch needs. */
export interface ConfigurationWatchOptions {
  readonly store: Store;
  /** This process. */
  readonly node: string;
  /** By the time that state is kept by. Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onNotice: (notice: ConfigurationNotice) => void;
  /** How often each node says what it has. Milliseconds; default 10,000. */
  readonly roundMs?: number;
  /** How long configurations may differ before that is a warning. Milliseconds; default 120,000. */
  readonly longMs?: number;
}

const ROUND_MS = 10_000;
const LONG_MS = 120_000;
/** One that has not been heard of for so many rounds has gone. */
const GONE_ROUNDS = 6;
/** One value holds what all nodes said. */
const CACHE_ID = 'configurations';

/**
 * Tells where nodes of one store have different configurations: each says now and then what it has, in one small value
 * that all share and that goes away by itself. Two that say so at the same moment may cost one of them a round.
 *
 * Who pays: two questions to the store in ten seconds, from the process of a gateway that looks after keys.
 */
export class ConfigurationWatch {
  readonly #options: ConfigurationWatchOptions;
  readonly #roundMs: number;
  #prints: Fingerprints = {};
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  /** By node: what it has, and when it last said so. Kept here, because the shared value may miss one for a round. */
  readonly #heard = new Map<string, { readonly at: number; readonly prints: Fingerprints }>();
  #others: readonly OtherConfiguration[] = [];
  #differsSince: number | undefined;
  #hasWarned = false;

  constructor(options: ConfigurationWatchOptions) {
    this.#options = options;
    this.#roundMs = options.roundMs ?? ROUND_MS;
  }

  /** Nodes that are known to have another configuration. */
  get others(): readonly OtherConfiguration[] {
    return this.#others;
  }

  /** Since when there are such; undefined while there are none. Milliseconds since the epoch. */
  get differsSince(): number | undefined {
    return this.#differsSince;
  }

  /** Says from now on that this is the configuration here. */
  watch(providers: Iterable<Provider>): void {
    this.#prints = fingerprintsOf(providers);
    this.#timer ??= setInterval(() => {
      this.#round = this.#tell();
    }, this.#roundMs);
    this.#round = this.#round.then(() => this.#tell());
  }

  /** Says no more, and that this node has gone. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    this.#prints = {};
    await this.#exchange((reports) => reports.delete(this.#options.node));
  }

  async #tell(): Promise<void> {
    const { node, now } = this.#options;
    const at = now();
    const reports = await this.#exchange((nodes) => nodes.set(node, { at, prints: this.#prints }));
    for (const [name, each] of reports) if (name !== node) this.#heard.set(name, each);
    for (const [name, each] of this.#heard) if (this.#hasGone(each.at)) this.#heard.delete(name);
    this.#compare(at);
  }

  /** Changes what all nodes said; where the store does not answer, nothing is said this time. */
  async #exchange(
    change: (nodes: Map<string, { readonly at: number; readonly prints: Fingerprints }>) => void,
  ): Promise<ReadonlyMap<string, { readonly at: number; readonly prints: Fingerprints }>> {
    const { store } = this.#options;
    try {
      const nodes = decodeReports(await store.get(CACHE_ID));
      for (const [name, { at }] of nodes) if (this.#hasGone(at)) nodes.delete(name);
      change(nodes);
      await store.set(CACHE_ID, encodeReports(nodes), GONE_ROUNDS * this.#roundMs);
      return nodes;
    } catch {
      // That the store is away is told by whoever needs it; this is said again in the next round.
      return new Map();
    }
  }

  #hasGone(at: number): boolean {
    return Math.abs(this.#options.now() - at) > GONE_ROUNDS * this.#roundMs;
  }

  #compare(now: number): void {
    const { onNotice, longMs = LONG_MS } = this.#options;
    this.#others = [...this.#heard].flatMap(([node, { prints }]) => {
      const providers = differingProviders(this.#prints, prints);
      return providers.length === 0 ? [] : [{ node, providers }];
    });
    const others = this.#others;
    if (others.length === 0) {
      if (this.#differsSince !== undefined) onNotice({ kind: 'configurations-agree' });
      this.#differsSince = undefined;
      this.#hasWarned = false;
      return;
    }
    const isFirst = this.#differsSince === undefined;
    this.#differsSince ??= now;
    const isLong = now - this.#differsSince >= longMs && !this.#hasWarned;
    if (isLong) this.#hasWarned = true;
    if (isFirst || isLong) onNotice({ kind: 'configurations-differ', others, isLong });
  }
}

function differingProviders(ours: Fingerprints, theirs: Fingerprints): readonly string[] {
  const ids = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...ids].filter((id) => ours[id] !== theirs[id]).toSorted();
}
