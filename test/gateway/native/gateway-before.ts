import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { startTestGateway } from '../../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../../support/gateway.ts';

/** A provider of a vendor's own API: its model is called `ID-model`. */
export interface NativeApi {
  readonly id: string;
  readonly provider: ConfigParts;
  readonly basePath?: string;
}

/**
 * A gateway whose providers are all played by one server, which begins to listen; each has two keys.
 * @param more options of each provider
 */
export async function gatewayBefore(
  server: Server,
  apis: readonly NativeApi[],
  more: ConfigParts = {},
): Promise<TestGateway> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const origin = `http://127.0.0.1:${address.port}`;
  return startTestGateway({
    config: {
      providers: apis.map(({ id, provider, basePath = '' }) => ({
        id,
        baseUrl: origin + basePath,
        apiTokens: [`first-key-of-${id}`, `second-key-of-${id}`],
        ...more,
        ...provider,
      })),
      routes: apis.map(({ id }) => ({ model: `${id}-model`, to: [id] })),
    },
  });
}
