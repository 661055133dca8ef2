import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { TCP_KEEPALIVE_MS, descriptorLimit, pendingConnectionCap } from '../listener/file-descriptors.ts';
import { boundAddress, listen } from '../listener/listen.ts';
import type { ListenAddress } from '../listener/listen.ts';

/** A worker as far as connections go to it. */
export interface WorkerTarget {
  /** Sends it a connection. The acceptor keeps its own hold of it until `taken`. */
  readonly hand: (socket: Socket) => void;
  /** Connections open there, as it last told. */
  open: number;
  /** On their way there, oldest first. */
  readonly handing: Socket[];
}

/**
 * So many may be on their way to one worker. With fewer, a worker that has to wait for a processor gets less
 * than its share of those that come at once; with more, one that hangs keeps more clients waiting.
 */
const MAX_PENDING = 32;

/**
 * Connections that wait for a worker, where there are descriptors for so many; one that comes then is closed at once. How
 * many are open at workers is theirs to bound.
 */
const MAX_WAITING = 10_000;

/** How to accept. */
export interface AcceptorOptions {
  readonly maxWaiting?: number;
  /** A connection was closed because so many were waiting. */
  readonly onDrop?: (maxWaiting: number) => void;
}

/**
 * The data plane's listener. It reads nothing: each connection goes to the worker that has the fewest. It is
 * let go here when the worker has said that it has it: those that were on their way to a worker that died go
 * to others, and where no worker lives connections wait.
 */
export class Acceptor {
  readonly #server: Server;
  readonly #takers = new Set<WorkerTarget>();
  readonly #waiting: Socket[] = [];
  #closed = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws the listener's error, such as EADDRINUSE */
  static async open(address: ListenAddress, options: AcceptorOptions = {}): Promise<Acceptor> {
    const { maxWaiting = pendingConnectionCap(descriptorLimit(), MAX_WAITING), onDrop = () => undefined } =
      options;
    const server = createServer({
      pauseOnConnect: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEPALIVE_MS,
    });
    // Those that were let go count no more.
    server.maxConnections = maxWaiting;
    const acceptor = new Acceptor(server);
    server.on('drop', () => onDrop(maxWaiting));
    server.on('connection', (socket: Socket) => {
      // A client that has gone meanwhile is no trouble of ours; whoever takes the connection will see.
      socket.on('error', () => undefined);
      acceptor.#waiting.push(socket);
      acceptor.#handOver();
    });
    await listen(server, address);
    return acceptor;
  }

  /** Where it listens: the real port where 0 was asked for. */
  get address(): ListenAddress {
    return boundAddress(this.#server);
  }

  /**
   * From now on this worker gets connections.
   * @param open - how many it has already
   */
  add(hand: WorkerTarget['hand'], open = 0): WorkerTarget {
    const taker: WorkerTarget = { hand, open, handing: [] };
    this.#takers.add(taker);
    this.#handOver();
    return taker;
  }

  /** The worker has the oldest of those that were on their way to it. */
  accepted(taker: WorkerTarget): void {
    taker.handing.shift()?.destroy();
    taker.open++;
    this.#handOver();
  }

  /** The worker gets no more. Those that are on their way to it are still its own. */
  retire(taker: WorkerTarget): void {
    this.#takers.delete(taker);
  }

  /** The worker gets no more. Those that were on their way to it go to others: it must not serve them. */
  remove(taker: WorkerTarget): void {
    this.#takers.delete(taker);
    this.#waiting.unshift(...taker.handing.splice(0));
    this.#handOver();
  }

  /** Closes the port, and the connections that nobody has taken, now or later. */
  close(): void {
    this.#server.close();
    this.#closed = true;
    this.#handOver();
  }

  #handOver(): void {
    if (this.#closed) for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (;;) {
      const [socket] = this.#waiting;
      const taker = this.#freest();
      if (socket === undefined || taker === undefined) return;
      this.#waiting.shift();
      taker.handing.push(socket);
      // Of those that have equally many it was the first, and is now the last.
      this.#takers.delete(taker);
      this.#takers.add(taker);
      taker.hand(socket);
    }
  }

  #freest(): WorkerTarget | undefined {
    let freest: WorkerTarget | undefined;
    for (const taker of this.#takers) {
      if (taker.handing.length >= MAX_PENDING) continue;
      if (freest === undefined || connectionsOf(taker) < connectionsOf(freest)) freest = taker;
    }
    return freest;
  }
}

function connectionsOf({ open, handing }: WorkerTarget): number {
  return open + handing.length;
}
