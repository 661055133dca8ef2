import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../test/support/http.ts';

const PAUSE_MS = 200;
/** A tenth of what a provider may be silent for. Milliseconds. */
const STALL_MS = 1_000;
/** One question is waited for no longer. Milliseconds. */
const MAX_ASK_MS = 60_000;
/** So many are remembered; on a machine that stands still more often nothing can be judged. */
const MAX_STALLS = 10_000;

/**
 * When the providers, which this process is, could not answer: it asks one of them again and again, past all gateways. A
 * machine that is busy with other things, or was suspended, is no fault of the gateway's.
 */
export class Stalls implements AsyncDisposable {
  readonly #times: { readonly from: number; to: number }[] = [];
  readonly #ended = new AbortController();
  readonly #asking: Promise<void>;
  #askedAt = performance.now();

  /** @param provider - where the list of models is answered at once */
  constructor(provider: string, key: string) {
    this.#asking = this.#ask(provider, key);
  }

  get count(): number {
    return this.#times.length;
  }

  /** Together. Milliseconds. */
  get totalMs(): number {
    return this.#times.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Whether one fell into that time. */
  during(from: number, to: number): boolean {
    this.#look();
    return this.#times.some((stall) => from <= stall.to && to >= stall.from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#asking;
  }

  async #ask(provider: string, key: string): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      this.#askedAt = performance.now();
      await ask(provider, {
        method: 'GET',
        path: '/v1/models',
        headers: { authorization: `Bearer ${key}` },
        signal: AbortSignal.timeout(MAX_ASK_MS),
      });
      this.#look();
      this.#askedAt = Infinity;
      await sleep(PAUSE_MS);
    }
  }

  /** The question under way may have been there for too long already. */
  #look(): void {
    const now = performance.now();
    if (now - this.#askedAt < STALL_MS) return;
    const last = this.#times.at(-1);
    if (last?.from === this.#askedAt) last.to = now;
    else if (this.#times.length < MAX_STALLS) this.#times.push({ from: this.#askedAt, to: now });
  }
}
