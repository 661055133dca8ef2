import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ask } from '../support/http.ts';
import { until } from '../support/until.ts';

/** What became of one request on a connection of its own. */
export interface LoadResult {
  /** In order of their beginning, from 0. */
  readonly number: number;
  /** Undefined where no whole answer came. */
  status: number | undefined;
  error: string | undefined;
}

/** So many requests are begun for each wait: many times what any of them needs, and few enough to be kept. */
const MAX_REQUESTS = 5_000;
/** No client waits longer for its answer. */
const MAX_REQUEST_MS = 60_000;

/**
 * Clients that ask one request after the other, each over a new connection, as long as the test waits for something.
 * Every wait is bounded twice: by `MAX_REQUESTS`, and by the limit of `until`.
 */
export class Load {
  readonly done: LoadResult[] = [];
  readonly inFlight = new Set<LoadResult>();
  readonly #url: string;
  readonly #clients: number;
  readonly #running = new Set<Promise<void>>();
  #begun = 0;
  #answered = 0;

  constructor(context: TestContext, url: string, clients: number) {
    this.#url = url;
    this.#clients = clients;
    context.after(() => this.end());
  }

  /** How many requests were begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Asks until what the test waits for is there. What is in flight then is not waited for. */
  async during<T>(awaited: Promise<T>): Promise<T> {
    return this.#during(awaited, this.#begun + MAX_REQUESTS);
  }

  /** Asks until so many more have been answered with 200. */
  async answers(count: number): Promise<void> {
    const wanted = this.#answered + count;
    const limit = this.#begun + MAX_REQUESTS;
    const isSpent = (): boolean => this.#begun >= limit && this.inFlight.size === 0;
    await this.#during(
      until(() => this.#answered >= wanted || isSpent()),
      limit,
    );
    const missing = wanted - this.#answered;
    assert.ok(missing <= 0, `${missing} of ${count} answers did not come for ${MAX_REQUESTS} requests`);
  }

  /** Resolves with all results once nothing is in flight. */
  async end(): Promise<readonly LoadResult[]> {
    await Promise.all(this.#running);
    return this.done;
  }

  async #during<T>(awaited: Promise<T>, limit: number): Promise<T> {
    const over = new AbortController();
    const client = async (): Promise<void> => {
      while (!over.signal.aborted && this.#begun < limit) await this.#request();
    };
    for (let n = 0; n < this.#clients; n++) {
      const running = client().finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
    return awaited.finally(() => over.abort());
  }

  async #request(): Promise<void> {
    const result: LoadResult = { number: this.#begun++, status: undefined, error: undefined };
    this.inFlight.add(result);
    const { status, whole, error } = await ask(this.#url, { signal: AbortSignal.timeout(MAX_REQUEST_MS) });
    result.status = whole ? status : undefined;
    result.error = error;
    if (result.status === 200) this.#answered++;
    this.inFlight.delete(result);
    this.done.push(result);
  }
}
