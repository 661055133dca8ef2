import type { ErrorWords } from '../behaviour.ts';

/** An error answer before it is sent. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
  /** Beside those that every answer of the vendor carries. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A rate limit that was reached. */
export interface RateLimit {
  readonly model: string | undefined;
  readonly organization: string;
  /** How long to wait, where the vendor has a place to say so; undefined: nothing is said. Seconds. */
  readonly waitSeconds: number | undefined;
}

/** The errors of one vendor: statuses, bodies, headers. */
export interface VendorErrors {
  readonly missingKey: Refusal;
  readonly outOfCredit: Refusal;
  readonly overloaded: Refusal;
  readonly contextTooLong: Refusal;
  readonly malformedJson: Refusal;
  /** The credential is wrong or revoked. */
  invalidKey(key: string): Refusal;
  rateLimited(limit: RateLimit): Refusal;
  /** A failure of the vendor's own, with any 5xx status. */
  serverError(status: number): Refusal;
  /** No such model, or not for this key. */
  modelNotFound(model: string): Refusal;
  /** A request that cannot be so, in any words. */
  invalidRequest(message: string): Refusal;
  /** Nothing at this address takes this method. */
  unknownUrl(method: string, path: string): Refusal;
  tooLarge(limitBytes: number): Refusal;
  /** The body of an error inside a 200, with the script's own words over the usual ones. */
  embedded(words: Partial<ErrorWords> | undefined): object;
}

/** At most the first and last four characters of a key. */
export function maskKey(key: string): string {
  return key.length >= 16 ? `${key.slice(0, 4)}${'*'.repeat(8)}${key.slice(-4)}` : '*'.repeat(8);
}
