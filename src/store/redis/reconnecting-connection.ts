import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { StoreError } from '../errors.ts';
import type { RedisAddress } from '../../base/store-address.ts';
import type { Destroyable } from './client-options.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';

/** What the link is given by the store. */
export interface ReconnectingConnectionOptions {
  readonly place: RedisAddress;
  readonly channel: string;
  /** Looks at the state before anything else is done with it; rejects where it is not ours to use. */
  readonly inspect: (connection: Connection) => Promise<void>;
  /** Somebody may have written: a message came, or some may have been missed. */
  readonly onChange: () => void;
}

/** Commands under way at once. More are refused, so that a slow server does not fill the memory. */
const MAX_IN_FLIGHT = 4_096;
/** A connection behind sentinels, or to a cluster, takes several steps. Milliseconds. */
const MIN_CONNECT_MS = 2_000;
/** Between tries to connect: from the first, doubling, to the last. Milliseconds. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

/** Replies that mean: not this server, or not now. Nothing was done. */
const UNAVAILABLE_REPLY = /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN)\b/;

interface Live {
  readonly connection: Connection;
  readonly drop: (error: unknown) => void;
}

/**
 * The way to the servers: one connection, made anew for ever. A command goes over it within the time allowed or
 * is rejected; one that is not answered in time, or not by a server, ends the connection, because whatever it
 * stands for (a frozen server, a cut line, a server that is master no more) is best answered by looking for the
 * servers again. While there is no connection every command is rejected at once, and none is kept.
 */
export class ReconnectingConnection {
  readonly #options: ReconnectingConnectionOptions;
  readonly #timeoutMs: number;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #firstTry = Promise.withResolvers<unknown>();
  #live: Live | undefined;
  #lastError: unknown = new Error('no connection yet');
  #underWay = 0;

  constructor(options: ReconnectingConnectionOptions) {
    this.#options = options;
    this.#timeoutMs = options.place.storeTimeoutMs;
    this.#running = this.#keepConnected();
  }

  /** The error of the first try to connect, once it is over; undefined where it succeeded. */
  get firstTry(): Promise<unknown> {
    return this.#firstTry.promise;
  }

  /**
   * Has a command done.
   * @throws StoreError `store_away`: nothing was sent, or nothing done; `store_timeout`: not known whether it
   *   was done; `store_failed`: the server refused, or the connection was lost, when it is not known either
   */
  async run<T>(command: (connection: Connection) => Promise<T>): Promise<T> {
    const live = this.#live;
    if (this.#stop.signal.aborted) throw this.#closedError();
    if (live === undefined) throw this.#storeError('store_away', 'is away', this.#lastError);
    if (this.#underWay >= MAX_IN_FLIGHT) {
      throw this.#storeError('store_busy', `has ${MAX_IN_FLIGHT} commands to answer already`);
    }
    this.#underWay++;
    try {
      return await withTimeout(this.#timeoutMs, command(live.connection));
    } catch (error) {
      throw this.#failed(live, error);
    } finally {
      this.#underWay--;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#live?.drop(this.#closedError());
    await this.#running;
  }

  #failed(live: Live, error: unknown): StoreError {
    if (this.#stop.signal.aborted) return this.#closedError();
    if (error instanceof ErrorReply && !UNAVAILABLE_REPLY.test(error.message)) {
      return this.#storeError('store_failed', 'refused', error);
    }
    live.drop(error);
    if (error instanceof ErrorReply) return this.#storeError('store_away', 'is not ready', error);
    if (error instanceof TimeoutError) return this.#storeError('store_timeout', 'is too slow', error);
    return this.#storeError('store_failed', 'was lost on the way', error);
  }

  async #keepConnected(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stop.signal.aborted) {
      const error = await this.#useOneConnection(() => (pauseMs = FIRST_PAUSE_MS));
      this.#lastError = error;
      this.#firstTry.resolve(error);
      await pause(pauseMs * (0.5 + Math.random() / 2), this.#stop.signal);
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    }
  }

  /** From connecting to the end. @returns what ended it */
  async #useOneConnection(onReady: () => void): Promise<unknown> {
    const { place, channel, inspect, onChange } = this.#options;
    const { promise: lost, reject: drop } = Promise.withResolvers<never>();
    const openClients: Destroyable[] = [];
    let isOver = false;
    this.#stop.signal.addEventListener('abort', drop, { once: true });
    try {
      const connecting = connect(place, channel, {
        onOpen: (part) => {
          if (isOver) throw new Error('too late');
          openClients.push(part);
        },
        onMessage: onChange,
        onLost: drop,
      });
      const ready = connecting.then(async (connection) => {
        await inspect(connection);
        return connection;
      });
      const connectMs = Math.max(this.#timeoutMs, MIN_CONNECT_MS);
      this.#live = { connection: await withTimeout(connectMs, Promise.race([ready, lost])), drop };
      onReady();
      this.#firstTry.resolve(undefined);
      onChange();
      return await lost;
    } catch (error) {
      return error;
    } finally {
      isOver = true;
      this.#live = undefined;
      this.#stop.signal.removeEventListener('abort', drop);
      for (const part of openClients) if (part.isOpen) part.destroy();
    }
  }

  #storeError(code: StoreError['code'], what: string, cause?: unknown): StoreError {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    return new StoreError(code, `${this.#options.place.url} ${what}${why}`, { cause });
  }

  #closedError(): StoreError {
    return new StoreError('store_closed', `${this.#options.place.url} is closed`);
  }
}

class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  // A turn later, so that after a stall of this process what has long arrived is read first.
  const timer = setTimeout(() => setImmediate(reject, new TimeoutError(ms)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
