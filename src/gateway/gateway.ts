import type { IncomingMessage, ServerResponse } from 'node:http';
import { refsOf } from '../affinity/refs.ts';
import type { ResourceBook } from '../affinity/resource-book.ts';
import { sealsOf } from '../affinity/seals.ts';
import type { Call } from '../dialects/call.ts';
import { writeModel, writeModels } from '../dialects/model-lists.ts';
import { familyOf } from '../dialects/operation.ts';
import { allowedMethods, findTarget } from '../dialects/operations.ts';
import type { AttemptTools } from '../failover/attempt.ts';
import type { RouteTarget } from '../failover/route.ts';
import { serve } from '../failover/serve.ts';
import type { Served } from '../failover/serve.ts';
import type { ServeLimits } from '../failover/serve-provider.ts';
import type { WaitingRoom } from '../failover/queue/waiting-room.ts';
import { announcedRoom } from './body.ts';
import { deliver } from './deliver.ts';
import type { MemoryBudget, RequestMemory } from './memory-budget.ts';
import { allModels, isPassedOn, modelsAsked } from './models.ts';
import { keepClient } from './pings.ts';
import { bodilessCall, overloaded, readCall, refusal } from './read-call.ts';
import type { CallContext, Refusal } from './read-call.ts';
import { Reply } from './reply.ts';
import { entryOf, pathOf } from './request-entry.ts';
import type { RequestEntry, Story } from './request-entry.ts';
import { foundDead, noteResources, ownersWay, sealWatchFor, soleWay } from './resources.ts';
import type { Runtime } from './runtime.ts';
import { asksToHold, serveLimits, STALL_MS } from './serve-limits.ts';
import type { Tunnel } from './server.ts';

/** What the gateway is given by whoever wires it. */
export interface GatewayOptions {
  /** The configuration as it runs now. */
  readonly runtime: () => Runtime;
  readonly tools: AttemptTools;
  readonly resources: ResourceBook;
  /** Where requests wait for a key. */
  readonly waiting: WaitingRoom;
  /** What all requests may hold together. */
  readonly memory: MemoryBudget;
  /** Makes the id of a request. */
  readonly newId: () => string;
  /** What `GET /ready` says: details for people, and whether to send requests here. */
  readonly readiness: () => { readonly ready: boolean; readonly details: unknown };
  readonly onRequest: (entry: RequestEntry) => void;
  /** A request got a 400 because something in it was met with an exception: it may be a defect of ours. */
  readonly onUnreadable: (requestId: string, error: unknown) => void;
  /** A defect of ours: the request got a 500. */
  readonly onDefect: (requestId: string, error: unknown) => void;
}

/** The longest pause between two pieces of a request's body. Milliseconds. */
const BODY_PAUSE_MS = 30_000;

/** A request on its way through here. */
interface Asked {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reply: Reply;
  readonly runtime: Runtime;
  readonly story: Story;
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
    const reply = new Reply(response, id, this.#commonHeaders(request, runtime));
    if (this.#answerPlainly(request, reply, runtime)) return;
    const story: Story = { startedAt: this.#options.tools.now() };
    const gone = new AbortController();
    const memory = (reply.memory = this.#options.memory.open());
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
      memory[Symbol.dispose]();
    });
    this.#underWay++;
    this.#answer({ id, request, response, reply, runtime, story, tunnel, gone, memory })
      .then(() => {
        // A client that is left without an answer would wait for ever, and a stop for it.
        if (reply.status === 0 && !response.destroyed) throw new Error('a request got no answer');
      })
      .catch((error: unknown) => {
        this.#options.onDefect(id, error);
        // What it had begun, upstream too, comes to an end.
        gone.abort();
        if (response.headersSent) response.destroy();
        else reply.error('internal_error');
      })
      .finally(() => {
        // The response of a connection that was given away does not hear of its end.
        if (response.socket === null) memory[Symbol.dispose]();
        this.#options.onRequest(entryOf(id, request, reply, story, this.#options.tools.now()));
        this.#underWay--;
        if (this.#draining && this.#underWay === 0) this.#idle.resolve();
      });
  }

  async #answer(asked: Asked): Promise<void> {
    const { request, response, reply, runtime, story, gone, memory } = asked;
    const opened = this.#open(asked);
    if (opened.kind === 'refusal') return refuse(reply, opened);
    const { body: maxBytes, replay: replayBytes } = runtime.config.limits;
    const hasRoom = memory.admit(announcedRoom(request, { replayBytes }));
    if (hasRoom !== true && !(await hasRoom)) return refuse(reply, overloaded());
    if (request.headers.expect !== undefined) response.writeContinue();
    let trouble: Refusal | undefined;
    const bodyLimits = { maxBytes, replayBytes, pauseMs: BODY_PAUSE_MS };
    const call =
      asked.tunnel === undefined
        ? await readCall(request, opened, bodyLimits, (met) => {
            trouble = met;
            gone.abort();
          })
        : bodilessCall(request, opened);
    if ('kind' in call) return refuse(reply, call);
    story.call = call;

    const { tools, resources, waiting } = this.#options;
    const models = modelsAsked(call.target.operation);
    if (models !== undefined && !isPassedOn(call, runtime)) return this.#tellModels(call, asked, models);
    const refs = refsOf(call);
    const sole = refs.length === 0 ? undefined : await soleWay(refs, call, runtime, resources, tools.now);
    const way = sole ?? runtime.route(call.model);
    if (way.kind === 'refusal') return refuse(reply, way);
    if (way.kind === 'no-route') {
      return refuse(reply, refusal('model_not_routed', { model: call.model ?? '' }));
    }
    const seals = way.kind === 'sole' ? [] : sealsOf(call);
    const targets =
      seals.length === 0 ? way.targets : await ownersWay(seals, way.targets, runtime, resources);
    const options = 'options' in way ? way.options : undefined;
    const limits = serveLimits(runtime.config.limits, waiting, { options, holdWhole: opened.holdWhole });
    const served = (story.served = await this.#serve(call, targets, limits, asked));
    const { result } = served;
    if (result.kind === 'refused' && result.cause !== undefined)
      this.#options.onUnreadable(asked.id, placeOf(result.cause));
    if (result.kind === 'answer' && result.attempt.dialect === call.target.operation.dialect)
      noteResources(call, result.attempt, runtime, resources);
    if (result.kind === 'answer')
      reply.listener = sealWatchFor(call, result.attempt, targets, runtime, resources);
    const refused = way.kind === 'sole' ? foundDead(way, served) : undefined;
    if (refused !== undefined) refuse(reply, refused);
    else if (trouble !== undefined && result.kind === 'cancelled') refuse(reply, trouble);
    else await deliver(served, reply, asked.tunnel, tools.now());
  }

  async #serve(
    call: Call,
    targets: readonly RouteTarget[],
    limits: ServeLimits,
    { reply, runtime }: Asked,
  ): Promise<Served> {
    using _ = keepClient(call, reply, runtime.config.limits.streamPing);
    return await serve(call, targets, this.#options.tools, limits);
  }

  async #tellModels(call: Call, { runtime, reply }: Asked, asked: 'list' | 'one'): Promise<void> {
    const limits = { holdBytes: runtime.config.limits.hold, stallMs: STALL_MS };
    const models = await allModels(call, runtime, this.#options.tools, limits);
    const family = familyOf(call.target.operation.dialect);
    if (models === undefined) return reply.error('upstream_unreachable');
    if (asked === 'list') return reply.json(200, writeModels(family, models));
    const model = models.find(({ id }) => id === call.model);
    if (model === undefined) return refuse(reply, refusal('model_unknown', { model: call.model ?? '' }));
    reply.json(200, writeModel(family, model));
  }

  /** What can be said of a request before its body is read: who asks, and for what. */
  #open({ id, request, reply, runtime, story, tunnel, gone, memory }: Asked): CallContext | Refusal {
    const { method = '', url = '' } = request;
    const target = findTarget(method, url, request.headers);
    if (typeof target === 'object') {
      story.target = target;
      reply.dialect = target.operation.dialect;
    }
    // A form from a page needs nobody's leave: where no key is asked for, its origin is all there is to go by.
    const isForeignPage = request.headers['sec-fetch-site'] === 'cross-site';
    if (isForeignPage && runtime.config.clients === undefined) return refusal('cross_site');
    const admission = runtime.admit(request.headers, url);
    if (admission.kind === 'refused') return refusal(admission.code);
    story.client = admission.client;
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
    const limit = runtime.config.limits.body;
    if (Number(request.headers['content-length'] ?? 0) > limit) return refusal('body_too_large', { limit });
    const { credential } = admission;
    const holdWhole = admission.holdWhole || asksToHold(request.headers);
    const { startedAt: acceptedAt } = story;
    const { signal } = gone;
    return { kind: 'context', id, target, credential, holdWhole, acceptedAt, signal, memory };
  }

  /** Health, readiness, the root and preflights need no credential and leave no line in the log. */
  #answerPlainly(request: IncomingMessage, reply: Reply, runtime: Runtime): boolean {
    const path = pathOf(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/health') reply.json(200, { status: 'ok' });
    else if (isRead && path === '/ready') {
      const { ready, details } = this.#options.readiness();
      reply.json(ready && !this.#draining ? 200 : 503, details);
    } else if (isRead && path === '/') reply.json(200, { name: 'sparekey' });
    else if (request.method === 'OPTIONS' && runtime.config.clients !== undefined)
      reply.empty(204, PREFLIGHT);
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

/** Where something was thrown. What its message says may be the client's words, which are in no log. */
function placeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [cause.name, ...frames.slice(0, MAX_FRAMES)].join('\n');
}

/** Of a stack, so many lines are told. */
const MAX_FRAMES = 6;

function refuse(reply: Reply, { code, details, allow }: Refusal): void {
  reply.error(code, details, allow === undefined ? [] : ['allow', allow]);
}
