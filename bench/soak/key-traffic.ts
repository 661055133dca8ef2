import type { Simulator } from '../../simulator/simulator.ts';
import { KEYS } from './pools.ts';

/** What came to the simulator with one key. */
export interface KeyTraffic {
  readonly secret: string;
  readonly checks: number;
  /** Of clients. */
  readonly requests: number;
}

/** The simulator remembers so many requests that nothing is missed when it is asked so often. Milliseconds. */
const LOOK_MS = 500;
/** As `probe/check-call` says it. */
const CHECKER = 'sparekey-health-check';

/** Counts health checks and clients' requests apart, key by key. */
export class KeyTrafficCounter implements Disposable {
  readonly #simulator: Simulator;
  readonly #counts = new Map(KEYS.map(({ secret }) => [secret, { checks: 0, requests: 0 }]));
  readonly #timer: NodeJS.Timeout;
  #last = 0;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get traffic(): readonly KeyTraffic[] {
    this.#look();
    return Array.from(this.#counts, ([secret, counts]) => ({ secret, ...counts }));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const { number, key, headers } of this.#simulator.requests) {
      if (number <= this.#last) continue;
      this.#last = number;
      const counts = this.#counts.get(key);
      if (counts === undefined) continue;
      if (headers['user-agent'] === CHECKER) counts.checks++;
      else counts.requests++;
    }
  }
}
