import { createClient } from '@redis/client';
import type { RedisDeployment, RedisServer } from '../../base/store-address.ts';
import type { ClientOptions, Destroyable } from './client-options.ts';

type SentinelDeployment = Extract<RedisDeployment, { readonly kind: 'sentinel' }>;

/**
 * Asks one sentinel after the other for the master
 * (https://redis.io/docs/latest/develop/reference/sentinel-clients/), and stays subscribed to the one that knew it: where
 * that names another master, or is lost, the connection counts as lost. So a master that is cut off from its sentinels is
 * left although it still answers us.
 *
 * A replica that takes itself for the master refuses the first write.
 */
export async function findMaster(
  sentinels: readonly RedisServer[],
  { master, sentinelAuth }: SentinelDeployment,
  { username, password, ...options }: ClientOptions,
  { onOpen, onLost }: { onOpen: (client: Destroyable) => void; onLost: (error: unknown) => void },
): Promise<RedisServer> {
  const errors: unknown[] = [];
  for (const server of sentinels) {
    const sentinel = createClient({
      ...options,
      ...(sentinelAuth && username !== undefined && { username }),
      ...(sentinelAuth && password !== undefined && { password }),
      socket: { ...options.socket, ...server },
    });
    onOpen(sentinel);
    let chosen = false;
    // Until it has answered, the rejection reports the error.
    sentinel.on('error', (error: unknown) => chosen && onLost(error));
    try {
      await sentinel.connect();
      await sentinel.subscribe('+switch-master', (message) => {
        if (message.startsWith(`${master} `)) onLost(new Error(`the sentinels chose another ${master}`));
      });
      const address = await sentinel.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master]);
      if (!Array.isArray(address)) throw new Error(`a sentinel knows of no ${master}`);
      chosen = true;
      const [host, port] = address.map(String);
      return { host: host ?? '', port: Number(port) };
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, `no sentinel tells where ${master} is: ${errors.join('; ')}`);
}
