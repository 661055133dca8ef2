import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionCaps, ConnectionCounts } from '../listener/descriptors.ts';
import { addressGroup } from './address-group.ts';
import { boundRest, closeLingering, LINGERS } from './lingering.ts';

/** One connection. */
interface Line {
  readonly socket: Socket;
  readonly peer: Peer;
  /** Requests that are not answered yet, in their order, each with what begins to answer it. */
  readonly asked: Map<ServerResponse, () => void>;
  /** It is only waited for its client to read a refusal. */
  isLingering: boolean;
}

/** All connections of one address. */
interface Peer {
  open: number;
}

/**
 * So many requests may come on one connection before the first of them is answered. They are answered one after another,
 * so that a connection never has more than one request under way; clients that do so are hardly known any more.
 */
const MAX_PIPELINED = 32;

/** Connections that were not let in and still read why; a further one is closed without a word. */
const MAX_TURNED_AWAY = 16;

/**
 * The open connections, what is under way on each, and who of them gives way where there are too many: one that lingers
 * behind a refusal, else the one that has had nothing under way for longest, be it that it never sent a whole head or
 * that it was kept alive. One that has a request under way never does. Costs some insertions into sets for each request.
 */
export class Connections {
  readonly #caps: () => ConnectionCaps;
  readonly #onFull: (counts: ConnectionCounts) => void;
  readonly #lines = new Map<Socket, Line>();
  readonly #peers = new Map<string, Peer>();
  /** Those that came to it first stand first. */
  readonly #lingering = new Set<Line>();
  readonly #idle = new Set<Line>();
  readonly #turnedAway = new Set<Socket>();
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
    return { open: this.#lines.size, most, gaveWay: this.#gaveWay, refused: this.#refused };
  }

  /** Takes a connection in, where there is room or another one gives way. @returns whether it did */
  admit(socket: Socket): boolean {
    const { total, perAddress } = this.#caps();
    const group = addressGroup(socket.remoteAddress ?? '');
    const peer = this.#peers.get(group) ?? { open: 0 };
    const hasRoom =
      (peer.open < perAddress || this.#makeRoom(peer)) && (this.#lines.size < total || this.#makeRoom());
    if (!hasRoom) {
      this.#refused++;
      this.#onFull(this.counts());
      return false;
    }
    const line: Line = { socket, peer, asked: new Map(), isLingering: false };
    this.#lines.set(socket, line);
    this.#peers.set(group, peer);
    peer.open++;
    this.#idle.add(line);
    socket.once(LINGERS, () => this.#linger(line));
    socket.once('close', () => {
      this.#forget(line);
      if (peer.open === 0 && this.#peers.get(group) === peer) this.#peers.delete(group);
    });
    return true;
  }

  /** Ends one that was not let in. @param tell - writes why */
  turnAway(socket: Socket, tell: (socket: Socket) => void): void {
    if (this.#turnedAway.size >= MAX_TURNED_AWAY) {
      socket.destroy();
      return;
    }
    this.#turnedAway.add(socket);
    socket.once('close', () => this.#turnedAway.delete(socket));
    tell(socket);
    closeLingering(socket);
  }

  /** A request has come. @param answer - called when those before it on its connection are answered */
  begin({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const line = this.#lines.get(socket);
    // What comes behind a refusal, or behind the end of the connection, is nobody's request.
    if (line === undefined || line.isLingering) return;
    if (line.asked.size >= MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    const isFirst = line.asked.size === 0;
    line.asked.set(response, answer);
    if (isFirst) this.#idle.delete(line);
    response.once('close', () => this.#answered(line, response));
    if (isFirst) answer();
  }

  /** Ends a connection with what was written to it. */
  close(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line !== undefined) this.#linger(line);
    closeLingering(socket);
  }

  /** Whether a connection is only waited for. */
  isLingering(socket: Socket): boolean {
    return this.#lines.get(socket)?.isLingering === true;
  }

  /** Whether answers are under way on a connection. */
  isAnswering(socket: Socket): boolean {
    return (this.#lines.get(socket)?.asked.size ?? 0) > 0;
  }

  /** Whether an answer to what just came would be read as that, and not as part of another answer. */
  mayAnswer(socket: Socket): boolean {
    if (!socket.writable) return false;
    const [first, second] = this.#lines.get(socket)?.asked.keys() ?? [];
    if (first === undefined) return true;
    return second === undefined && !first.req.complete && !first.headersSent;
  }

  /**
   * Has those that have bytes waiting for them emit `timeout` once they have taken none for so long. Not all of them have
   * that timer: setting one costs a microsecond with each request.
   */
  watchStalls(limitMs: number): void {
    for (const socket of this.#lines.keys()) {
      if (socket.writableLength > 0 && socket.timeout !== limitMs) socket.setTimeout(limitMs);
    }
  }

  /** Ends connections without an answer under way, and from now on the others with their last one. */
  endWhenIdle(): void {
    this.#ending = true;
    for (const { socket } of [...this.#idle, ...this.#lingering]) socket.destroySoon();
  }

  endAll(): void {
    for (const socket of [...this.#lines.keys(), ...this.#turnedAway]) socket.destroy();
  }

  /** Resolves when those that are open now have closed. */
  async closed(): Promise<void> {
    const closing = Array.from(
      [...this.#lines.keys(), ...this.#turnedAway],
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    await Promise.all(closing);
  }

  #answered(line: Line, response: ServerResponse): void {
    // What was given away is closed with its connection.
    if (!line.asked.delete(response) || line.socket.destroyed) return;
    const [next] = line.asked.values();
    if (next !== undefined) {
      next();
      return;
    }
    if (this.#ending) line.socket.destroySoon();
    else if (!line.isLingering) this.#idle.add(line);
    if (!response.req.complete) boundRest(response.req);
  }

  /**
   * Has one give way. @param peer - whose alone; looking for it among those of others takes some hundred microseconds at
   * worst, of which the address pays for a connection that is beyond its bound
   */
  #makeRoom(peer?: Peer): boolean {
    for (const lines of [this.#lingering, this.#idle]) {
      for (const line of lines) {
        if (peer !== undefined && line.peer !== peer) continue;
        this.#forget(line);
        line.socket.destroy();
        this.#gaveWay++;
        this.#onFull(this.counts());
        return true;
      }
    }
    return false;
  }

  #linger(line: Line): void {
    if (!this.#lines.has(line.socket)) return;
    this.#idle.delete(line);
    line.isLingering = true;
    this.#lingering.add(line);
  }

  #forget(line: Line): void {
    if (!this.#lines.delete(line.socket)) return;
    this.#idle.delete(line);
    this.#lingering.delete(line);
    line.peer.open--;
  }
}
