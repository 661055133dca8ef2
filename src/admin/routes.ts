import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, answerJson, answerList } from './answer.ts';
import type { AdminErrorCode } from './errors.ts';
import type { KeysApi } from './keys-api.ts';
import { viewState } from './state-view.ts';
import type { StateStatus } from './state-view.ts';
import { viewWorker } from './worker-view.ts';
import type { WorkerStatus } from './worker-view.ts';

/** What requests can reach. */
export interface AdminApi {
  readonly keys: KeysApi;
  /** The processes that serve the data plane, as they are now. */
  readonly workers: () => readonly WorkerStatus[];
  /** The store, as this process sees it now. */
  readonly state: () => StateStatus;
}

const PLAIN_PATHS = new Set(['/api/keys', '/api/choice', '/api/workers', '/api/state']);
const KEY_PATH = /^\/api\/keys\/([^/]+)(?:\/(explain|disable|enable|probe))?$/;

/**
 * Answers a request that may be here:
 * - `GET /api/keys`, with `?provider=ID` of one provider
 * - `GET /api/keys/ID`, `GET /api/keys/ID/explain`
 * - `POST /api/keys/ID/disable`, `…/enable`, `…/probe`
 * - `GET /api/choice`, with `?model=M`, `?provider=ID`
 * - `GET /api/workers`
 * - `GET /api/state`
 */
export async function route(
  { keys: api, workers, state }: AdminApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } =
    URL.parse(request.url ?? '', 'http://admin') ?? new URL('http://unknown');
  const [, id, action] = KEY_PATH.exec(pathname) ?? [];
  if (!PLAIN_PATHS.has(pathname) && id === undefined) return answerError(response, 'unknown_path');
  const method = action === undefined || action === 'explain' ? 'GET' : 'POST';
  if (request.method !== method) return answerError(response, 'method_not_allowed', { allow: method });

  if (pathname === '/api/state') return answerJson(response, 200, viewState(state(), api.outages()));
  if (pathname === '/api/workers') return answerList(response, 'workers', workers().map(viewWorker));
  if (pathname === '/api/choice') {
    return answerOr(
      response,
      api.choice(searchParams.get('provider') ?? undefined, searchParams.get('model') || undefined),
    );
  }
  if (id === undefined) {
    const keys = api.list(searchParams.get('provider') ?? undefined);
    return typeof keys === 'string' ? answerError(response, keys) : answerList(response, 'keys', keys);
  }
  switch (action) {
    case undefined:
      return answerOr(response, api.show(id));
    case 'explain':
      return answerOr(response, api.explain(id));
    case 'probe':
      return answerOr(response, await api.probe(id));
    default: {
      const changed = await api.change(id, action === 'disable' ? 'disabled' : 'enabled');
      if (typeof changed === 'string') return answerError(response, changed);
      // Accepted, where it is not stored yet.
      return answerJson(response, changed.stored ? 200 : 202, changed.key);
    }
  }
}

function answerOr(response: ServerResponse, answer: object | AdminErrorCode): void {
  if (typeof answer === 'string') answerError(response, answer);
  else answerJson(response, 200, answer);
}
