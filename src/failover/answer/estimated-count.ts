import type { Call } from '../../dialects/operations/call.ts';
import { loadTranslation } from '../../translate/load-translation.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { EstimatedCount } from './answer.ts';
import type { Failed } from './client-failure.ts';

/** Statuses by which a provider says that a request is wrong, and not that it counts nothing. */
const WRONG_REQUEST: ReadonlySet<number | undefined> = new Set([400, 413, 422]);

/**
 * An estimate where tokens were to be counted and no provider has: it takes no key. Or the failure that the client sees, where
 * the request is wrong: by what the provider says of the client's own bytes, or because it cannot be read.
 * @param model - of the target that the request would go to first, by its name there
 * @param attempts - tries that were made
 */
export async function estimatedCount(
  call: Call,
  model: string,
  failure: Failed,
  attempts: number,
): Promise<EstimatedCount | Failed> {
  if (failure.kind === 'failed' && refusesRequest(failure.attempt, call)) return failure;
  const { estimateCount } = await loadTranslation();
  const estimate = await estimateCount(call, model);
  if (estimate?.kind === 'not-expressible' && failure.kind === 'refused') {
    const { provider = '' } = failure.values;
    return { ...failure, code: 'not_expressible', values: { provider, reason: estimate.reason } };
  }
  if (estimate?.kind !== 'estimated') return failure;
  const headers = ['x-sparekey-attempts', String(attempts), 'x-sparekey-estimated', estimate.field];
  return { kind: 'estimated-count', headers, response: estimate.response };
}

function refusesRequest({ verdict, failedByStatus, dialect }: Attempt, { target }: Call): boolean {
  if (dialect !== target.operation.dialect) return false;
  return verdict.class === 'client_error' && WRONG_REQUEST.has(failedByStatus);
}
