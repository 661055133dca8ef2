import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import { placeOf, withoutPrefix } from './place.ts';
import { bodyFor, requestHeaders } from './plain-wire.ts';
import type { Wire } from './wire.ts';

/** What stands before an operation's suffix where no client wrote it: in health checks and lists of models. */
const USUAL_PREFIX = '/v1';

const NOTHING_OWN = { credential: { kind: 'bearer' } } as const;

/**
 * Keys and failover, and nothing else: path, query and body go on as the client wrote them, the model too.
 * Only operations that the gateway knows get here.
 */
export function openGeneric(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  return {
    origin,
    native: 'openai-chat',
    takes: ({ dialect }) => dialect !== 'bedrock-converse',
    build: (call, key) => {
      const { body, length } = bodyFor(call, undefined);
      return {
        method: call.target.operation.method,
        path: basePath + withoutPrefix(config, pathOf(call)),
        headers: requestHeaders(call, NOTHING_OWN, key?.secret ?? call.credential, length),
        body,
        ...(call.target.operation.upgrades && { upgrade: 'websocket' as const }),
      };
    },
  };
}

function pathOf({ target: { prefix = USUAL_PREFIX, path, query } }: Call): string {
  return prefix + path + query;
}
