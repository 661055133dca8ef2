import type { Call } from '../../dialects/operations/call.ts';
import type { BodyEdits } from '../../translate/edit/apply-edits.ts';
import { editBytes } from '../../translate/edit/edit-body.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import type { CredentialFailure, ProviderAdapter } from '../adapter.ts';

type Built = UpstreamRequest | CredentialFailure;

/**
 * An adapter whose requests are edited once they are built. Only for those that do not sign their bodies.
 * @param editsFor - of a call, with the provider's name for its model; undefined where nothing is changed
 */
export function withBodyEdits(
  adapter: ProviderAdapter,
  editsFor: (call: Call, model: string | undefined) => BodyEdits | undefined,
): ProviderAdapter {
  return {
    ...adapter,
    build: (call, key, model) => {
      const built = adapter.build(call, key, model);
      const changes = editsFor(call, model);
      if (changes === undefined) return built;
      return built instanceof Promise
        ? built.then((each) => edited(each, changes, call))
        : edited(built, changes, call);
    },
  };
}

function edited(built: Built, changes: BodyEdits, call: Call): UpstreamRequest | Promise<Built> {
  return 'kind' in built ? Promise.resolve(built) : editedRequest(built, changes, call);
}

/** The same of one request: of one that is still to be signed. */
export function editedRequest(
  request: UpstreamRequest,
  changes: BodyEdits,
  call: Pick<Call, 'signal' | 'memory'>,
): UpstreamRequest | Promise<UpstreamRequest> {
  if (!Buffer.isBuffer(request.body)) return request;
  const body = editBytes(request.body, changes, call);
  return body instanceof Promise ? body.then((bytes) => ({ ...request, body: bytes })) : { ...request, body };
}
