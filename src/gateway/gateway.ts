import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from '../dialects/operations/call.ts';
import { writeModel, writeModels } from '../dialects/operations/model-lists.ts';
import { familyOf } from '../dialects/operations/operation.ts';
import { resourceListOf } from '../dialects/operations/resource-lists.ts';
import type { ResourceList } from '../dialects/operations/resource-lists.ts';
import type { Answer } from '../failover/answer/answer.ts';
import { ServeTrace } from '../failover/answer/serve-trace.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { KeyQueues } from '../failover/queue/key-queues.ts';
import { serve } from '../failover/serve.ts';
import type { ResourceBook } from '../routing/resource-book.ts';
import { routeQueryOf } from '../routing/route-conditions.ts';
import { forwardingRoute } from '../routing/route.ts';
import type { Route } from '../routing/route.ts';
import { sealedReasoningIds } from '../routing/sealed-reasoning.ts';
import { withUnnamedModels } from '../routing/unnamed-model.ts';
import type { Tunnel } from './connections/server.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { findModel, isForwarded, listModels, modelQueryOf } from './model-list.ts';
import { answerPlainly, commonHeaders } from './plain-answers.ts';
import type { Readiness } from './plain-answers.ts';
import { admitRequest } from './request/admit-request.ts';
import type { IncomingRequest } from './request/admit-request.ts';
import { announcedBytes } from './request/read-body.ts';
import { bodilessCall, overloadedRefusal, readCall, refusal } from './request/read-call.ts';
import type { CallContext, Refusal } from './request/read-call.ts';
import { requestLogEntry } from './request-log-entry.ts';
import type { RequestLogEntry, RequestTrace } from './request-log-entry.ts';
import { rejectLateReferences } from './resources/late-references.ts';
import { isolatesTenants, isUnread } from './resources/ownership.ts';
import {
  bodyObserverFor,
  ownerRoute,
  pinnedRoute,
  recordResources,
  refersToResources,
} from './resources/resources.ts';
import { tenantPage } from './resources/tenant-lists.ts';
import { ResponseWriter } from './response-writer.ts';
import type { Runtime } from './runtime.ts';
import { CLIENT_STALL_MS, serveLimits } from './serve-limits.ts';

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
  readonly readiness: () => Readiness;
  readonly onRequest: (entry: RequestLogEntry) => void;
  /** A request got a 400 because something in it caused an exception: it may be a defect of ours. */
  readonly onUnreadable: (requestId: string, error: unknown) => void;
  /** A defect of ours: the request got a 500. */
  readonly onDefect: (requestId: string, error: unknown) => void;
}

/** The longest pause between two pieces of a request's body. Milliseconds. */
const BODY_PAUSE_MS = 30_000;

/** A request on its way through here. */
interface RequestContext extends IncomingRequest {
  readonly response: ServerResponse;
}

/** Answers requests of the data plane. */
export class Gateway {
  readonly #options: GatewayOptions;
  #draining = false;
  #inFlight = 0;
  readonly #idle = Promise.withResolvers<void>();
  readonly #readiness = (): Readiness => {
    const { ready, details } = this.#options.readiness();
    return { ready: ready && !this.#draining, details };
  };

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * From now on new requests are refused, and those in flight close their connection. Resolves when the
   * last of them is over; ending their connections is for the listener.
   */
  drain(): Promise<void> {
    this.#draining = true;
    this.#options.waiting.close();
    if (this.#inFlight === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  /** Never throws: a defect is a 500, and reported to the operator. */
  handle(request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel): void {
    const id = this.#options.newId();
    const runtime = this.#options.runtime();
    const writer = new ResponseWriter(response, id, commonHeaders(request, runtime, this.#draining));
    if (answerPlainly(request, writer, runtime, this.#readiness)) return;
    const trace: RequestTrace = { startedAt: this.#options.tools.now() };
    const gone = new AbortController();
    const memory = this.#options.memory.open();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
      memory[Symbol.dispose]();
    });
    this.#inFlight++;
    this.#process({ id, request, response, writer, runtime, trace, tunnel, gone, memory })
      .then(() => {
        // A client without an answer would wait for ever, and a stop would wait for it.
        if (writer.status === 0 && !response.destroyed) throw new Error('a request got no answer');
      })
      .catch((error: unknown) => {
        this.#options.onDefect(id, error);
        // Ends what it has begun, upstream too.
        gone.abort();
        if (response.headersSent) response.destroy();
        else writer.error('internal_error');
      })
      .finally(() => {
        // The response of an upgraded connection does not see its end.
        if (response.socket === null) memory[Symbol.dispose]();
        this.#options.onRequest(requestLogEntry(id, request, writer, trace, this.#options.tools.now()));
        this.#inFlight--;
        if (this.#draining && this.#inFlight === 0) this.#idle.resolve();
      });
  }

  async #process(context: RequestContext): Promise<void> {
    const { request, response, writer, runtime, trace, tunnel, gone, memory } = context;
    const admitted = admitRequest(context, this.#draining);
    if (admitted.kind === 'refusal') return writeRefusal(writer, admitted);
    const { body: maxBytes, replay: replayBytes } = runtime.config.limits;
    const hasRoom = memory.admit(announcedBytes(request, { replayBytes }));
    if (hasRoom !== true && !(await hasRoom)) return writeRefusal(writer, overloadedRefusal());
    if (request.headers.expect !== undefined) response.writeContinue();
    let bodyError: Refusal | undefined;
    const onBodyError = (error: Refusal): void => {
      bodyError = error;
      gone.abort();
    };
    const read =
      tunnel === undefined
        ? await readCall(request, admitted, { maxBytes, replayBytes, pauseMs: BODY_PAUSE_MS }, onBodyError)
        : bodilessCall(request, admitted);
    if ('kind' in read) return writeRefusal(writer, read);
    const isIsolated = isolatesTenants(runtime.config);
    if (isIsolated && isUnread(read))
      return writeRefusal(writer, refusal('body_not_readable', { limit: replayBytes }));
    const call = isIsolated
      ? rejectLateReferences(read, () => onBodyError(refusal('reference_too_late', { limit: replayBytes })))
      : read;
    trace.call = call;
    const { operation } = call.target;
    const query = modelQueryOf(operation);
    if (query !== undefined && !isForwarded(call, runtime)) return this.#answerModels(call, context, query);
    const list = isIsolated ? resourceListOf(operation) : undefined;
    if (list !== undefined) return this.#answerTenantList(call, context, list, admitted.tenant);
    const answer = await this.#serve(call, context, admitted);
    if (answer.kind === 'refusal') writeRefusal(writer, answer);
    else if (bodyError !== undefined && answer.kind === 'gone') writeRefusal(writer, bodyError);
    else await writer.write(answer, tunnel);
  }

  /** Routes and serves a call, and records what its answer creates. */
  async #serve(
    call: Call,
    { id, writer, runtime, trace }: RequestContext,
    { tenant, holdWhole }: CallContext,
  ): Promise<Answer | Refusal> {
    const { tools, resources, waiting, onUnreadable } = this.#options;
    const pinned = refersToResources(call, runtime)
      ? await pinnedRoute(call, runtime, resources, tools.now, tenant)
      : undefined;
    if (pinned?.kind === 'refusal') return pinned;
    const route = pinned ?? routeOf(call, runtime);
    if (route.kind === 'no-route') return notRouted(call, route.message);
    if ('name' in route) trace.route = route.name;
    const sealed = pinned === undefined ? sealedReasoningIds(call) : [];
    const routed =
      sealed.length === 0 ? route.targets : await ownerRoute(sealed, route.targets, runtime, resources);
    const targets = withUnnamedModels(call, routed);
    if (targets === undefined) return refusal('model_required');
    const limits = serveLimits(runtime.config.limits, waiting, {
      options: 'options' in route ? route.options : undefined,
      isHeldWhole: holdWhole,
      resource: pinned?.id,
    });
    using _ = writer.startPings(call, runtime.config.limits.streamPing);
    const answer = await serve(call, targets, tools, limits, (trace.tries = new ServeTrace()));
    if (answer.kind === 'answer') {
      recordResources(call, answer, runtime, resources, tenant);
      writer.bodyObserver = bodyObserverFor(call, answer, targets, runtime, resources, tenant);
    } else if (answer.kind === 'gateway-error' && answer.thrownAt !== undefined) {
      onUnreadable(id, answer.thrownAt);
    }
    return answer;
  }

  /** The models of all providers, under the names that lead to them here; or one of them. */
  async #answerModels(call: Call, { runtime, writer }: RequestContext, query: 'list' | 'one'): Promise<void> {
    const limits = { holdBytes: runtime.config.limits.hold, stallMs: CLIENT_STALL_MS };
    const asked = { call, runtime, tools: this.#options.tools, limits };
    const family = familyOf(call.target.operation.dialect);
    if (query === 'list') {
      const models = await listModels(asked);
      return models === undefined
        ? writer.error('upstream_unreachable')
        : writer.json(200, writeModels(family, models));
    }
    const model = await findModel(asked);
    if (model === undefined)
      return writeRefusal(writer, refusal('model_unknown', { model: call.model ?? '' }));
    writer.json(200, writeModel(family, model));
  }

  /** A list that shows a client what is its own. */
  async #answerTenantList(
    call: Call,
    { runtime, writer }: RequestContext,
    list: ResourceList,
    tenant: string,
  ): Promise<void> {
    const { tools: attempts, resources: book } = this.#options;
    const limits = { holdBytes: runtime.config.limits.hold, stallMs: CLIENT_STALL_MS };
    const page = await tenantPage(call, list, { tenant, runtime, book, attempts, limits });
    if (page.kind === 'refusal') writeRefusal(writer, page);
    else if (page.kind === 'page') writer.json(200, page.page);
    else await writer.write(page.answer, undefined);
  }
}

function routeOf(call: Call, { route, config, providers }: Runtime): Route {
  const usual = route(routeQueryOf(call));
  if (!call.target.operation.isPassthrough) return usual;
  return forwardingRoute(call, usual, providers.get(config.activeProviderId ?? ''), providers);
}

/** @param message - what the configuration has clients told */
function notRouted({ model = '' }: Call, message: string | undefined): Refusal {
  return refusal('model_not_routed', { model, more: message === undefined ? '' : ` ${message}` });
}

function writeRefusal(writer: ResponseWriter, { code, details, allow }: Refusal): void {
  writer.error(code, details, allow === undefined ? [] : ['allow', allow]);
}
