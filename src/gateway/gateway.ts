import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceBook } from '../routing/resource-book.ts';
import { sealedReasoningIds } from '../routing/sealed-reasoning.ts';
import type { Call } from '../dialects/operations/call.ts';
import { writeModel, writeModels } from '../dialects/operations/model-lists.ts';
import { familyOf } from '../dialects/operations/operation.ts';
import { allowedMethods, findTarget } from '../dialects/operations/find-target.ts';
import { resourceListOf } from '../dialects/operations/resource-lists.ts';
import type { ResourceList } from '../dialects/operations/resource-lists.ts';
import type { AttemptTools } from '../failover/attempt/attempt.ts';
import type { RouteTarget } from '../routing/route.ts';
import { serve } from '../failover/serve.ts';
import type { Answer } from '../failover/answer/answer.ts';
import { ServeTrace } from '../failover/answer/serve-trace.ts';
import type { ServeLimits } from '../failover/try-target.ts';
import type { KeyQueues } from '../failover/queue/key-queues.ts';
import { announcedBytes } from './request/read-body.ts';
import type { MemoryBudget, RequestMemory } from './memory-budget.ts';
import { listModels, isForwarded, modelQueryOf } from './model-list.ts';
import { rejectLateReferences } from './resources/late-references.ts';
import { tenantPage } from './resources/tenant-lists.ts';
import { isInUntrackedCollection, isolatesTenants } from './resources/ownership.ts';
import { startPings } from './pings.ts';
import { bodilessCall, overloadedRefusal, readCall, refusal } from './request/read-call.ts';
import type { CallContext, Refusal } from './request/read-call.ts';
import { ResponseWriter } from './response-writer.ts';
import { requestLogEntry, pathOf } from './request-log-entry.ts';
import type { RequestLogEntry, RequestTrace } from './request-log-entry.ts';
import {
  listenerFor,
  recordResources,
  ownerRoute,
  refersToResources,
  pinnedRoute,
} from './resources/resources.ts';
import type { Runtime } from './runtime.ts';
import { asksToHoldWhole, serveLimits, CLIENT_STALL_MS } from './serve-limits.ts';
import type { Tunnel } from './connections/server.ts';

/** What the gateway is given by whoever wires it. */
export interface GatewayOptions {
  /** The configuration as it runs now. */
  readonly runtime: () => Runtime;
  readonly tools: AttemptTools;
  readonly resources: ResourceBook;
  /** Where requests wait for a key. */
  readonly waiting: KeyQueues;
  /** What all requests may hold together. */
  readonly memory: MemoryBudget;
  /** Makes the id of a request. */
  readonly newId: () => string;
  /** What `GET /ready` says: details for people, and whether to send requests here. */
  readonly readiness: () => { readonly ready: boolean; readonly details: unknown };
  readonly onRequest: (entry: RequestLogEntry) => void;
  /** A request got a 400 because something in it was met with an exception: it may be a defect of ours. */
  readonly onUnreadable: (requestId: string, error: unknown) => void;
  /** A defect of ours: the request got a 500. */
  readonly onDefect: (requestId: string, error: unknown) => void;
}

/** The longest pause between two pieces of a request's body. Milliseconds. */
const BODY_PAUSE_MS = 30_000;

/** A request on its way through here. */
interface RequestContext {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly writer: ResponseWriter;
  readonly runtime: Runtime;
  readonly trace: RequestTrace;
  /** Where the client asks to speak something else on its connection. */
  readonly tunnel: Tunnel | undefined;
  /** Aborted when nobody wants the answer any more. */
  readonly gone: AbortController;
  /** Given back when the client has its answer, or has gone. */
  readonly memory: RequestMemory;
}

/** Answers requests of the data plane. */
export class Gateway {
  readonly #options: GatewayOptions;
  #draining = false;
  #underWay = 0;
  readonly #idle = Promise.withResolvers<void>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * From now on new requests are turned away, and those under way close their connection. Resolves when the
   * last of them is over; ending their connections is for the listener.
   */
  drain(): Promise<void> {
    this.#draining = true;
    this.#options.waiting.close();
    if (this.#underWay === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  /** Never throws: what goes wrong in here is a 500 and a word to the operator. */
  handle(request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel): void {
    const id = this.#options.newId();
    const runtime = this.#options.runtime();
    const writer = new ResponseWriter(response, id, this.#commonHeaders(request, runtime));
    if (this.#answerPlainly(request, writer, runtime)) return;
    const trace: RequestTrace = { startedAt: this.#options.tools.now() };
    const gone = new AbortController();
    const memory = this.#options.memory.open();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
      memory[Symbol.dispose]();
    });
    this.#underWay++;
    this.#answer({ id, request, response, writer, runtime, trace, tunnel, gone, memory })
      .then(() => {
        // A client that is left without an answer would wait for ever, and a stop for it.
        if (writer.status === 0 && !response.destroyed) throw new Error('a request got no answer');
      })
      .catch((error: unknown) => {
        this.#options.onDefect(id, error);
        // What it had begun, upstream too, comes to an end.
        gone.abort();
        if (response.headersSent) response.destroy();
        else writer.error('internal_error');
      })
      .finally(() => {
        // The response of a connection that was given away does not hear of its end.
        if (response.socket === null) memory[Symbol.dispose]();
        this.#options.onRequest(requestLogEntry(id, request, writer, trace, this.#options.tools.now()));
        this.#underWay--;
        if (this.#draining && this.#underWay === 0) this.#idle.resolve();
      });
  }

  async #answer(asked: RequestContext): Promise<void> {
    const { request, response, writer, runtime, trace, gone, memory } = asked;
    const opened = this.#open(asked);
    if (opened.kind === 'refusal') return writeRefusal(writer, opened);
    const { body: maxBytes, replay: replayBytes } = runtime.config.limits;
    const hasRoom = memory.admit(announcedBytes(request, { replayBytes }));
    if (hasRoom !== true && !(await hasRoom)) return writeRefusal(writer, overloadedRefusal());
    if (request.headers.expect !== undefined) response.writeContinue();
    let trouble: Refusal | undefined;
    const onTrouble = (met: Refusal): void => {
      trouble = met;
      gone.abort();
    };
    const bodyLimits = { maxBytes, replayBytes, pauseMs: BODY_PAUSE_MS };
    const read =
      asked.tunnel === undefined
        ? await readCall(request, opened, bodyLimits, onTrouble)
        : bodilessCall(request, opened);
    if ('kind' in read) return writeRefusal(writer, read);
    const call = isolatesTenants(runtime.config)
      ? rejectLateReferences(read, () => onTrouble(refusal('reference_too_late', { limit: replayBytes })))
      : read;
    trace.call = call;

    const { tools, resources, waiting } = this.#options;
    const models = modelQueryOf(call.target.operation);
    if (models !== undefined && !isForwarded(call, runtime)) return this.#tellModels(call, asked, models);
    const { tenant } = opened;
    const list = isolatesTenants(runtime.config) ? resourceListOf(call.target.operation) : undefined;
    if (list !== undefined) return this.#tellOwn(call, asked, list, tenant);
    const sole = refersToResources(call, runtime)
      ? await pinnedRoute(call, runtime, resources, tools.now, tenant)
      : undefined;
    const way = sole ?? runtime.route(call.model);
    if (way.kind === 'refusal') return writeRefusal(writer, way);
    if (way.kind === 'no-route') {
      return writeRefusal(writer, refusal('model_not_routed', { model: call.model ?? '' }));
    }
    const seals = way.kind === 'pinned' ? [] : sealedReasoningIds(call);
    const targets =
      seals.length === 0 ? way.targets : await ownerRoute(seals, way.targets, runtime, resources);
    const limits = serveLimits(runtime.config.limits, waiting, {
      options: 'options' in way ? way.options : undefined,
      isHeldWhole: opened.holdWhole,
      resource: way.kind === 'pinned' ? way.id : undefined,
    });
    const answer = await this.#serve(call, targets, limits, asked);
    if (answer.kind === 'answer') {
      recordResources(call, answer, runtime, resources, tenant);
      writer.listener = listenerFor(call, answer, targets, runtime, resources, tenant);
    } else if (answer.kind === 'gateway-error' && answer.thrownAt !== undefined)
      this.#options.onUnreadable(asked.id, answer.thrownAt);
    if (trouble !== undefined && answer.kind === 'gone') writeRefusal(writer, trouble);
    else await writer.answer(answer, asked.tunnel);
  }

  async #serve(
    call: Call,
    targets: readonly RouteTarget[],
    limits: ServeLimits,
    { writer, runtime, trace }: RequestContext,
  ): Promise<Answer> {
    using _ = startPings(call, writer, runtime.config.limits.streamPing);
    return await serve(call, targets, this.#options.tools, limits, (trace.tries = new ServeTrace()));
  }

  async #tellModels(call: Call, { runtime, writer }: RequestContext, asked: 'list' | 'one'): Promise<void> {
    const limits = { holdBytes: runtime.config.limits.hold, stallMs: CLIENT_STALL_MS };
    const models = await listModels(call, runtime, this.#options.tools, limits);
    const family = familyOf(call.target.operation.dialect);
    if (models === undefined) return writer.error('upstream_unreachable');
    if (asked === 'list') return writer.json(200, writeModels(family, models));
    const model = models.find(({ id }) => id === call.model);
    if (model === undefined)
      return writeRefusal(writer, refusal('model_unknown', { model: call.model ?? '' }));
    writer.json(200, writeModel(family, model));
  }

  /** A list that shows a client what is its own. */
  async #tellOwn(
    call: Call,
    { runtime, writer }: RequestContext,
    list: ResourceList,
    tenant: string,
  ): Promise<void> {
    const { tools: attempts, resources: book } = this.#options;
    const limits = { holdBytes: runtime.config.limits.hold, stallMs: CLIENT_STALL_MS };
    const told = await tenantPage(call, list, { tenant, runtime, book, attempts, limits });
    if (told.kind === 'refusal') writeRefusal(writer, told);
    else if (told.kind === 'page') writer.json(200, told.page);
    else await writer.answer(told.answer, undefined);
  }

  /** What can be said of a request before its body is read: who asks, and for what. */
  #open({
    id,
    request,
    writer,
    runtime,
    trace,
    tunnel,
    gone,
    memory,
  }: RequestContext): CallContext | Refusal {
    const { method = '', url = '' } = request;
    const target = findTarget(method, url, request.headers);
    if (typeof target === 'object') {
      trace.target = target;
      writer.dialect = target.operation.dialect;
    }
    // A page needs nobody's leave to send: where no key is asked for, where it comes from is all there is to go by.
    const foreign = runtime.csrfGuard?.(request);
    if (foreign !== undefined)
      return refusal(foreign, { host: (request.headers.host ?? '').replace(/:\d+$/, '') });
    const admission = runtime.authenticate(request.headers, url);
    if (admission.kind === 'refused') return refusal(admission.code);
    trace.client = admission.client;
    if (this.#draining) return refusal('shutting_down');
    if (target === 'no-operation') return refusal('unknown_operation', { method, path: pathOf(url) });
    if (target === 'wrong-method') {
      return { ...refusal('method_not_allowed', { method, path: pathOf(url) }), allow: allowedMethods(url) };
    }
    if (target.operation.upgrades !== (tunnel !== undefined)) {
      const code = target.operation.upgrades ? 'upgrade_required' : 'unknown_operation';
      return refusal(code, { method, path: pathOf(url) });
    }
    // Without a key of its own a client could not tell an answer from any other, and neither could we.
    if (tunnel !== undefined && !HANDSHAKE_KEY.test(request.headers['sec-websocket-key'] ?? ''))
      return refusal('bad_request');
    if (isolatesTenants(runtime.config) && isInUntrackedCollection(target))
      return refusal('unknown_operation', { method, path: pathOf(url) });
    const limit = runtime.config.limits.body;
    if (Number(request.headers['content-length'] ?? 0) > limit) return refusal('body_too_large', { limit });
    const { credential, tenant } = admission;
    const holdWhole = admission.holdWhole || asksToHoldWhole(request.headers);
    const { startedAt: acceptedAt } = trace;
    const { signal } = gone;
    return { kind: 'context', id, target, credential, tenant, holdWhole, acceptedAt, signal, memory };
  }

  /** Health, readiness, the root and preflights need no credential and leave no line in the log. */
  #answerPlainly(request: IncomingMessage, writer: ResponseWriter, runtime: Runtime): boolean {
    const path = pathOf(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/health') writer.json(200, { status: 'ok' });
    else if (isRead && path === '/ready') {
      const { ready, details } = this.#options.readiness();
      writer.json(ready && !this.#draining ? 200 : 503, details);
    } else if (isRead && path === '/') writer.json(200, { name: 'sparekey' });
    else if (request.method === 'OPTIONS' && runtime.config.clients !== undefined)
      writer.empty(204, PREFLIGHT);
    else return false;
    return true;
  }

  /** Pages in browsers may call only where a key is needed: without keys any page could. */
  #commonHeaders(request: IncomingMessage, runtime: Runtime): readonly string[] {
    const headers: string[] = [];
    if (request.headers.origin !== undefined && runtime.config.clients !== undefined)
      headers.push(...CROSS_ORIGIN);
    if (this.#draining) headers.push('connection', 'close');
    return headers;
  }
}

/** Sixteen bytes in base64: RFC 6455, 4.1. */
const HANDSHAKE_KEY = /^[A-Za-z0-9+/]{22}==$/;

const CROSS_ORIGIN = ['access-control-allow-origin', '*', 'access-control-expose-headers', '*'];
const PREFLIGHT = [
  'access-control-allow-methods',
  'GET, POST, DELETE',
  'access-control-allow-headers',
  '*, authorization',
  'access-control-max-age',
  '86400',
];

function writeRefusal(writer: ResponseWriter, { code, details, allow }: Refusal): void {
  writer.error(code, details, allow === undefined ? [] : ['allow', allow]);
}
