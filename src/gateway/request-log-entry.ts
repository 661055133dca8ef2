import type { IncomingMessage } from 'node:http';
import type { Call } from '../dialects/operations/call.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { AttemptLogEntry } from '../failover/attempt/attempt.ts';
import { isEmptyAnswer } from '../failover/attempt/observed-outcome.ts';
import type { Served } from '../failover/serve.ts';
import type { UpstreamResult } from '../upstream/exchange.ts';
import type { ResponseWriter } from './response-writer.ts';

/** One request's line in the log. Times in milliseconds, sizes in bytes. */
export interface RequestLogEntry {
  readonly id: string;
  readonly method: string;
  /** Without its query, which may hold a credential. */
  readonly path: string;
  readonly client?: string;
  readonly operation?: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly provider?: string;
  /** Key id. */
  readonly key?: string;
  readonly attempts: number;
  /** The tries that did not give the answer. */
  readonly failed?: readonly AttemptLogEntry[];
  /** What the client got; 0 where it went away before it got anything. */
  readonly status: number;
  /** Of an error of ours. */
  readonly code?: string;
  /** The id the provider gave its answer: the client's `x-request-id`, where it is not this one. */
  readonly providerRequestId?: string;
  /** Of the attempt that answered, once its body had ended. */
  readonly verdict?: string;
  /** The model stopped before its first word. */
  readonly empty?: true;
  readonly firstOutputMs?: number;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What is learned of a request on its way. */
export interface RequestTrace {
  readonly startedAt: number;
  client?: string;
  target?: Target;
  call?: Call;
  served?: Served;
}

/** A request's story as its line in the log. */
export function requestLogEntry(
  id: string,
  request: IncomingMessage,
  writer: ResponseWriter,
  { startedAt, client, target, call, served }: RequestTrace,
  now: number,
): RequestLogEntry {
  const failed = served?.failed ?? [];
  const attempt = served !== undefined && 'attempt' in served.result ? served.result.attempt : undefined;
  const hasOneMore = served?.result.kind === 'answer' || served?.result.kind === 'cancelled';
  return {
    id,
    method: request.method ?? '',
    path: pathOf(request.url ?? ''),
    ...(client !== undefined && client !== '' && { client }),
    ...(target !== undefined && { operation: target.operation.name }),
    ...(call?.model !== undefined && { model: call.model }),
    ...(call?.stream === true && { stream: true }),
    ...(attempt !== undefined && { provider: attempt.plan.provider.id }),
    ...(attempt?.plan.pooled !== undefined && { key: attempt.plan.pooled.key.id }),
    attempts: failed.length + (hasOneMore ? 1 : 0),
    ...(failed.length > 0 && { failed }),
    status: writer.status,
    ...(writer.code !== undefined && { code: writer.code }),
    ...(attempt !== undefined && { ...providerId(attempt.opening), verdict: attempt.verdictLabel }),
    ...(attempt !== undefined && isEmptyAnswer(attempt) && { empty: true }),
    ...(attempt?.firstOutputMs !== undefined && { firstOutputMs: Math.round(attempt.firstOutputMs) }),
    durationMs: now - startedAt,
    bytesIn:
      call?.body.kind === 'kept' ? call.body.bytes.length : Number(request.headers['content-length'] ?? 0),
    bytesOut: writer.bytes,
  };
}

function providerId(opening: UpstreamResult): { readonly providerRequestId?: string } {
  const given = 'headers' in opening ? opening.headers['x-request-id'] : undefined;
  return typeof given === 'string' ? { providerRequestId: given } : {};
}

/** A request target without its query, which may hold a credential. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}
