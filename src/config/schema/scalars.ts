import { z } from 'zod';
import { Secret } from '../../base/secret.ts';
import { credentialMistake } from './credential-form.ts';
import type { ListenAddress } from '../../listener/listen.ts';
import {
  formatBytes,
  formatDuration,
  parseAddress,
  parseBytes,
  parseDuration,
  parseMeasure,
} from './notations.ts';

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

const LONGEST_MS = 7 * 86_400_000;

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
