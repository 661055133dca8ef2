import { operationOfCapability } from '../../catalog/capabilities.ts';
import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { endpointOf, stripBasePath } from '../endpoint.ts';
import { requestBody } from '../request/body.ts';
import { credentialHeader, requestHeaders } from '../request/headers.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** The prefix of paths that no client wrote: those of health checks and lists of models. */
const DEFAULT_PREFIX = '/v1';

/** Anthropic's chats and their counts: one who speaks them is asked for the one as for the other. */
const MESSAGES: ReadonlySet<string> = new Set(['messages.create', 'messages.count_tokens']);

/**
 * Keys and failover, and nothing else: path, query and body are sent as the client wrote them, the model too. Only for
 * operations that the gateway knows. Chats of Anthropic's clients are translated to OpenAI's, as in the Higress plugin, unless
 * `protocol: original` or `capabilities` say that they are spoken there.
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
    build: (call, key) => {
      const { body, length } = requestBody(call, undefined);
      const headers = requestHeaders(call, { length });
      const secret = key?.secret ?? call.credential;
      if (secret !== undefined) headers.push(...credentialHeader(bearer, secret));
      return {
        method: call.target.operation.method,
        path: basePath + stripBasePath(config, pathOf(call)),
        headers,
        body,
        ...(call.target.operation.upgrades && { upgrade: 'websocket' as const }),
      };
    },
  };
}

function pathOf({ target: { prefix = DEFAULT_PREFIX, path, query } }: Call): string {
  return prefix + path + query;
}
