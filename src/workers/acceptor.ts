import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Address } from '../gateway/server.ts';

/** A worker as far as connections go to it. */
export interface Taker {
  /** Sends it a connection. The acceptor keeps its own hold of it until `taken`. */
  readonly hand: (socket: Socket) => void;
  /** Connections open there, as it last told. */
  open: number;
  /** On its way there. */
  handing: Socket | undefined;
}

/** Connections that wait for a worker; one that comes when there are so many is closed at once. */
const MAX_WAITING = 10_000;

/**
 * The data plane's listener. It reads nothing: each connection goes to the worker that has the fewest, one at
 * a time, so that a worker that is busy gets none that another could serve now. A connection is let go here
 * when the worker has said that it has it: one that was on its way to a worker that died goes to another, and
 * where no worker lives connections wait.
 */
export class Acceptor {
  readonly #server: Server;
  readonly #takers = new Set<Taker>();
  readonly #waiting: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws the listener's error, such as EADDRINUSE */
  static async open({ host, port }: Address, maxWaiting = MAX_WAITING): Promise<Acceptor> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    // Those that were let go count no more.
    server.maxConnections = maxWaiting;
    const acceptor = new Acceptor(server);
    server.on('connection', (socket: Socket) => {
      // A client that has gone meanwhile is no trouble of ours; whoever takes the connection will see.
      socket.on('error', () => undefined);
      acceptor.#waiting.push(socket);
      acceptor.#handOver();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return acceptor;
  }

  /** Where it listens: the real port where 0 was asked for. */
  get address(): Address {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
    return { host: address.address, port: address.port };
  }

  /** From now on this worker gets connections. */
  join(hand: Taker['hand']): Taker {
    const taker: Taker = { hand, open: 0, handing: undefined };
    this.#takers.add(taker);
    this.#handOver();
    return taker;
  }

  /** The worker has the connection that was on its way, and may get another. */
  taken(taker: Taker): void {
    taker.handing?.destroy();
    taker.handing = undefined;
    this.#handOver();
  }

  /** The worker gets no more. One that was on its way to it goes to another. */
  leave(taker: Taker): void {
    this.#takers.delete(taker);
    if (taker.handing !== undefined) this.#waiting.unshift(taker.handing);
    taker.handing = undefined;
    this.#handOver();
  }

  /** Closes the port, and the connections that nobody has taken. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting.length = 0;
  }

  #handOver(): void {
    for (;;) {
      const [socket] = this.#waiting;
      const taker = this.#freest();
      if (socket === undefined || taker === undefined) return;
      this.#waiting.shift();
      taker.handing = socket;
      taker.open++;
      // Of those that have equally many it was the first, and is now the last.
      this.#takers.delete(taker);
      this.#takers.add(taker);
      taker.hand(socket);
    }
  }

  #freest(): Taker | undefined {
    let freest: Taker | undefined;
    for (const taker of this.#takers) {
      if (taker.handing === undefined && (freest === undefined || taker.open < freest.open)) freest = taker;
    }
    return freest;
  }
}
