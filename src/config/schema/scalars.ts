import { z } from 'zod';
import { Secret } from '../../base/secret.ts';
import { credentialMistake } from './credential-form.ts';
import type { ListenAddress } from '../../listener/listen.ts';

/**
 * The kinds of value the configuration is made of. Numbers and switches may also be written as text, so that
 * `${NAME}` can stand anywhere. The `error` of each kind completes the sentence "expected …".
 */

/** What the reference page shows of a kind of value. */
export interface Kind {
  readonly kind: string;
  readonly unit?: string;
  readonly bounds?: string;
  /** Of a number, in its unit. */
  readonly range?: Bounds;
  /** What is written there is never shown. */
  readonly isSecret?: true;
}

export const kinds = z.registry<Kind>();

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const binaryBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const unitBytes: Readonly<Record<string, number>> = {
  ...binaryBytes,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
};

const LONGEST_MS = 7 * 86_400_000;

function parseMeasure(written: number | string, units: Readonly<Record<string, number>>): number | undefined {
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

/** Where a number may lie. `above` excludes its end, `min` and `max` include theirs. */
export interface Bounds {
  readonly min?: number;
  readonly above?: number;
  readonly max: number;
}

function within(value: number, { min, above, max }: Bounds): boolean {
  return (min === undefined || value >= min) && (above === undefined || value > above) && value <= max;
}

function boundsText({ min, above, max }: Bounds, format: (value: number) => string): string {
  return above === undefined
    ? `from ${format(min ?? 0)} to ${format(max)}`
    : `above ${format(above)}, at most ${format(max)}`;
}

interface Measure {
  readonly parse: (written: number | string) => number | undefined;
  readonly format: (value: number) => string;
  readonly what: string;
  readonly kind: string;
  readonly unit?: string;
  readonly whole: boolean;
}

function measure({ parse, format, what, kind, unit, whole }: Measure, bounds: Bounds) {
  const limits = boundsText(bounds, format);
  const error = `${what}, ${limits}`;
  return z
    .union([z.number(), z.string()], { error })
    .transform((written, context) => {
      const value = parse(written);
      if (value !== undefined && within(value, bounds) && (!whole || Number.isSafeInteger(value)))
        return value;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind, bounds: limits, range: bounds, ...(unit === undefined ? {} : { unit }) });
}

/** Milliseconds, at most seven days unless `max` is given. */
export function duration(
  lower: ({ readonly min: number } | { readonly above: number }) & { readonly max?: number },
) {
  return measure(
    {
      parse: parseDuration,
      format: formatDuration,
      what: 'a duration (milliseconds, or text such as 500ms, 5s, 2m, 1h)',
      kind: 'duration',
      unit: 'ms',
      whole: true,
    },
    { max: LONGEST_MS, ...lower },
  );
}

/** Whole bytes. */
export function bytes(bounds: Bounds) {
  return measure(
    {
      parse: parseBytes,
      format: formatBytes,
      what: 'a size (bytes, or text such as 256KiB, 10MB)',
      kind: 'size',
      unit: 'bytes',
      whole: true,
    },
    bounds,
  );
}

function parseNumber(written: number | string): number | undefined {
  return parseMeasure(written, {});
}

/** A whole number. */
export function integer(bounds: Bounds) {
  return measure(
    { parse: parseNumber, format: String, what: 'a whole number', kind: 'integer', whole: true },
    bounds,
  );
}

/** A number that may have a fraction. */
export function decimal(bounds: Bounds) {
  return measure(
    { parse: parseNumber, format: String, what: 'a number', kind: 'number', whole: false },
    bounds,
  );
}

/** A switch. */
export function flag() {
  const error = 'true or false';
  return z
    .union([z.boolean(), z.enum(['true', 'false'], { error })], { error })
    .transform((written) => written === true || written === 'true')
    .register(kinds, { kind: 'boolean' });
}

/** Text with something in it. */
export function text(what: string) {
  return z
    .string({ error: `${what} (text; quote what looks like a number)` })
    .refine((written) => written.trim() !== '', { error: `${what} that is not blank` })
    .refine((written) => written.isWellFormed(), { error: `${what} without halves of surrogate pairs` })
    .register(kinds, { kind: 'text' });
}

/** One of a few words. */
export function keyword<const Words extends readonly string[]>(words: Words) {
  return z
    .enum(words, { error: `one of ${words.join(', ')}` })
    .register(kinds, { kind: words.map((name) => `\`${name}\``).join(' or ') });
}

/** A credential, without the white space around it. */
export function secret(what: string) {
  return z
    .string({ error: `${what} (text; quote what looks like a number)` })
    .transform((written, context) => {
      const value = written.trim();
      // It is sent in an HTTP header.
      if (/^[\u0021-\u007e]+$/.test(value)) return new Secret(value);
      context.addIssue({
        code: 'custom',
        message:
          value === ''
            ? `${what} that is not blank`
            : (credentialMistake(value, what) ??
              `${what} of printable ASCII characters without spaces, as a header can carry it`),
      });
      return z.NEVER;
    })
    .register(kinds, { kind: 'secret', isSecret: true });
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

/** Where to listen. */
export function address() {
  const error = 'an address to listen on: host:port, [ipv6]:port, :port for all interfaces, or a port';
  return z
    .union([z.number(), z.string()], { error })
    .transform((written, context): ListenAddress => {
      const parsed = parseAddress(written);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'address' });
}
