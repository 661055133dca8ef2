import { readBody } from '../read-body.ts';
import { unsupportedRequestOf } from '../unsupported-request.ts';
import type { UnsupportedRequest } from '../unsupported-request.ts';
import { clientCountOf } from './client-counts.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { openTokenizer } from './tokenizer.ts';

/** A request whose tokens are to be estimated. */
export interface CountJob {
  readonly kind: 'count';
  /** The name of the client's operation. */
  readonly operation: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly body: Uint8Array;
}

/** An estimate. */
export interface TokenCount {
  readonly kind: 'counted';
  readonly tokens: number;
}

/** Estimates the tokens of a request, in a thread of its own: see `openTokenizer`. */
export async function countRequest({
  operation,
  model,
  body,
}: Omit<CountJob, 'kind'>): Promise<TokenCount | UnsupportedRequest> {
  const count = clientCountOf(operation);
  if (count === undefined) throw new TypeError(`${operation} counts nothing`);
  try {
    const request = count.codec.decodeRequest(count.requestIn(readBody(body)));
    return { kind: 'counted', tokens: estimateTokens(request, model, await openTokenizer()) };
  } catch (error) {
    return unsupportedRequestOf(error);
  }
}
