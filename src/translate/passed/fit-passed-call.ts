import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { LARGE_BYTES, threads } from '../threads/translation-threads.ts';
import type { FittedPassed } from './fitted-passed.ts';
import { runPassed } from './passed-job.ts';

/** Fits a chat that passes through to a model: a small one here and now, a large one in another thread, where it delays nobody. */
export function fitPassed(
  body: Buffer,
  takes: ModelCapabilities,
  call: Pick<Call, 'signal' | 'memory'>,
): FittedPassed | Promise<FittedPassed> {
  if (body.length > LARGE_BYTES) return threads.fitPassed({ body, takes }, call);
  const result = runPassed({ body, takes });
  if (result.kind === 'unchanged') return result;
  const { kind, facts, dropped } = result;
  const { buffer, byteOffset, byteLength } = result.body;
  return { kind, bytes: Buffer.from(buffer, byteOffset, byteLength), facts, dropped };
}
