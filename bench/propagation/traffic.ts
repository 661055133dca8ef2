import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../test/support/http.ts';

/** Request ids begin alike in one process and differently in different ones. */
const ID_PREFIX_LENGTH = 'req_12345678'.length;

/**
 * Sends requests to each worker of a gateway, at a steady pace, over a connection of its own. An answer that is not
 * 200 ends the run: no client is to notice what is measured here.
 * @param periodMs - from the beginning of one request to the next
 */
export async function openTraffic(url: string, workers: number, periodMs: number): Promise<AsyncDisposable> {
  const agents = await connectToEach(url, workers);
  const over = new AbortController();
  const clients = agents.map(async (agent) => {
    while (!over.signal.aborted) {
      const next = sleep(periodMs);
      const { status, text } = await ask(url, { agent });
      if (status !== 200) throw new Error(`a client was given ${status}: ${text}`);
      await next;
    }
  });
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await Promise.all(clients);
      for (const agent of agents) agent.destroy();
    },
  };
}

/** Opens connections until there is one to each worker. */
async function connectToEach(url: string, workers: number): Promise<readonly Agent[]> {
  const byWorker = new Map<string, Agent>();
  while (byWorker.size < workers) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { headers } = await ask(url, { method: 'GET', path: '/health', agent });
    const worker = String(headers['x-request-id']).slice(0, ID_PREFIX_LENGTH);
    if (byWorker.has(worker)) agent.destroy();
    else byWorker.set(worker, agent);
  }
  return [...byWorker.values()];
}
