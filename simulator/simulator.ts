import type { Behaviour, KeyScript, Script } from './behaviour.ts';
import type { KeyCounts, LoggedRequest } from './request-log.ts';
import type { ServiceName } from './request-target.ts';
import { SimulatorServer } from './server.ts';

/** How to start a simulator. */
export interface SimulatorOptions {
  /** Default 127.0.0.1. Its control path is open to whoever can reach it. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default: every key answers. */
  readonly script?: Script;
  /** Of the chances behaviours have, and of request ids. Default 1. */
  readonly seed?: number;
  /** How far its clock is ahead of this machine's: of its `Date`, and what signatures are judged by. Default 0. */
  readonly clockAheadMs?: number;
  /** The vendors that refuse what they do not take, by their own rules. Default: none but for what is easily got wrong. */
  readonly strict?: readonly ServiceName[];
}

/** A running simulator. */
export interface Simulator {
  /** The base URL for clients: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  /** Gives a key a new script, which starts at once. Requests under way are not touched. */
  script(key: string, behaviours: readonly Behaviour[] | KeyScript): void;
  /** Scripts back to what they were at first and to their beginning; counts, requests and files forgotten. */
  reset(): void;
  /** The newest requests, oldest first; at most `REQUESTS_KEPT`. The control path is not among them. */
  readonly requests: readonly LoggedRequest[];
  /** Exact numbers of a key. */
  counts(key: string): KeyCounts;
  /** Requests that are not over. */
  readonly open: number;
  /** Connections that are open, idle ones too. */
  readonly connections: number;
  /** Stops at once: hanging requests are cut off. */
  close(): Promise<void>;
}

/**
 * Starts a provider that fails on command.
 * @throws the listener's error, such as EADDRINUSE
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const {
    host = '127.0.0.1',
    port = 0,
    script = { keys: {} },
    seed = 1,
    strict = [],
    clockAheadMs = 0,
  } = options;
  const simulator = new SimulatorServer(script, seed, strict, clockAheadMs);
  await simulator.listen(host, port);
  return simulator;
}
