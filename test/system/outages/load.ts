import { setTimeout as sleep } from 'node:timers/promises';
import { chatText } from '../../support/answers.ts';
import { ask, chat } from '../../support/http.ts';

/** What became of one request. */
export interface RequestResult {
  /** In the order of their beginning, from 0. */
  readonly number: number;
  /** The `x-request-id` that it was answered with. */
  readonly id: string | undefined;
  /** Whether a whole answer came. */
  readonly answered: boolean;
  /** In a few words, where none did. */
  readonly detail: string;
}

/** How many requests, and how fast one after another. */
export interface LoadShape {
  readonly perSecond: number;
  /** The first half may find out that the provider is down; the second knows. */
  readonly half: number;
}

/**
 * Begins two halves of requests at a steady pace, whatever becomes of those before.
 * @param urlOf - the gateway that a request is put to, by its number
 */
export async function applySteadyLoad(
  urlOf: (number: number) => string,
  { perSecond, half }: LoadShape,
  model = 'gpt-5',
): Promise<readonly RequestResult[]> {
  const startedAt = performance.now();
  const asked: Promise<RequestResult>[] = [];
  for (let number = 0; number < 2 * half; number++) {
    await sleep(Math.max(startedAt + (number * 1_000) / perSecond - performance.now(), 0));
    asked.push(askOnce(urlOf(number), number, model));
  }
  return Promise.all(asked);
}

async function askOnce(url: string, number: number, model: string): Promise<RequestResult> {
  const response = await ask(url, { body: chat(`question ${number} of many`, { model }) });
  const id = response.headers['x-request-id'];
  return {
    number,
    id: typeof id === 'string' ? id : undefined,
    answered: chatText(response) !== undefined,
    detail: `${response.status ?? response.error}: ${response.text.slice(0, 200)}`,
  };
}
