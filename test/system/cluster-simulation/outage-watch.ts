import { recordId } from '../../../src/keys/key.ts';
import { holdOn, settle } from '../../../src/keys/record/record.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { Change } from '../../../src/store/contract.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import { recordOf } from './invariants.ts';
import type { Violation } from './invariants.ts';
import type { ProviderSide } from './provider-side.ts';
import { KEYS } from './providers.ts';
import type { VirtualTime } from './time.ts';

/** What is to be expected of one request, as it begins. */
export interface Expected {
  /** The provider that is down: another one can answer instead. */
  readonly down: string;
  /** Everybody must know by now that it is down, and it is not to be tried again yet. */
  readonly leftAlone: boolean;
}

/** How a request came out. */
export interface ObservedChange {
  readonly kind: string;
  /** Providers at which tries failed. */
  readonly failedAt: readonly string[];
}

/** From a write until every node has heard of it, on a fair network. Milliseconds. */
const PROPAGATION_MS = 100;
/**
 * So many requests of one node may meet a provider that is down: five that ask for the same show that it is, some are
 * under way meanwhile, and a few find out whether it is back.
 */
const MAX_MET = 15;

const PROVIDER_OF = new Map(KEYS.map((key) => [recordId(key), key.providerId]));

/**
 * While one provider is wholly down and nothing else goes wrong: no request is lost that the other one can answer,
 * and none waits for the provider that is down once its circuit is known to be open.
 */
export class OutageWatch {
  readonly #time: VirtualTime;
  readonly #providerSide: () => ProviderSide;
  readonly #violate: (invariant: Violation['invariant'], detail: string) => void;
  /** Undefined while no provider is down, or other things go wrong as well. */
  #down: string | undefined;
  /** By provider: until when its circuit is open, by its own clock, and since when the store knows. */
  readonly #open = new Map<
    string,
    { readonly until: number; readonly at: number; readonly knownSince: number }
  >();
  readonly #met = new Map<SimulatedGateway, number>();

  constructor(
    time: VirtualTime,
    providerSide: () => ProviderSide,
    violate: (invariant: Violation['invariant'], detail: string) => void,
  ) {
    this.#time = time;
    this.#providerSide = providerSide;
    this.#violate = violate;
  }

  /** A provider goes down, and nothing else is amiss. */
  begin(provider: string): void {
    this.#down = provider;
    this.#met.clear();
  }

  end(): void {
    this.#down = undefined;
  }

  /** The store took a write: it may carry what somebody found out of a circuit. */
  wrote({ id, value }: Change): void {
    const provider = PROVIDER_OF.get(id);
    const mark = recordOf(value).circuits?.find(({ model }) => model === 'm');
    if (provider === undefined || mark === undefined) return;
    const { at, state, until } = mark;
    if (at <= (this.#open.get(provider)?.at ?? 0)) return;
    this.#open.set(provider, { until: state === 'closed' ? 0 : until, at, knownSince: this.#time.now });
  }

  /** The store has lost what it knew. */
  forget(): void {
    this.#open.clear();
  }

  requestBegins(process: SimulatedGateway): Expected | undefined {
    const down = this.#down;
    const other = process.providers.find(({ id }) => id !== down);
    if (down === undefined || other === undefined || !this.#canAnswer(process, other)) return undefined;
    const open = this.#open.get(down);
    const leftAlone =
      open !== undefined &&
      process.clock(this.#time.now) < open.until &&
      this.#time.now >= open.knownSince + PROPAGATION_MS;
    return { down, leftAlone };
  }

  requestEnds(
    process: SimulatedGateway,
    { down, leftAlone }: Expected,
    { kind, failedAt }: ObservedChange,
  ): void {
    if (kind !== 'answer' && kind !== 'gone') {
      this.#violate(
        'outage-costs-nothing',
        `${process.name} ends a request with ${kind}, while ${down} is down`,
      );
    }
    if (!failedAt.includes(down)) return;
    if (leftAlone) this.#violate('outage-left-alone', `${process.name} asks ${down}, whose circuit is open`);
    const met = (this.#met.get(process) ?? 0) + 1;
    this.#met.set(process, met);
    if (met > MAX_MET) {
      this.#violate('outage-left-alone', `${process.name} asks ${down} with ${met} requests, and goes on`);
    }
  }

  /** Whether every key that a process would use there works, and there is one; and nothing keeps it from that provider. */
  #canAnswer(process: SimulatedGateway, { id, pool }: Provider): boolean {
    const now = process.clock(this.#time.now);
    const mark = pool.circuits.get('m')?.status;
    if (mark !== undefined && mark.state !== 'closed') return false;
    const having = KEYS.filter((key) => key.providerId === id && process.hasKey(key.id));
    const usable = having.filter((key) => {
      const record = settle(process.book?.record(key) ?? recordOf(undefined), now);
      return record.state === 'in-service' && holdOn(record, 'm', now) === undefined;
    });
    return usable.length > 0 && usable.every(({ secret }) => this.#providerSide().health(secret) === 'well');
  }
}
