import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from '../dialects/call.ts';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import type { ErrorDetails } from '../dialects/errors.ts';
import { allowedMethods, findTarget } from '../dialects/operations.ts';
import type { Target } from '../dialects/operations.ts';
import type { Attempt, AttemptNote, AttemptTools } from '../failover/attempt.ts';
import { serve } from '../failover/serve.ts';
import type { Served } from '../failover/serve.ts';
import { mergedModels } from './models.ts';
import { readCall } from './read-call.ts';
import { Reply } from './reply.ts';
import type { RequestEntry } from './request-entry.ts';
import type { Runtime } from './runtime.ts';

export interface GatewayOptions {
  /** The configuration as it runs now. */
  readonly runtime: () => Runtime;
  readonly tools: AttemptTools;
  /** Makes the id of a request. */
  readonly newId: () => string;
  /** What `GET /ready` says: details for people, and whether to send requests here. */
  readonly readiness: () => { readonly ready: boolean; readonly details: unknown };
  readonly onRequest: (entry: RequestEntry) => void;
  /** A defect of ours: the request got a 500. */
  readonly onDefect: (requestId: string, error: unknown) => void;
}

/** The longest pause between two pieces of a request's body. Milliseconds. */
const BODY_PAUSE_MS = 30_000;
/** How long a client may take nothing of its answer before it counts as gone. Milliseconds. */
const STALL_MS = 300_000;

/** What is learned of a request on its way, for its line in the log. */
interface Story {
  readonly startedAt: number;
  client: string;
  target: Target | undefined;
  call: Call | undefined;
  attempt: Attempt | undefined;
  failed: readonly AttemptNote[];
}

/** Answers requests of the data plane. */
export class Gateway {
  readonly #options: GatewayOptions;
  #draining = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** From now on new requests are turned away, and those under way close their connection. */
  drain(): void {
    this.#draining = true;
  }

  /** Never throws: what goes wrong in here is a 500 and a word to the operator. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const id = this.#options.newId();
    const runtime = this.#options.runtime();
    const reply = new Reply(response, id, this.#commonHeaders(request, runtime));
    const story: Story = {
      startedAt: this.#options.tools.now(),
      client: '',
      target: undefined,
      call: undefined,
      attempt: undefined,
      failed: [],
    };
    this.#answer(request, response, reply, runtime, id, story)
      .catch((error: unknown) => {
        this.#options.onDefect(id, error);
        reply.error('internal_error');
      })
      .finally(() => {
        if (story.client !== PROBE) this.#options.onRequest(this.#entry(id, request, reply, story));
      });
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    reply: Reply,
    runtime: Runtime,
    id: string,
    story: Story,
  ): Promise<void> {
    if (this.#answerPlainly(request, reply, runtime)) {
      story.client = PROBE;
      return;
    }
    const { method = '', url = '' } = request;
    const found = findTarget(method, url);
    if (typeof found === 'object') {
      story.target = found;
      reply.dialect = found.operation.dialect;
    }
    const admission = runtime.admit(request.headers);
    if (admission.kind === 'refused') return this.#refuse(request, reply, admission.code);
    story.client = admission.client;
    if (this.#draining) return this.#refuse(request, reply, 'shutting_down');
    if (found === 'no-operation') {
      return this.#refuse(request, reply, 'unknown_operation', { values: { method, path: pathOf(url) } });
    }
    if (found === 'wrong-method') {
      const headers = ['allow', allowedMethods(url)];
      return this.#refuse(
        request,
        reply,
        'method_not_allowed',
        { values: { method, path: pathOf(url) } },
        headers,
      );
    }

    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const { body: maxBytes, replay: replayBytes, hold: holdBytes } = runtime.config.limits;
    const { credential } = admission;
    const call = await readCall(
      request,
      { id, target: found, credential, acceptedAt: story.startedAt, signal: gone.signal },
      { maxBytes, replayBytes, pauseMs: BODY_PAUSE_MS },
    );
    if ('kind' in call) return this.#refuse(request, reply, call.code, call.details);
    story.call = call;

    const limits = { holdBytes, stallMs: STALL_MS };
    if (found.operation.name === 'models.list' && runtime.providers.size > 1) {
      const models = await mergedModels(call, runtime, this.#options.tools, limits);
      if (models === undefined) reply.error('upstream_unreachable');
      else reply.json(200, models);
      return;
    }
    const route = runtime.route(call.model);
    if (route.kind === 'no-route') {
      return this.#refuse(request, reply, 'model_not_routed', { values: { model: call.model ?? '' } });
    }
    const served = await serve(call, route.targets, this.#options.tools, limits);
    story.failed = served.failed;
    await this.#deliver(served, reply, story);
  }

  async #deliver({ result, failed }: Served, reply: Reply, story: Story): Promise<void> {
    switch (result.kind) {
      case 'answer':
        story.attempt = result.attempt;
        return giveAnswer(reply, result.attempt, undefined, failed.length + 1);
      case 'failed':
        story.attempt = result.attempt;
        if (result.asIs !== undefined) return giveAnswer(reply, result.attempt, result.asIs, failed.length);
        reply.error(codeOfFailure(result.attempt), {}, ['x-sparekey-attempts', String(failed.length)]);
        return;
      case 'no-key': {
        const now = this.#options.tools.now();
        const retryAfterMs = result.returnsAt === undefined ? Infinity : Math.max(0, result.returnsAt - now);
        reply.error('no_key_available', { retryAfterMs });
        return;
      }
      case 'deadline':
        reply.error('deadline_exceeded');
        return;
      case 'cancelled':
        return;
    }
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

  #refuse(
    request: IncomingMessage,
    reply: Reply,
    code: GatewayErrorCode,
    details?: ErrorDetails,
    headers: readonly string[] = [],
  ): void {
    // What is left of the body would be read as the next request: the connection ends here.
    reply.error(code, details, request.complete ? headers : [...headers, 'connection', 'close']);
  }

  /** Pages in browsers may call only where a key is needed: without keys any page could. */
  #commonHeaders(request: IncomingMessage, runtime: Runtime): readonly string[] {
    const headers: string[] = [];
    if (request.headers.origin !== undefined && runtime.config.clients !== undefined)
      headers.push(...CROSS_ORIGIN);
    if (this.#draining) headers.push('connection', 'close');
    return headers;
  }

  #entry(id: string, request: IncomingMessage, reply: Reply, story: Story): RequestEntry {
    const { client, target, call, attempt, failed } = story;
    const { body, model, stream } = call ?? {};
    const answeredBy = attempt?.plan;
    const isWinner = attempt !== undefined && !failed.some((note) => note === attempt.note);
    return {
      id,
      method: request.method ?? '',
      path: pathOf(request.url ?? ''),
      ...(client !== '' && { client }),
      ...(target !== undefined && { operation: target.operation.name }),
      ...(model !== undefined && { model }),
      ...(stream === true && { stream }),
      ...(answeredBy !== undefined && { provider: answeredBy.provider.id }),
      ...(answeredBy?.pooled !== undefined && { key: answeredBy.pooled.key.id }),
      attempts: failed.length + (isWinner ? 1 : 0),
      ...(failed.length > 0 && { failed }),
      status: reply.status,
      ...(reply.code !== undefined && { code: reply.code }),
      ...(attempt !== undefined && { verdict: attempt.note.verdict }),
      ...(attempt?.firstOutputMs !== undefined && { firstOutputMs: Math.round(attempt.firstOutputMs) }),
      durationMs: this.#options.tools.now() - story.startedAt,
      bytesIn: body?.kind === 'kept' ? body.bytes.length : 0,
      bytesOut: reply.bytes,
    };
  }
}

/** Marks what leaves no line in the log. */
const PROBE = '\0probe';

const CROSS_ORIGIN = ['access-control-allow-origin', '*', 'access-control-expose-headers', '*'];
const PREFLIGHT = [
  'access-control-allow-methods',
  'GET, POST, DELETE',
  'access-control-allow-headers',
  '*, authorization',
  'access-control-max-age',
  '86400',
];

async function giveAnswer(
  reply: Reply,
  attempt: Attempt,
  status: number | undefined,
  attempts: number,
): Promise<void> {
  const { opening } = attempt;
  if (opening.kind === 'whole')
    reply.whole(attempt, status ?? opening.status, opening.headers, opening.body, attempts);
  else if (opening.kind === 'open') await reply.relay(attempt, opening.status, opening.headers, attempts);
}

/** What a client is told where no provider said anything that it may see. */
function codeOfFailure({ fault, timedOut, verdict }: Attempt): GatewayErrorCode {
  if (timedOut) return 'upstream_timeout';
  if (fault === 'not-sent') return 'upstream_unreachable';
  if (fault !== undefined || verdict.class === 'overloaded') return 'upstream_broken';
  return 'upstream_credentials_exhausted';
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}
