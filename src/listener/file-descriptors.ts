import { close, open } from 'node:fs';
import { devNull } from 'node:os';

/** How many client connections a process may have open at once. */
export interface ConnectionCaps {
  /** In all. */
  readonly total: number;
  /** From one address. */
  readonly perAddress: number;
}

/** The same as configured, where it is. */
export interface ConfiguredCaps {
  readonly connections?: number | undefined;
  readonly connectionsPerAddress?: number | undefined;
}

/** How many client connections a process has, and what became of those that were too many. */
export interface ConnectionCounts {
  readonly open: number;
  /** How many there may be. */
  readonly most: number;
  /** Idle ones that were closed in favour of others, since the start. */
  readonly gaveWay: number;
  /** Those that were refused because all others had a request in flight, since the start. */
  readonly refused: number;
}

/**
 * Descriptors for all but the data plane's clients: the admin listener's 256 connections, the store with its journal and
 * notifications, standard streams, workers' channels, name look-ups, refused connections.
 */
const RESERVED_DESCRIPTORS = 352;

/**
 * Descriptors that one connection may need: its own, one to the provider, and one that is still kept alive at the provider
 * tried before.
 */
const DESCRIPTORS_PER_CONNECTION = 3;

/** The default, however many descriptors there are: each connection costs some tens of kilobytes. */
const DEFAULT_MAX_CONNECTIONS = 16_384;

/** Even with hardly any descriptors. */
const MIN_CONNECTIONS = 16;

/** Below this the operator is warned: it bounds a process to some 1,200 connections. */
export const LOW_DESCRIPTOR_LIMIT = 4_096;

/** The share of a process's connections that one address cannot use. */
const SHARE_FOR_OTHER_ADDRESSES = 1 / 8;

/**
 * How many descriptors this process may have; undefined where the system does not say. Node raises the soft limit to the
 * hard one when it starts, so this is both.
 */
export function descriptorLimit(): number | undefined {
  const { report } = process;
  const before = { excludeNetwork: property(report, 'excludeNetwork'), excludeEnv: report.excludeEnv };
  // One line of the report is needed. Without this it would look up the host names of all peers.
  Object.assign(report, { excludeNetwork: true, excludeEnv: true });
  const generated: unknown = report.getReport();
  Object.assign(report, before);
  const soft = property(property(property(generated, 'userLimits'), 'open_files'), 'soft');
  if (soft === 'unlimited') return Infinity;
  return typeof soft === 'number' ? soft : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * The bounds on client connections in a process with so many descriptors, chosen so that clients alone never exhaust them.
 * The configuration can only lower them.
 *
 * One address may have seven eighths of them. All clients behind one reverse proxy have one address, so a smaller share
 * would cost good requests; and a client that was not let in has no connection that is not closed in favour of others.
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

/** How many accepted connections may wait for a worker: `wanted`, or fewer where there are not as many descriptors. */
export function pendingConnectionCap(descriptors: number | undefined, wanted: number): number {
  return Math.min(wanted, Math.max(MIN_CONNECTIONS, (descriptors ?? Infinity) - RESERVED_DESCRIPTORS));
}

/**
 * After so long without a byte TCP probes whether the client is still there, and ends the connection of one that has
 * vanished (on Linux some eleven minutes later). Milliseconds.
 */
export const TCP_KEEPALIVE_MS = 60_000;

/** Between two checks whether there are descriptors left. Milliseconds. */
const CHECK_INTERVAL_MS = 5_000;

/**
 * Checks every few seconds whether a descriptor can still be had, by opening the null device. Without this nobody would
 * notice: accept fails silently where there is none. Costs one open and one close.
 * @returns stops the checks
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
