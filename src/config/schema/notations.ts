import type { ListenAddress } from '../../listener/listen.ts';

/*
 * How people write durations, sizes and addresses. Apart from the schema, which a running gateway does not hold in memory.
 */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const binaryBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const unitBytes: Readonly<Record<string, number>> = {
  ...binaryBytes,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
};

/** A number, or text with one of some units behind its amount; undefined where it is neither. */
export function parseMeasure(
  written: number | string,
  units: Readonly<Record<string, number>>,
): number | undefined {
  if (typeof written === 'number') return written;
  const match = /^(-?\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(written.trim());
  if (match === null) return undefined;
  const [, amount, unit] = match;
  const factor = unit === '' ? 1 : units[unit ?? ''];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor * 1000) / 1000;
}

/** Milliseconds from a number or text such as `500ms`, `1.5s`, `2m`, `1h`; undefined where it is neither. */
export function parseDuration(written: number | string): number | undefined {
  return parseMeasure(written, unitMs);
}

/** Bytes from a number or text such as `256KiB`, `10MB`; undefined where it is neither. */
export function parseBytes(written: number | string): number | undefined {
  return parseMeasure(written, unitBytes);
}

/** Milliseconds as people write them: `5s`, `500ms`. The largest unit that leaves no fraction. */
export function formatDuration(ms: number): string {
  return formatMeasure(ms, unitMs);
}

/** Bytes as people write them: `32MiB`, `1000B`. */
export function formatBytes(size: number): string {
  return formatMeasure(size, binaryBytes);
}

function formatMeasure(amount: number, units: Readonly<Record<string, number>>): string {
  const [first, ...larger] = Object.entries(units);
  const fitting = larger.findLast(([, factor]) => amount !== 0 && amount % factor === 0) ?? first;
  return fitting === undefined ? String(amount) : `${amount / fitting[1]}${fitting[0]}`;
}

/** Reads `host:port`, `[::1]:port`, `:port` (all interfaces) and `port` (loopback). */
export function parseAddress(written: number | string): ListenAddress | undefined {
  const match = /^(?:(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/@]*)):)?(\d{1,5})$/.exec(String(written).trim());
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  const host = match[1] ?? match[2];
  return { host: host === undefined ? '127.0.0.1' : host === '' ? '0.0.0.0' : host, port };
}

/** An address as people write it, an IPv6 host in brackets. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach it. Names other than localhost are not looked up. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
