import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionCaps, ConnectionCounts } from '../../listener/file-descriptors.ts';
import { addressGroup } from './address-group.ts';
import { boundPendingBody, lingeringClose, LINGERING } from './lingering-close.ts';

/** One connection. */
interface ClientConnection {
  readonly socket: Socket;
  readonly address: ClientAddress;
  /** Requests that are not answered yet, in their order, each with what begins to answer it. */
  readonly pending: Map<ServerResponse, () => void>;
  /** It is only waited for its client to read a refusal. */
  isLingering: boolean;
}

/** All connections of one address. */
interface ClientAddress {
  open: number;
}

/**
 * So many requests may come on one connection before the first of them is answered. They are answered one after another,
 * so that a connection never has more than one request under way; clients that do so are hardly known any more.
 */
const MAX_PIPELINED = 32;

/** Connections that were not let in and still read why; a further one is closed without a word. */
const MAX_REJECTED = 16;

/**
 * The open connections, what is under way on each, and who of them gives way where there are too many: one that lingers
 * behind a refusal, else the one that has had nothing under way for longest, be it that it never sent a whole head or
 * that it was kept alive. One that has a request under way never does. Costs some insertions into sets for each request.
 */
export class Connections {
  readonly #caps: () => ConnectionCaps;
  readonly #onFull: (counts: ConnectionCounts) => void;
  readonly #connections = new Map<Socket, ClientConnection>();
  readonly #addresses = new Map<string, ClientAddress>();
  /** Those that came to it first stand first. */
  readonly #lingering = new Set<ClientConnection>();
  readonly #idle = new Set<ClientConnection>();
  readonly #rejected = new Set<Socket>();
  #gaveWay = 0;
  #refused = 0;
  #ending = false;

  /** @param onFull - hears whenever a connection had to give way or was refused */
  constructor(caps: () => ConnectionCaps, onFull: (counts: ConnectionCounts) => void) {
    this.#caps = caps;
    this.#onFull = onFull;
  }

  counts(): ConnectionCounts {
    const { total: most } = this.#caps();
    return { open: this.#connections.size, most, gaveWay: this.#gaveWay, refused: this.#refused };
  }

  /** Takes a connection in, where there is room or another one gives way. @returns whether it did */
  admit(socket: Socket): boolean {
    const { total, perAddress } = this.#caps();
    const group = addressGroup(socket.remoteAddress ?? '');
    const address = this.#addresses.get(group) ?? { open: 0 };
    const hasRoom =
      (address.open < perAddress || this.#evictOne(address)) &&
      (this.#connections.size < total || this.#evictOne());
    if (!hasRoom) {
      this.#refused++;
      this.#onFull(this.counts());
      return false;
    }
    const connection: ClientConnection = { socket, address, pending: new Map(), isLingering: false };
    this.#connections.set(socket, connection);
    this.#addresses.set(group, address);
    address.open++;
    this.#idle.add(connection);
    socket.once(LINGERING, () => this.#linger(connection));
    socket.once('close', () => {
      this.#forget(connection);
      if (address.open === 0 && this.#addresses.get(group) === address) this.#addresses.delete(group);
    });
    return true;
  }

  /** Ends one that was not let in. @param writeRefusal - writes why */
  reject(socket: Socket, writeRefusal: (socket: Socket) => void): void {
    if (this.#rejected.size >= MAX_REJECTED) {
      socket.destroy();
      return;
    }
    this.#rejected.add(socket);
    socket.once('close', () => this.#rejected.delete(socket));
    writeRefusal(socket);
    lingeringClose(socket);
  }

  /** A request has come. @param answer - called when those before it on its connection are answered */
  enqueueRequest({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const connection = this.#connections.get(socket);
    // What comes behind a refusal, or behind the end of the connection, is nobody's request.
    if (connection === undefined || connection.isLingering) return;
    if (connection.pending.size >= MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    const isFirst = connection.pending.size === 0;
    connection.pending.set(response, answer);
    if (isFirst) this.#idle.delete(connection);
    response.once('close', () => this.#answered(connection, response));
    if (isFirst) answer();
  }

  /** Ends a connection with what was written to it. */
  close(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) this.#linger(connection);
    lingeringClose(socket);
  }

  /** Whether a connection is only waited for. */
  isLingering(socket: Socket): boolean {
    return this.#connections.get(socket)?.isLingering === true;
  }

  /** Whether answers are under way on a connection. */
  isAnswering(socket: Socket): boolean {
    return (this.#connections.get(socket)?.pending.size ?? 0) > 0;
  }

  /** Whether an answer to what just came would be read as that, and not as part of another answer. */
  canAnswer(socket: Socket): boolean {
    if (!socket.writable) return false;
    const [first, second] = this.#connections.get(socket)?.pending.keys() ?? [];
    if (first === undefined) return true;
    return second === undefined && !first.req.complete && !first.headersSent;
  }

  /**
   * Has those that have bytes waiting for them emit `timeout` once they have taken none for so long. Not all of them have
   * that timer: setting one costs a microsecond with each request.
   */
  watchStalls(limitMs: number): void {
    for (const socket of this.#connections.keys()) {
      if (socket.writableLength > 0 && socket.timeout !== limitMs) socket.setTimeout(limitMs);
    }
  }

  /** Ends connections without an answer under way, and from now on the others with their last one. */
  drain(): void {
    this.#ending = true;
    for (const { socket } of [...this.#idle, ...this.#lingering]) socket.destroySoon();
  }

  destroyAll(): void {
    for (const socket of [...this.#connections.keys(), ...this.#rejected]) socket.destroy();
  }

  /** Resolves when those that are open now have closed. */
  async closed(): Promise<void> {
    const closing = Array.from(
      [...this.#connections.keys(), ...this.#rejected],
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    await Promise.all(closing);
  }

  #answered(connection: ClientConnection, response: ServerResponse): void {
    // What was given away is closed with its connection.
    if (!connection.pending.delete(response) || connection.socket.destroyed) return;
    const [next] = connection.pending.values();
    if (next !== undefined) {
      next();
      return;
    }
    if (this.#ending) connection.socket.destroySoon();
    else if (!connection.isLingering) this.#idle.add(connection);
    if (!response.req.complete) boundPendingBody(response.req);
  }

  /**
   * Has one give way. @param address - whose alone; looking for it among those of others takes some hundred microseconds at
   * worst, of which the address pays for a connection that is beyond its bound
   */
  #evictOne(address?: ClientAddress): boolean {
    for (const candidates of [this.#lingering, this.#idle]) {
      for (const connection of candidates) {
        if (address !== undefined && connection.address !== address) continue;
        this.#forget(connection);
        connection.socket.destroy();
        this.#gaveWay++;
        this.#onFull(this.counts());
        return true;
      }
    }
    return false;
  }

  #linger(connection: ClientConnection): void {
    if (!this.#connections.has(connection.socket)) return;
    this.#idle.delete(connection);
    connection.isLingering = true;
    this.#lingering.add(connection);
  }

  #forget(connection: ClientConnection): void {
    if (!this.#connections.delete(connection.socket)) return;
    this.#idle.delete(connection);
    this.#lingering.delete(connection);
    connection.address.open--;
  }
}
