import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, answerJson, answerKeys } from './answer.ts';
import type { AdminErrorCode } from './errors.ts';
import type { KeysApi, OperatorChange } from './keys-api.ts';
import { decoded, readOperator } from './operator.ts';
import { isStanding } from './standing.ts';
import { viewState } from './state-view.ts';
import type { StateStatus } from './state-view.ts';
import { viewWorker } from './worker-view.ts';
import type { WorkerStatus } from './worker-view.ts';

/** What requests are answered from. */
export interface AdminApi {
  readonly keys: KeysApi;
  /** The processes that serve the data plane, as they are now. */
  readonly workers: () => readonly WorkerStatus[];
  /** The store, as this process sees it now. */
  readonly state: () => StateStatus;
}

const PLAIN_PATHS = new Set(['/api/keys', '/api/find-key', '/api/choice', '/api/workers', '/api/state']);
const LIFT_PATH = /^\/api\/providers\/([^/]+)\/lift-holds$/;
const KEY_PATH = /^\/api\/keys\/([^/]+)(?:\/(explain|disable|enable|lift-holds|probe))?$/;

/**
 * Answers a request that may be here:
 * - `GET /api/keys`, with `?provider=ID` of one provider, `?state=S` (one of `STANDINGS`), `?reason=TEXT`
 * - `GET /api/find-key`, with `?key=TEXT`: an id, a name, or the beginning of either
 * - `GET /api/keys/ID`, `GET /api/keys/ID/explain`
 * - `POST /api/keys/ID/disable`, `…/enable`, `…/probe`, with `?model=M` of this model
 * - `POST /api/keys/ID/lift-holds`, `POST /api/providers/ID/lift-holds`, with `?model=M` of this model alone
 * - `GET /api/choice`, with `?model=M`, `?host=H`, `?path=P`, `?provider=ID`
 * - `GET /api/workers`
 * - `GET /api/state`
 *
 * Acts of the operator take `?reason=TEXT`, and who acts in `OPERATOR_HEADER`.
 */
export async function route(
  { keys: api, workers, state }: AdminApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } =
    URL.parse(request.url ?? '', 'http://admin') ?? new URL('http://unknown');
  const [, id, action] = KEY_PATH.exec(pathname) ?? [];
  const [, liftedId] = LIFT_PATH.exec(pathname) ?? [];
  const isKnown = PLAIN_PATHS.has(pathname) || id !== undefined || liftedId !== undefined;
  if (!isKnown) return answerError(response, 'unknown_path');
  const isRead = liftedId === undefined && (action === undefined || action === 'explain');
  const method = isRead ? 'GET' : 'POST';
  if (request.method !== method)
    return answerError(response, 'method_not_allowed', { headers: { allow: method } });

  const model = searchParams.get('model') || undefined;
  const said = isRead ? {} : readOperator(request, searchParams);
  if (typeof said === 'string') return answerError(response, said);
  if (liftedId !== undefined)
    return answerChange(response, await api.liftHolds(decoded(liftedId), model, said));
  if (pathname === '/api/state') {
    return answerJson(response, 200, viewState(state(), api.outages(), workers()));
  }
  if (pathname === '/api/workers') return answerJson(response, 200, { workers: workers().map(viewWorker) });
  if (pathname === '/api/choice') {
    const host = searchParams.get('host') ?? undefined;
    const path = searchParams.get('path') ?? undefined;
    const choice = api.choice(searchParams.get('provider') ?? undefined, { model, host, path });
    if (typeof choice === 'object' && 'clientsAreTold' in choice)
      return answerError(response, 'no_route', { more: `Clients are told: ${choice.clientsAreTold}` });
    return answerOr(response, choice);
  }
  if (pathname === '/api/find-key') return answerJson(response, 200, api.find(searchParams.get('key') ?? ''));
  if (id === undefined) {
    const keys = listKeys(api, searchParams);
    if (typeof keys === 'string') return answerError(response, keys);
    return answerKeys(response, keys, searchParams.has('state') || searchParams.has('reason'));
  }
  switch (action) {
    case undefined:
      return answerOr(response, api.show(id));
    case 'explain':
      return answerOr(response, api.explain(id));
    case 'probe':
      return answerOr(response, await api.probe(id, model));
    case 'lift-holds':
      return answerChange(response, await api.liftHoldsOf(id, model, said));
    default: {
      const act = action === 'disable' ? 'disabled' : 'enabled';
      return answerChange(response, await api.change(id, act, said));
    }
  }
}

function listKeys(api: KeysApi, query: URLSearchParams): ReturnType<KeysApi['list']> {
  const provider = query.get('provider') ?? undefined;
  const state = query.get('state') ?? undefined;
  const reason = query.get('reason') ?? undefined;
  if (state !== undefined && !isStanding(state)) return 'unknown_state';
  return api.list({
    ...(provider !== undefined && { provider }),
    ...(state !== undefined && { state }),
    ...(reason !== undefined && { reason }),
  });
}

function answerOr(response: ServerResponse, answer: object | AdminErrorCode): void {
  if (typeof answer === 'string') answerError(response, answer);
  else answerJson(response, 200, answer);
}

/** With 202 where the change counts and is not stored yet. */
function answerChange(response: ServerResponse, change: OperatorChange<object> | AdminErrorCode): void {
  if (typeof change === 'string') answerError(response, change);
  else answerJson(response, change.stored ? 200 : 202, change.answer);
}
