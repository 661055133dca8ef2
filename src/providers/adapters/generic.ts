import { operationOfCapability } from '../../catalog/capabilities.ts';
import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { endpointOf, stripBasePath } from '../endpoint.ts';
import { requestBody } from '../request/body.ts';
import { requestHeaders } from '../request/headers.ts';
import { withCredential } from './plain.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** The prefix of paths that no client wrote: those of health checks and lists of models. */
const DEFAULT_PREFIX = '/v1';

/** Anthropic's chats and their counts: one who speaks them is asked for the one as for the other. */
const MESSAGES: ReadonlySet<string> = new Set(['messages.create', 'messages.count_tokens']);

/**
 * Keys and failover, and nothing else: path, query and body are sent as the client wrote them, the model too. Chats of
 * Anthropic's clients are translated to OpenAI's, as in the Higress plugin, unless `protocol: original` or `capabilities` say
 * that they are spoken there.
 */
export function openGeneric(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const speaksMessages =
    config.protocol === 'original' ||
    Object.keys(config.capabilities).some((name) => MESSAGES.has(operationOfCapability(name) ?? name));
  return {
    origin,
    native: 'openai-chat',
    supports: ({ name, dialect }) =>
      dialect !== 'bedrock-converse' && (speaksMessages || !MESSAGES.has(name)),
    authorize: (request, key, call) => withCredential(request, bearer, key, call),
    build: (call, key) => {
      const { body, length } = requestBody(call, undefined);
      const request = {
        method: call.target.operation.method,
        path: basePath + stripBasePath(config, pathOf(call)),
        headers: requestHeaders(call, { length }),
        body,
        ...(call.target.operation.upgrades && { upgrade: 'websocket' as const }),
      };
      return withCredential(request, bearer, key, call);
    },
  };
}

function pathOf({ target: { prefix = DEFAULT_PREFIX, path, query } }: Call): string {
  return prefix + path + query;
}
