import type { IncomingMessage } from 'node:http';
import type { TokenUsage } from '../base/token-usage.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { ServeTrace } from '../failover/answer/serve-trace.ts';
import type { AttemptLogEntry } from '../failover/attempt/attempt-plan.ts';
import type { ResponseWriter } from './response-writer.ts';

/** One request's line in the log. Times in milliseconds, sizes in bytes. */
export interface RequestLogEntry {
  readonly id: string;
  readonly method: string;
  /** Without its query, which may hold a credential. */
  readonly path: string;
  readonly client?: string;
  readonly operation?: string;
  /** As the client named it. */
  readonly model?: string;
  readonly stream?: boolean;
  /** What the route is for that led to the provider; absent where none of the configuration did. */
  readonly route?: string;
  readonly provider?: string;
  /** Key id. */
  readonly key?: string;
  /** The operator's name for the key. */
  readonly keyName?: string;
  /** The model that the provider was asked for, as it names it. */
  readonly servedModel?: string;
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
  /** As the provider told them with its answer, or with what came of it. */
  readonly tokens?: TokenUsage;
  readonly firstOutputMs?: number;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What is known of a request so far. */
export interface RequestTrace {
  readonly startedAt: number;
  client?: string;
  target?: Target;
  call?: Call;
  /** What the route is for that it took. */
  route?: string;
  /** Of its tries, once there may be some. */
  tries?: ServeTrace;
}

/** What is known of a request as its line in the log. */
export function requestLogEntry(
  id: string,
  request: IncomingMessage,
  writer: ResponseWriter,
  { startedAt, client, target, call, route, tries }: RequestTrace,
  now: number,
): RequestLogEntry {
  const tokens = tries?.tokens;
  return {
    id,
    method: request.method ?? '',
    path: pathOf(request.url ?? ''),
    ...(client !== undefined && client !== '' && { client }),
    ...(target !== undefined && { operation: target.operation.name }),
    ...(call?.model !== undefined && { model: call.model }),
    ...(call?.stream === true && { stream: true }),
    ...(route !== undefined && { route }),
    ...(tries?.provider !== undefined && { provider: tries.provider }),
    ...(tries?.key !== undefined && { key: tries.key }),
    ...(tries !== undefined && tries.keyName !== '' && { keyName: tries.keyName }),
    ...(tries?.servedModel !== undefined && { servedModel: tries.servedModel }),
    attempts: tries?.attempts ?? 0,
    ...(tries !== undefined && tries.failed.length > 0 && { failed: tries.failed }),
    status: writer.status,
    ...(writer.code !== undefined && { code: writer.code }),
    ...(tries?.providerRequestId !== undefined && { providerRequestId: tries.providerRequestId }),
    ...(tries?.verdict !== undefined && { verdict: tries.verdict }),
    ...(tries?.isEmpty === true && { empty: true }),
    ...(tokens !== undefined && { tokens }),
    ...(tries?.firstOutputMs !== undefined && { firstOutputMs: Math.round(tries.firstOutputMs) }),
    durationMs: now - startedAt,
    bytesIn:
      call?.body.kind === 'buffered'
        ? call.body.bytes.length
        : Number(request.headers['content-length'] ?? 0),
    bytesOut: writer.bytes,
  };
}

/** A request target without its query, which may hold a credential. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}
