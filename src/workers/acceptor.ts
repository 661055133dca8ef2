import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { TCP_KEEPALIVE_MS, descriptorLimit, pendingConnectionCap } from '../listener/file-descriptors.ts';
import { boundAddress, listen } from '../listener/listen.ts';
import type { ListenAddress } from '../listener/listen.ts';

/** A worker that connections are sent to. */
export interface WorkerTarget {
  /** Sends it a connection. The acceptor keeps its own handle until `accepted`. */
  readonly send: (socket: Socket) => void;
  /** Connections open there, as it last reported. */
  open: number;
  /** Sent and not yet accepted, oldest first. */
  readonly pending: Socket[];
}

/**
 * Connections that one worker was sent and has not accepted. With fewer, a worker that waits for a processor gets less
 * than its share of a burst; with more, one that hangs keeps more clients waiting.
 */
const MAX_PENDING = 32;

/**
 * Connections that wait for a worker, where there are descriptors for so many; beyond it a new one is closed at once.
 * Workers bound those that they have.
 */
const MAX_WAITING = 10_000;

/** How to accept. */
export interface AcceptorOptions {
  readonly maxWaiting?: number;
  /** A connection was closed because `maxWaiting` were waiting. */
  readonly onDrop?: (maxWaiting: number) => void;
}

/**
 * The data plane's listener. It reads nothing: each connection goes to the worker that has the fewest, and is released
 * here once the worker has accepted it. Connections on their way to a worker that dies go to others; without a worker
 * they wait.
 */
export class Acceptor {
  readonly #server: Server;
  readonly #targets = new Set<WorkerTarget>();
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
    // Counts those that are not released yet.
    server.maxConnections = maxWaiting;
    const acceptor = new Acceptor(server);
    server.on('drop', () => onDrop(maxWaiting));
    server.on('connection', (socket: Socket) => {
      // A client that has gone is noticed by the worker that gets the connection.
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
   * Adds a worker that gets connections.
   * @param open - how many it has already
   */
  add(send: WorkerTarget['send'], open = 0): WorkerTarget {
    const target: WorkerTarget = { send, open, pending: [] };
    this.#targets.add(target);
    this.#handOver();
    return target;
  }

  /** The worker has accepted the oldest connection that is pending there. */
  accepted(target: WorkerTarget): void {
    target.pending.shift()?.destroy();
    target.open++;
    this.#handOver();
  }

  /** The worker gets no more. Those that are pending there stay its own. */
  retire(target: WorkerTarget): void {
    this.#targets.delete(target);
  }

  /** The worker gets no more. Those that are pending there go to others: it must not serve them. */
  remove(target: WorkerTarget): void {
    this.#targets.delete(target);
    this.#waiting.unshift(...target.pending.splice(0));
    this.#handOver();
  }

  /** Closes the port, and connections that no worker has accepted, now or later. */
  close(): void {
    this.#server.close();
    this.#closed = true;
    this.#handOver();
  }

  #handOver(): void {
    if (this.#closed) for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (;;) {
      const [socket] = this.#waiting;
      const target = this.#leastLoaded();
      if (socket === undefined || target === undefined) return;
      this.#waiting.shift();
      target.pending.push(socket);
      // Round robin among workers with equally many.
      this.#targets.delete(target);
      this.#targets.add(target);
      target.send(socket);
    }
  }

  #leastLoaded(): WorkerTarget | undefined {
    let leastLoaded: WorkerTarget | undefined;
    for (const target of this.#targets) {
      if (target.pending.length >= MAX_PENDING) continue;
      if (leastLoaded === undefined || connectionsOf(target) < connectionsOf(leastLoaded))
        leastLoaded = target;
    }
    return leastLoaded;
  }
}

function connectionsOf({ open, pending }: WorkerTarget): number {
  return open + pending.length;
}
