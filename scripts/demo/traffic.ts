import OpenAI from 'openai';
import { setTimeout as pause } from 'node:timers/promises';
import { isAnswerTo } from '../../simulator/answer-text.ts';
import { MODEL, NAMES, tokenOf } from './pool.ts';

const CLIENTS = 20;
/** A client rests up to twice this long between two requests. */
const REST_MS = 150;

/** What the clients have seen so far. */
export interface Tally {
  readonly answered: number;
  readonly failed: number;
  /** Requests answered in each second since the start; the last one is under way. */
  readonly bySecond: readonly number[];
  /** What the first few failures were. */
  readonly complaints: readonly string[];
}

const TOKENS = NAMES.map(tokenOf);
const COMPLAINTS_KEPT = 5;

/**
 * Steady traffic: clients that ask one thing after another with the official SDK, every other one for a
 * stream, and do not try again by themselves. An answer counts only if it is whole and belongs to its question.
 */
export class Traffic {
  readonly #api: OpenAI;
  readonly #startedAt = performance.now();
  readonly #tally = { answered: 0, failed: 0, bySecond: [0], complaints: new Array<string>() };
  readonly #stopped = new AbortController();
  readonly #clients: Promise<unknown>;

  constructor(baseURL: string) {
    this.#api = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0, logLevel: 'off' });
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.#beClient(client)));
  }

  get tally(): Tally {
    this.#second();
    return this.#tally;
  }

  /** Asks nothing more; resolves when all that was asked has been answered. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#clients;
  }

  async #beClient(client: number): Promise<void> {
    const { signal } = this.#stopped;
    for (let turn = 0; !signal.aborted; turn++) {
      await pause(2 * REST_MS * Math.random(), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const question = `question ${turn} of client ${client}: which key will it be this time?`;
      const problem = await this.#ask(question, (client + turn) % 2 === 0);
      if (problem === undefined) this.#countAnswer();
      else this.#countFailure(problem);
    }
  }

  /** @returns what was wrong; undefined where the answer was whole and right */
  async #ask(content: string, stream: boolean): Promise<string | undefined> {
    const messages = [{ role: 'user' as const, content }];
    let text = '';
    try {
      if (stream) {
        const chunks = await this.#api.chat.completions.create({ model: MODEL, messages, stream });
        for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
      } else {
        const answer = await this.#api.chat.completions.create({ model: MODEL, messages });
        text = answer.choices[0]?.message.content ?? '';
      }
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return isAnswerTo(text, content, MODEL, TOKENS)
      ? undefined
      : `not the answer to it: ${text.slice(0, 80)}`;
  }

  #countAnswer(): void {
    this.#tally.answered++;
    const second = this.#second();
    this.#tally.bySecond[second] = (this.#tally.bySecond[second] ?? 0) + 1;
  }

  #countFailure(problem: string): void {
    this.#tally.failed++;
    if (this.#tally.complaints.length < COMPLAINTS_KEPT) this.#tally.complaints.push(problem);
  }

  /** The present second. Seconds that went by without an answer are put down as such. */
  #second(): number {
    const second = Math.floor((performance.now() - this.#startedAt) / 1_000);
    while (this.#tally.bySecond.length <= second) this.#tally.bySecond.push(0);
    return second;
  }
}
