import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../test/support/http.ts';
import { KINDS, outcomeOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import type { Node } from './node.ts';
import { Tally } from './tally.ts';

/** How long a client waits. Longer than any try, and than a frozen worker lives. Milliseconds. */
const PATIENCE_MS = 60_000;
/** So many may be under way at once; beyond it none is begun, and counted as such. */
const MAX_IN_FLIGHT = 200;
const STEP_MS = 20;
/** One request in so many holds a large text: most of what a client sends is small. */
const LARGE_EVERY = 40;
const LARGE_WORDS = 60_000;
const SMALL_WORDS = 12;
/** One request in so many comes over a connection of its own. */
const FRESH_EVERY = 3;

/** Good requests, begun at a steady pace at all nodes in turn, whatever becomes of those before. */
export class Load {
  /** `kind: outcome`, for each request that is over. */
  readonly outcomes = new Tally();
  /** Requests by what became of them; those that a fault of their node explains are counted apart. */
  readonly results = new Tally();
  readonly #nodes: readonly Node[];
  readonly #perSecond: number;
  readonly #random: () => number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #wheel: readonly Kind[] = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  #inFlight = 0;
  #begun = 0;

  constructor(nodes: readonly Node[], perSecond: number, random: () => number) {
    this.#nodes = nodes;
    this.#perSecond = perSecond;
    this.#random = random;
  }

  get begun(): number {
    return this.#begun;
  }

  /** Begins requests until the signal; resolves when the last one is over. */
  async run(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    let skipped = 0;
    while (!signal.aborted) {
      const due = ((performance.now() - startedAt) * this.#perSecond) / 1_000;
      while (this.#begun + skipped < due) {
        if (this.#inFlight < MAX_IN_FLIGHT) void this.#request(this.#begun++);
        else skipped++;
      }
      await sleep(STEP_MS);
    }
    this.results.add('not begun: too many were under way', skipped);
    // Each of them ends by its own patience.
    while (this.#inFlight > 0) await sleep(STEP_MS);
    this.#agent.destroy();
  }

  async #request(number: number): Promise<void> {
    const node = this.#nodes[number % this.#nodes.length];
    const kind = this.#wheel[Math.floor(this.#random() * this.#wheel.length)];
    if (node === undefined || kind === undefined) throw new RangeError('nothing to ask');
    this.#inFlight++;
    const words = number % LARGE_EVERY === 0 ? LARGE_WORDS : SMALL_WORDS;
    const begunAt = performance.now();
    const response = await ask(node.url, {
      ...kind.options(`question ${number} ${'word '.repeat(words)}`),
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(number % FRESH_EVERY !== 0 && { agent: this.#agent }),
    });
    this.#inFlight--;
    const outcome = outcomeOf(kind, response);
    this.outcomes.add(`${kind.name}: ${outcome}`);
    if (outcome === 'answered' || outcome === 'broken after the first output') {
      this.results.add(outcome);
      return;
    }
    const tookMs = Math.round(performance.now() - begunAt);
    const description = `${kind.name}, ${node.name}: ${response.status} ${response.error ?? ''} after ${tookMs} ms, ${String(response.headers['x-request-id'])} ${response.text.slice(-300)}`;
    this.results.note(node.classify(outcome, outcome === 'connection broken', begunAt), description);
  }
}
