import type { Provider } from '../providers/provider.ts';
import type { TtlCache } from '../store/contract.ts';
import { fingerprintsOf } from './configuration-fingerprint.ts';
import type { Fingerprints } from './configuration-fingerprint.ts';
import { decodeReports, encodeReports } from './node-reports.ts';
import type { NodeReport } from './node-reports.ts';

/** A node whose configuration differs from this one's. */
export interface OtherConfiguration {
  readonly node: string;
  /** Ids of the providers that differ, sorted. */
  readonly providers: readonly string[];
}

/** What is logged. */
export type ConfigurationNotice =
  /** Expected for a while, as a change is rolled out. `isLong`: it has lasted too long. */
  | {
      readonly kind: 'configurations-differ';
      readonly others: readonly OtherConfiguration[];
      readonly isLong: boolean;
    }
  | { readonly kind: 'configurations-agree' };

/** What a watch needs. */
export interface ConfigurationWatchOptions {
  /** That all nodes share. */
  readonly cache: TtlCache;
  /** This process. */
  readonly node: string;
  /** By the time that state is kept by. Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onNotice: (notice: ConfigurationNotice) => void;
  /** How often each node reports its configuration. Milliseconds; default 10,000. */
  readonly roundMs?: number;
  /** How long configurations may differ before that is a warning. Milliseconds; default 120,000. */
  readonly longMs?: number;
}

const ROUND_MS = 10_000;
const LONG_MS = 120_000;
/** A node without a report for so many rounds has gone. */
const GONE_ROUNDS = 6;
/** One entry of the TTL cache holds the reports of all nodes. */
const CACHE_ID = 'configurations';

/**
 * Notices nodes of one store with different configurations: each reports its own regularly, in one small value that all
 * share and that expires. Of two that report at the same moment one may be missed for a round.
 *
 * Who pays: two requests to the store in ten seconds, from the control process of each gateway.
 */
export class ConfigurationWatch {
  readonly #options: ConfigurationWatchOptions;
  readonly #roundMs: number;
  #fingerprints: Fingerprints = {};
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  /** The newest by node. Kept, because the shared value may miss one for a round. */
  readonly #reports = new Map<string, NodeReport>();
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

  /** Reports this configuration from now on. */
  watch(providers: Iterable<Provider>): void {
    this.#fingerprints = fingerprintsOf(providers);
    this.#timer ??= setInterval(() => {
      this.#round = this.#report();
    }, this.#roundMs);
    this.#round = this.#round.then(() => this.#report());
  }

  /** Stops reporting, and removes this node's report. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    this.#fingerprints = {};
    await this.#exchange((reports) => reports.delete(this.#options.node));
  }

  async #report(): Promise<void> {
    const { node, now } = this.#options;
    const at = now();
    const reports = await this.#exchange((nodes) => nodes.set(node, { at, prints: this.#fingerprints }));
    for (const [name, each] of reports) if (name !== node) this.#reports.set(name, each);
    for (const [name, each] of this.#reports) if (this.#hasGone(each.at)) this.#reports.delete(name);
    this.#compare(at);
  }

  /** Changes the shared reports; skips this round where the store does not answer. */
  async #exchange(
    change: (nodes: Map<string, NodeReport>) => void,
  ): Promise<ReadonlyMap<string, NodeReport>> {
    const { cache } = this.#options;
    try {
      const nodes = decodeReports(await cache.get(CACHE_ID));
      for (const [name, { at }] of nodes) if (this.#hasGone(at)) nodes.delete(name);
      change(nodes);
      await cache.set(CACHE_ID, encodeReports(nodes), GONE_ROUNDS * this.#roundMs);
      return nodes;
    } catch {
      // A store that is away is reported by the key book; the next round reports again.
      return new Map();
    }
  }

  #hasGone(at: number): boolean {
    return Math.abs(this.#options.now() - at) > GONE_ROUNDS * this.#roundMs;
  }

  #compare(now: number): void {
    const { onNotice, longMs = LONG_MS } = this.#options;
    this.#others = [...this.#reports].flatMap(([node, { prints }]) => {
      const providers = differingProviders(this.#fingerprints, prints);
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
