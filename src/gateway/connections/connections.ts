import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionCaps, ConnectionCounts } from '../../listener/file-descriptors.ts';
import { boundPendingBody, lingeringClose, LINGERING } from './lingering-close.ts';

interface ClientConnection {
  readonly socket: Socket;
  readonly address: ClientAddress;
  /** Requests that are not answered yet, in order, each with the callback that starts to answer it. */
  readonly pending: Map<ServerResponse, () => void>;
  /** It stays open only for its client to read a refusal. */
  isLingering: boolean;
}

/** All connections of one address. */
interface ClientAddress {
  open: number;
}

/**
 * Requests that may come on one connection before the first of them is answered. They are answered one after another, so
 * that a connection never has more than one request in flight; hardly any client pipelines any more.
 */
const MAX_PIPELINED = 32;

/** Refused connections that still read why; a further one is closed without an answer. */
const MAX_REJECTED = 16;

/**
 * The open connections, the requests on each, and which one is closed where there are too many: one that lingers after a
 * refusal, else the one that has been idle for longest, be it that it never sent a whole head or that it is kept alive.
 * One with a request in flight is never closed. Costs some insertions into sets for each request.
 */
export class Connections {
  readonly #caps: () => ConnectionCaps;
  readonly #onFull: (counts: ConnectionCounts) => void;
  readonly #connections = new Map<Socket, ClientConnection>();
  readonly #addresses = new Map<string, ClientAddress>();
  /** In the order in which they began to. */
  readonly #lingering = new Set<ClientConnection>();
  readonly #idle = new Set<ClientConnection>();
  readonly #rejected = new Set<Socket>();
  #gaveWay = 0;
  #refused = 0;
  #ending = false;

  /** @param onFull - called whenever a connection was closed for another or refused */
  constructor(caps: () => ConnectionCaps, onFull: (counts: ConnectionCounts) => void) {
    this.#caps = caps;
    this.#onFull = onFull;
  }

  counts(): ConnectionCounts {
    const { total: most } = this.#caps();
    return { open: this.#connections.size, most, gaveWay: this.#gaveWay, refused: this.#refused };
  }

  /** Admits a connection where there is room or another one can be closed. @returns whether it did */
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

  /** Ends one that was not admitted. @param writeRefusal - writes why */
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

  /** Queues a request. @param answer - called when those before it on its connection are answered */
  enqueueRequest({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const connection = this.#connections.get(socket);
    // Whatever comes after a refusal, or after the end of the connection, is ignored.
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

  /** Ends a connection after what was written to it. */
  close(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) this.#linger(connection);
    lingeringClose(socket);
  }

  isLingering(socket: Socket): boolean {
    return this.#connections.get(socket)?.isLingering === true;
  }

  /** Whether a connection has requests that are not answered yet. */
  isAnswering(socket: Socket): boolean {
    return (this.#connections.get(socket)?.pending.size ?? 0) > 0;
  }

  /** Whether an answer to unparsable input could not be mistaken for part of another answer. */
  canAnswer(socket: Socket): boolean {
    if (!socket.writable) return false;
    const [first, second] = this.#connections.get(socket)?.pending.keys() ?? [];
    if (first === undefined) return true;
    return second === undefined && !first.req.complete && !first.headersSent;
  }

  /**
   * Has connections with unsent bytes emit `timeout` once their client has read none for so long. Only these get a timer:
   * setting one with each request would cost a microsecond.
   */
  watchStalls(limitMs: number): void {
    for (const socket of this.#connections.keys()) {
      if (socket.writableLength > 0 && socket.timeout !== limitMs) socket.setTimeout(limitMs);
    }
  }

  /** Ends connections without a request, and from now on the others after their last answer. */
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
    // That of an upgraded connection is closed with it.
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
   * Closes one for another. @param address - only one of this address; the search takes some hundred microseconds at worst,
   * which delay the connection that is beyond the bound of its address
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

const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * The group of addresses whose connections are counted together: one IPv4 address, or a /64 of IPv6, which is the least
 * that one subscriber has (RFC 6177).
 * @param address - as Node has it: no name, and IPv6 in its short form
 */
export function addressGroup(address: string): string {
  const plain = address.replace(IPV4_MAPPED, '');
  if (!plain.includes(':')) return plain;
  const [left = '', right] = plain.split('%', 1)[0]?.split('::') ?? [];
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const omitted = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...omitted, ...after].slice(0, 4).join(':');
}
