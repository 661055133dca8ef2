import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { StoreError } from '../errors.ts';
import type { RedisAddress } from '../../base/store-address.ts';
import type { Destroyable } from './client-options.ts';
import { reasonOf } from './inspect.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';

/** What a connection needs. */
export interface ReconnectingConnectionOptions {
  readonly address: RedisAddress;
  readonly channel: string;
  /** Checks the state before anything else is done with it; rejects where it is not ours to use. */
  readonly inspect: (connection: Connection) => Promise<void>;
  /** There may have been a write: a message came, or some may have been missed. */
  readonly onChange: () => void;
}

/** Commands in flight. More are refused, so that a slow server does not fill the memory. */
const MAX_IN_FLIGHT = 4_096;
/** A connection behind sentinels, or to a cluster, takes several steps. Milliseconds. */
const MIN_CONNECT_MS = 2_000;
/** Between tries to connect: from the first, doubling, to the last. Milliseconds. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

/** Replies that mean: not this server, or not now. Nothing was done. */
const UNAVAILABLE_REPLY = /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN)\b/;

interface Current {
  readonly connection: Connection;
  readonly close: (error: unknown) => void;
}

/**
 * One connection to the servers, renewed for as long as the store is open. A command is answered within the time
 * allowed or rejected; one that times out, or is answered by a server that is not ready, ends the connection: whatever
 * the cause (a frozen server, a broken route, a server that is master no more), the remedy is to look for the servers
 * again. Without a connection every command is rejected at once; none is queued.
 */
export class ReconnectingConnection {
  readonly #options: ReconnectingConnectionOptions;
  readonly #timeoutMs: number;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #firstTry = Promise.withResolvers<unknown>();
  #current: Current | undefined;
  #lastError: unknown = new Error('no connection yet');
  #inFlight = 0;

  constructor(options: ReconnectingConnectionOptions) {
    this.#options = options;
    this.#timeoutMs = options.address.storeTimeoutMs;
    this.#running = this.#keepConnected();
  }

  /** The error of the first try to connect, once it is over; undefined where it succeeded. */
  get firstTry(): Promise<unknown> {
    return this.#firstTry.promise;
  }

  /**
   * Runs a command.
   * @throws StoreError `store_away`: nothing was sent, or nothing done; `store_timeout`: not known whether it
   *   was done; `store_failed`: the server refused, or the connection was lost, when it is not known either
   */
  async run<T>(command: (connection: Connection) => Promise<T>): Promise<T> {
    const current = this.#current;
    if (this.#stop.signal.aborted) throw this.#closedError();
    if (current === undefined) throw this.#storeError('store_away', 'is away', this.#lastError);
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      throw this.#storeError('store_busy', `has ${MAX_IN_FLIGHT} commands to answer already`);
    }
    this.#inFlight++;
    try {
      return await withTimeout(this.#timeoutMs, command(current.connection));
    } catch (error) {
      throw this.#failed(current, error);
    } finally {
      this.#inFlight--;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#current?.close(this.#closedError());
    await this.#running;
  }

  #failed(current: Current, error: unknown): StoreError {
    if (this.#stop.signal.aborted) return this.#closedError();
    if (error instanceof ErrorReply && !UNAVAILABLE_REPLY.test(error.message)) {
      return this.#storeError('store_failed', 'refused', error);
    }
    current.close(error);
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
    const { address, channel, inspect, onChange } = this.#options;
    const { promise: lost, reject: close } = Promise.withResolvers<never>();
    const openClients: Destroyable[] = [];
    let isOver = false;
    this.#stop.signal.addEventListener('abort', close, { once: true });
    try {
      const connecting = connect(address, channel, {
        onOpen: (client) => {
          if (isOver) throw new Error('too late');
          openClients.push(client);
        },
        onMessage: onChange,
        onLost: close,
      });
      const ready = connecting.then(async (connection) => {
        await inspect(connection);
        return connection;
      });
      const connectMs = Math.max(this.#timeoutMs, MIN_CONNECT_MS);
      this.#current = { connection: await withTimeout(connectMs, Promise.race([ready, lost])), close };
      onReady();
      this.#firstTry.resolve(undefined);
      onChange();
      return await lost;
    } catch (error) {
      return error;
    } finally {
      isOver = true;
      this.#current = undefined;
      this.#stop.signal.removeEventListener('abort', close);
      for (const client of openClients) if (client.isOpen) client.destroy();
    }
  }

  #storeError(code: StoreError['code'], what: string, cause?: unknown): StoreError {
    const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
    return new StoreError(code, `${this.#options.address.url} ${what}${why}`, { cause });
  }

  #closedError(): StoreError {
    return new StoreError('store_closed', `${this.#options.address.url} is closed`);
  }
}

class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  // One turn of the event loop later, so that after a stall of this process an answer that has arrived is read first.
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
