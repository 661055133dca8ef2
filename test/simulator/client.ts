import type { TestContext } from 'node:test';
import type { Script } from '../../simulator/behaviour.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { ask as askAt, dataOf, type AskOptions, type HttpAnswer } from '../support/http.ts';

/** What a client of the simulator got back. */
export type Answer = Omit<HttpAnswer, 'body'> & { readonly body: string };

/** A simulator that lives as long as the test. */
export async function simulatorFor(context: TestContext, script?: Script): Promise<Simulator> {
  const simulator = await startSimulator(script === undefined ? {} : { script });
  context.after(() => simulator.close());
  return simulator;
}

/** Asks the simulator with a key, and returns what came back, whole or not. */
export async function ask(
  { url }: Pick<Simulator, 'url'>,
  { key = 'k', body = chat('hi'), headers, ...options }: AskOptions & { readonly key?: string } = {},
): Promise<Answer> {
  const credential = { authorization: `Bearer ${key}` };
  const answer = await askAt(url, { body, ...options, headers: { ...credential, ...headers } });
  return { ...answer, body: answer.text };
}

/** The body of a chat request. */
export function chat(content: string, more: object = {}): object {
  return { model: 'm', messages: [{ role: 'user', content }], ...more };
}

export const STREAM = chat('hi', { stream: true });

/** The content chunks of a chat stream. */
export function deltasOf(body: string): string[] {
  return dataOf(body).flatMap((data) => {
    const content = /"delta":\{"content":("(?:[^"\\]|\\.)*")\}/u.exec(data)?.[1];
    return content === undefined ? [] : [String(JSON.parse(content))];
  });
}
