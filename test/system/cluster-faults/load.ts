import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { ask, chat } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/** What became of one request. */
export interface RequestResult {
  /** Undefined where no whole answer came. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly ms: number;
  /** Whether the gateway had to ask the store who made what it refers to. */
  readonly asksStore: boolean;
}

/** How often a request is begun while none of them waits for another. */
const PER_SECOND = 200;
const STEP_MS = 10;
/** One request in so many goes on from a response, of which only the store may know who made it. */
const ASKS_STORE_EVERY = 20;

/** Five minutes of it, many times what any test needs. Every answer is kept. */
const MAX_REQUESTS = 60_000;

/** Requests that begin at a steady pace, whatever becomes of those before, at several gateways in turn. */
export class SteadyLoad {
  readonly results: RequestResult[] = [];
  readonly #urls: readonly string[];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #begun = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
    this.#timer = setInterval(() => this.#beginDue(), STEP_MS);
  }

  /** Requests a second, as far as it has come. */
  get perSecond(): number {
    return (this.#begun * 1_000) / (performance.now() - this.#startedAt);
  }

  /** Resolves when so many more have been answered. */
  async untilAnswered(count: number): Promise<void> {
    const wanted = this.results.length + count;
    assert.ok(wanted <= MAX_REQUESTS, 'the load goes on for too long');
    await until(async () => this.results.length >= wanted);
  }

  /** Begins no more, and resolves with what became of all. */
  async stop(): Promise<readonly RequestResult[]> {
    clearInterval(this.#timer);
    await until(async () => this.results.length === this.#begun);
    this.#agent.destroy();
    return this.results;
  }

  /** Makes up for what could not begin in time. */
  #beginDue(): void {
    const due = Math.min(MAX_REQUESTS, ((performance.now() - this.#startedAt) * PER_SECOND) / 1_000);
    while (this.#begun < due) void this.#request(this.#begun++);
  }

  async #request(number: number): Promise<void> {
    const url = this.#urls[number % this.#urls.length] ?? '';
    // Of two numbers that follow each other, so that every gateway gets some.
    const asksStore = number % ASKS_STORE_EVERY < 2;
    const body = asksStore
      ? { model: 'gpt-5', input: 'and then?', previous_response_id: `resp_${number}` }
      : chat('hello');
    const path = asksStore ? '/v1/responses' : '/v1/chat/completions';
    const startedAt = performance.now();
    const { status, code, whole } = await ask(url, { agent: this.#agent, path, body });
    const ms = performance.now() - startedAt;
    this.results.push({ status: whole ? status : undefined, code, ms, asksStore });
  }
}
