import type { Call } from '../../dialects/operations/call.ts';
import type { CredentialFailure } from '../../providers/adapter.ts';
import type { UpstreamResult } from '../../upstream/exchange.ts';
import { MALFORMED_REQUEST } from '../../upstream/faults.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import type { AttemptPlan } from './attempt-plan.ts';

type BuildResult = UpstreamRequest | CredentialFailure;

/**
 * Builds an attempt's request. Never throws: a key with which none can be made is reported by the adapter (`unusableKey`),
 * and anything else that goes wrong is held against no key, since what the client sent may be the cause.
 */
export function buildRequest(
  call: Call,
  { provider, pooled, model }: Pick<AttemptPlan, 'provider' | 'pooled' | 'model'>,
): BuildResult | Promise<BuildResult> {
  try {
    const building = provider.build(call, pooled?.key, model);
    // Where a credential has to be fetched first; for most there is nothing to wait for.
    return building instanceof Promise ? building.catch(buildFault) : building;
  } catch (error) {
    return buildFault(error);
  }
}

/**
 * The fault where the transport would not write a request: it is the key's where a header that the client did not send
 * cannot be written, as with a line break in a key.
 * @param headers of the request: name, value, name, value
 */
export function classifyMalformed(
  opening: UpstreamResult,
  headers: readonly string[],
  call: Call,
): UpstreamResult {
  if (opening.kind !== 'fault' || opening.detail !== MALFORMED_REQUEST) return opening;
  const isKeys = headers.some(
    (value, at) => at % 2 === 1 && UNWRITABLE.test(value) && !call.headers.includes(value),
  );
  return { ...opening, fault: isKeys ? 'key-unusable' : 'unbuilt' };
}

/** What no value of a header may hold (RFC 9110, 5.5), and characters that are no bytes. */
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** The name of an error is a word for logs; its message may quote a key. */
function buildFault(error: unknown): CredentialFailure {
  const detail = `build-${error instanceof Error ? error.name.toLowerCase() : 'error'}`;
  return { kind: 'credential-failure', result: { kind: 'fault', fault: 'unbuilt', detail } };
}
