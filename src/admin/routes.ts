import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, answerJson, answerList } from './answer.ts';
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

const PLAIN_PATHS = new Set(['/api/keys', '/api/workers', '/api/state']);
const KEY_PATH = /^\/api\/keys\/([^/]+)(?:\/(disable|enable|probe))?$/;

/**
 * Answers a request that may be here:
 * - `GET /api/keys`, with `?provider=ID` of one provider
 * - `GET /api/keys/ID`
 * - `POST /api/keys/ID/disable`, `…/enable`, `…/probe`
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
  const method = action === undefined ? 'GET' : 'POST';
  if (request.method !== method) return answerError(response, 'method_not_allowed', { allow: method });

  if (pathname === '/api/state') return answerJson(response, 200, viewState(state()));
  if (pathname === '/api/workers') return answerList(response, 'workers', workers().map(viewWorker));
  if (id === undefined) {
    const keys = api.list(searchParams.get('provider') ?? undefined);
    return typeof keys === 'string' ? answerError(response, keys) : answerList(response, 'keys', keys);
  }
  switch (action) {
    case undefined: {
      const key = api.show(id);
      return typeof key === 'string' ? answerError(response, key) : answerJson(response, 200, key);
    }
    case 'probe': {
      const report = await api.probe(id);
      return typeof report === 'string' ? answerError(response, report) : answerJson(response, 200, report);
    }
    default: {
      const changed = await api.change(id, action === 'disable' ? 'disabled' : 'enabled');
      if (typeof changed === 'string') return answerError(response, changed);
      // Accepted, where it is not stored yet.
      return answerJson(response, changed.stored ? 200 : 202, changed.key);
    }
  }
}
