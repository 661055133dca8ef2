import type { IncomingMessage } from 'node:http';
import { allowedMethods, findTarget } from '../../dialects/operations/find-target.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { passthroughTarget } from '../../dialects/operations/passthrough.ts';
import type { Tunnel } from '../connections/server.ts';
import type { RequestMemory } from '../memory-budget.ts';
import { pathOf } from '../request-log-entry.ts';
import type { RequestTrace } from '../request-log-entry.ts';
import { isShared, isolatesTenants } from '../resources/ownership.ts';
import type { ResponseWriter } from '../response-writer.ts';
import type { Runtime } from '../runtime.ts';
import { asksToHoldWhole } from '../serve-limits.ts';
import { refusal } from './read-call.ts';
import type { CallContext, Refusal } from './read-call.ts';

/** A request whose body has not been read. */
export interface IncomingRequest {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly writer: ResponseWriter;
  readonly runtime: Runtime;
  readonly trace: RequestTrace;
  /** Where the client asks to speak another protocol on its connection. */
  readonly tunnel: Tunnel | undefined;
  /** Aborted when nobody wants the answer any more. */
  readonly gone: AbortController;
  /** Given back when the client has its answer, or has gone. */
  readonly memory: RequestMemory;
}

/** Sixteen bytes in base64: RFC 6455, 4.1. */
const HANDSHAKE_KEY = /^[A-Za-z0-9+/]{22}==$/;

/** What can be said of a request before its body is read: who asks, and for what; or why it is refused. */
export function admitRequest(
  { id, request, writer, runtime, trace, tunnel, gone, memory }: IncomingRequest,
  isDraining: boolean,
): CallContext | Refusal {
  const { method = '', url = '' } = request;
  const target = targetOf(request, runtime, tunnel !== undefined);
  if (typeof target === 'object') {
    trace.target = target;
    writer.errorForm = target.operation.errorForm;
  }
  // Any page can send requests: where clients need no key, their origin is all that tells pages from programs.
  const foreign = runtime.csrfGuard?.(request);
  if (foreign !== undefined)
    return refusal(foreign, { host: (request.headers.host ?? '').replace(/:\d+$/, '') });
  const admission = runtime.authenticate(request.headers, url);
  if (admission.kind === 'refused') return refusal(admission.code);
  trace.client = admission.client;
  if (isDraining) return refusal('shutting_down');
  if (target === 'no-operation') return refusal('unknown_operation', { method, path: pathOf(url) });
  if (target === 'wrong-method') {
    return { ...refusal('method_not_allowed', { method, path: pathOf(url) }), allow: allowedMethods(url) };
  }
  if (target.operation.upgrades !== (tunnel !== undefined)) {
    const code = target.operation.upgrades ? 'upgrade_required' : 'unknown_operation';
    return refusal(code, { method, path: pathOf(url) });
  }
  // The accept header is computed from this key (RFC 6455, 4.2.2): without it no handshake can be verified.
  if (tunnel !== undefined && !HANDSHAKE_KEY.test(request.headers['sec-websocket-key'] ?? ''))
    return refusal('bad_request');
  if (isolatesTenants(runtime.config) && isShared(target))
    return refusal('not_separable', { method, path: pathOf(url) });
  const limit = runtime.config.limits.body;
  if (Number(request.headers['content-length'] ?? 0) > limit) return refusal('body_too_large', { limit });
  const { credential, tenant } = admission;
  const holdWhole = admission.holdWhole || asksToHoldWhole(request.headers);
  const { startedAt: acceptedAt } = trace;
  const { signal } = gone;
  return { kind: 'context', id, target, credential, tenant, holdWhole, acceptedAt, signal, memory };
}

/**
 * What a request is for: an operation, or else a path that some provider is sent as it is. The path of a vendor's own operation
 * that no provider has is sent on (`/v1/fim/completions`), or else what stands behind a prefix (`/bots/chat/completions`).
 */
function targetOf(
  { method = '', url = '', headers }: IncomingMessage,
  { providers, config }: Runtime,
  upgrades: boolean,
): ReturnType<typeof findTarget> {
  let isAnothers = false;
  const isOffered = (operation: Operation): boolean => {
    if (operation.dialect !== 'vendor') return true;
    const offered = providers
      .values()
      .some((each) => each.config.protocol === 'original' || each.supports(operation));
    isAnothers ||= !offered;
    return offered;
  };
  const found = findTarget(method, url, headers, isOffered);
  if (typeof found === 'object' && (!isAnothers || found.operation.dialect === 'vendor')) return found;
  const target = passthroughTarget(method, url, headers, upgrades);
  const isForwarded = target !== undefined && providers.values().some(({ forwards }) => forwards(target));
  if (isForwarded && !(isolatesTenants(config) && isShared(target))) return target;
  if (typeof found === 'object') return found;
  // What is known of the path tells a client more than that its own part of it cannot be told.
  const known = findTarget(method, url, headers);
  return known === 'no-operation' && isForwarded ? target : known;
}
