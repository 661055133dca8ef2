import { Agent, request } from 'node:http';

/** What became of requests. */
export interface Tally {
  answered: number;
  /** By number of worker. */
  readonly by: Map<string, number>;
  /** Local ports and errors of those that were not answered. */
  readonly failed: { readonly port: number | undefined; readonly error: string }[];
  /** Of the slowest answer. */
  slowestMs: number;
}

/** Longer than any measurement takes; who waits for `ended` then has failed. */
const MAX_LOAD_MS = 120_000;
/** Longer than any answer takes; one that has not come by then is not coming. */
const HANGS_AFTER_MS = 5_000;

function newTally(): Tally {
  return { answered: 0, by: new Map(), failed: [], slowestMs: 0 };
}

/** So many clients ask again and again until `ended`; each over one connection, or each time over a new one. */
export async function load(
  port: number,
  clients: number,
  connections: 'kept' | 'new',
  ended: () => boolean,
): Promise<Tally> {
  const tally = newTally();
  const endAt = performance.now() + MAX_LOAD_MS;
  const client = async (): Promise<void> => {
    const agent = connections === 'kept' ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    while (!ended() && performance.now() < endAt) await ask(port, agent, tally);
    if (agent !== false) agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return tally;
}

/** Opens so many connections, all at once or one after the other, and counts who took them. */
export async function spread(port: number, count: number, at: 'once' | 'turns'): Promise<Tally> {
  const tally = newTally();
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true }));
  if (at === 'once') await Promise.all(agents.map((agent) => ask(port, agent, tally)));
  else for (const agent of agents) await ask(port, agent, tally);
  for (const agent of agents) agent.destroy();
  return tally;
}

function ask(port: number, agent: Agent | false, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let from: number | undefined;
    const outgoing = request({ host: '127.0.0.1', port, agent }, (response) => {
      response.setEncoding('utf8').on('data', (number: string) => {
        tally.answered += 1;
        tally.by.set(number, (tally.by.get(number) ?? 0) + 1);
        tally.slowestMs = Math.max(tally.slowestMs, performance.now() - startedAt);
      });
      response.on('end', resolve);
    });
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      socket.once('connect', () => {
        from = socket.localPort;
      });
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('hangs')), HANGS_AFTER_MS);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      tally.failed.push({ port: from, error: error.code ?? error.message });
      resolve();
    });
    outgoing.end();
  });
}
