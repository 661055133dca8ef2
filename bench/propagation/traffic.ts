import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../test/support/http.ts';

/** Request ids begin alike in one process and differently in different ones. */
const ID_PREFIX_LENGTH = 'req_12345678'.length;

/** So many connections are opened to find one to each worker. */
const MAX_CONNECTIONS = 1_000;
/** So long the traffic goes on at most: many times what a run takes. Milliseconds. */
const MAX_RUN_MS = 60 * 60_000;

/**
 * Sends requests to each worker of a gateway, at a steady pace, over a connection of its own. An answer that is not
 * 200 ends the run: no client is to notice what is measured here.
 * @param periodMs - from the beginning of one request to the next
 */
export async function openTraffic(url: string, workers: number, periodMs: number): Promise<AsyncDisposable> {
  const agents = await connectToEach(url, workers);
  const over = new AbortController();
  const clients = agents.map(async (agent) => {
    for (const endAt = performance.now() + MAX_RUN_MS; !over.signal.aborted;) {
      if (performance.now() > endAt) throw new Error('the traffic goes on for too long');
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
  for (let opened = 0; byWorker.size < workers; opened++) {
    if (opened >= MAX_CONNECTIONS)
      throw new Error(`${byWorker.size} of ${workers} workers took a connection`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { headers } = await ask(url, { method: 'GET', path: '/health', agent });
    const worker = String(headers['x-request-id']).slice(0, ID_PREFIX_LENGTH);
    if (byWorker.has(worker)) agent.destroy();
    else byWorker.set(worker, agent);
  }
  return [...byWorker.values()];
}
