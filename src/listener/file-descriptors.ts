import { close, open } from 'node:fs';
import { devNull } from 'node:os';

/** How many connections of clients a process may have open at once. */
export interface ConnectionCaps {
  /** In all. */
  readonly total: number;
  /** From one address. */
  readonly perAddress: number;
}

/** What the configuration says of them, where it does. */
export interface ConfiguredCaps {
  readonly connections?: number | undefined;
  readonly connectionsPerAddress?: number | undefined;
}

/** How many connections of clients a process has, and what became of those that were too many. */
export interface ConnectionCounts {
  readonly open: number;
  /** How many there may be. */
  readonly most: number;
  /** Those that had nothing under way and were ended for others, since the start. */
  readonly gaveWay: number;
  /** Those that were not let in because all others had something under way, since the start. */
  readonly refused: number;
}

/**
 * Descriptors for all that no client of the data plane brings along: the admin listener's 256 connections, the store
 * with its journal and signals, standard streams, workers' channels, name look-ups, refused connections.
 */
const RESERVED_DESCRIPTORS = 352;

/**
 * Descriptors that one connection may come to need: its own, one to the provider that is asked, and one that is still
 * kept alive at the provider that was asked before.
 */
const DESCRIPTORS_PER_CONNECTION = 3;

/** By default no more, however many descriptors there are: each costs some tens of kilobytes. */
const DEFAULT_MAX_CONNECTIONS = 16_384;

/** Even a process with hardly any descriptors takes so many. */
const MIN_CONNECTIONS = 16;

/** Under this an operator should know of it: it bounds a process to some 1,200 connections. */
export const LOW_DESCRIPTOR_LIMIT = 4_096;

/** Of the connections of a process so much is left to others by one address. */
const SHARE_FOR_OTHER_ADDRESSES = 1 / 8;

/**
 * How many descriptors this process may have; undefined where the system does not tell. Node raises the soft limit to the
 * hard one when it starts, so that this is both.
 */
export function descriptorLimit(): number | undefined {
  const { report } = process;
  const before = { excludeNetwork: property(report, 'excludeNetwork'), excludeEnv: report.excludeEnv };
  // The report is asked for one line: without this it would look up the names of whoever is connected.
  Object.assign(report, { excludeNetwork: true, excludeEnv: true });
  const made: unknown = report.getReport();
  Object.assign(report, before);
  const soft = property(property(property(made, 'userLimits'), 'open_files'), 'soft');
  if (soft === 'unlimited') return Infinity;
  return typeof soft === 'number' ? soft : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * The bounds on clients' connections in a process with so many descriptors, chosen so that clients alone never use them
 * up. What is configured may be less and never more.
 *
 * One address may have seven eighths of them. Everybody behind one reverse proxy has one address, so that a smaller
 * share would cost good requests; and who was not let in holds nothing that does not give way to others.
 */
export function connectionCaps(
  descriptors: number | undefined,
  { connections, connectionsPerAddress }: ConfiguredCaps,
): ConnectionCaps {
  const affordable =
    descriptors === undefined
      ? DEFAULT_MAX_CONNECTIONS
      : Math.max(
          MIN_CONNECTIONS,
          Math.floor((descriptors - RESERVED_DESCRIPTORS) / DESCRIPTORS_PER_CONNECTION),
        );
  const total = Math.min(connections ?? DEFAULT_MAX_CONNECTIONS, affordable);
  const share = connectionsPerAddress ?? Math.ceil(total * (1 - SHARE_FOR_OTHER_ADDRESSES));
  return { total, perAddress: Math.min(share, total) };
}

/** How many accepted connections may wait for a worker in a process with so many descriptors, if not fewer are wanted. */
export function pendingConnectionCap(descriptors: number | undefined, wanted: number): number {
  return Math.min(wanted, Math.max(MIN_CONNECTIONS, (descriptors ?? Infinity) - RESERVED_DESCRIPTORS));
}

/**
 * After so long without a byte the system asks whether the client is still there, and ends the connection of one that has
 * vanished (on Linux some eleven minutes later). Milliseconds.
 */
export const TCP_KEEPALIVE_MS = 60_000;

/** Between two looks whether there are descriptors left. Milliseconds. */
const CHECK_INTERVAL_MS = 5_000;

/**
 * Looks every few seconds whether a descriptor can still be had, by opening the null device, and tells where not: accept
 * fails without a word then, as the system closes the connection for us. Costs one open and one close.
 * @returns what ends it
 */
export function watchDescriptors(
  onExhausted: (code: string) => void,
  intervalMs = CHECK_INTERVAL_MS,
): () => void {
  const timer = setInterval(() => {
    open(devNull, 'r', (error, descriptor) => {
      if (error === null) close(descriptor);
      else if (error.code === 'EMFILE' || error.code === 'ENFILE') onExhausted(error.code);
    });
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
