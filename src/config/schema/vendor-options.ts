import { providerTypes } from '../../catalog/provider-types.ts';
import type { BaseUrlOption, KeyOptions } from '../../catalog/row.ts';
import { Secret } from '../../base/secret.ts';

/*
 * What options of single types make: the base URL, and further keys. Which options those are is said by the rows of
 * `catalog/`.
 */

/** A provider's options by their names. */
type Options = Readonly<Record<string, unknown>>;

const rows = [...providerTypes.values()];

/** All options that make a base URL; those of one type in the order in which they count. */
export const BASE_URL_OPTIONS: readonly BaseUrlOption[] = rows.flatMap(
  ({ baseUrlOptions = [] }) => baseUrlOptions,
);

/** All groups of options that make a key. */
export const KEY_OPTIONS: readonly KeyOptions[] = rows.flatMap(({ keyOptions }) => keyOptions ?? []);

/** The base URL that a type's own options make; undefined where none of them is given, or a faulty one. */
export function baseUrlFromOptions(given: Options): string | undefined {
  const chosen = BASE_URL_OPTIONS.find(({ option }) => given[option] !== undefined);
  const value = chosen === undefined ? undefined : given[chosen.option];
  if (chosen === undefined || typeof value !== 'string') return undefined;
  const { baseUrl = (url) => url, port } = chosen;
  return baseUrl(port === undefined ? value : withPort(value, given[port.option], port.usual));
}

/** A port of its own option goes before one that is written with the host. */
function withPort(written: string, port: unknown, usual: number): string {
  const url = new URL(written);
  if (typeof port === 'number') url.port = String(port);
  else if (url.port === '') url.port = String(usual);
  return url.origin;
}

/** The keys that a type's own options make: their parts with colons between them. */
export function keysFromOptions(given: Options): Secret[] {
  return KEY_OPTIONS.flatMap(({ parts, optionalPart }) => {
    const secrets = parts.map((part) => given[part]).filter((part) => part instanceof Secret);
    if (secrets.length < parts.length) return [];
    const further = optionalPart === undefined ? undefined : given[optionalPart];
    const all = further instanceof Secret ? [...secrets, further] : secrets;
    return [new Secret(all.map((part) => part.reveal()).join(':'))];
  });
}
