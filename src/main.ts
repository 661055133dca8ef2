import type { Config } from './config/schema/schema.ts';
import type { Runtime } from './gateway/runtime.ts';
import type { ListenAddress } from './listener/listen.ts';
import type { Log } from './telemetry/contract.ts';
import { openControlPlane } from './node/control-plane.ts';
import { openDataPlane } from './node/data-plane.ts';
import { openNode } from './node/gateway-node.ts';
import type { Refusal } from './node/gateway-node.ts';

/** A running gateway, in one process or several. */
export interface Running {
  readonly address: ListenAddress;
  readonly adminAddress: ListenAddress;
  /** The address of the store, for people. */
  readonly stateDescription: string;
  readonly runtime: () => Runtime;
  /**
   * Runs another configuration: keys that stay keep their records, those that left lose them, and requests in flight
   * finish with the old one. Listeners, but for their TLS, and the store stay as they are until a restart.
   */
  reload(config: Config): Promise<void>;
  /**
   * Shows that the configuration file was changed and is not taken over: `GET /ready`, `GET /api/state`.
   * @param refused - undefined: it was taken over
   */
  noteRefusal(refused: Refusal | undefined): void;
  /** Shuts down: lets requests in flight finish up to `limits.drain`, releases leases, writes pending records. */
  drain(): Promise<void>;
  /** Ends at once the processes that this one started. */
  kill(): void;
}

/** Starts a whole gateway in this process and opens its listeners. */
export async function startSparekey(config: Config, { log }: { readonly log: Log }): Promise<Running> {
  // Closed again where a later one fails to open.
  await using resources = new AsyncDisposableStack();
  const node = resources.adopt(await openNode(config, log), (it) => it.close());
  const data = resources.adopt(await openDataPlane(node, config.listen), (it) => it.close());
  const self = { number: 1, pid: process.pid, state: 'ready', since: node.tools.now(), restarts: 0 } as const;
  const control = await openControlPlane(node, () => [
    { ...self, connections: data.connections(), memory: node.memory.use },
  ]);
  resources.move();
  return {
    address: data.address,
    adminAddress: control.adminAddress,
    stateDescription: node.store.description,
    runtime: node.runtime,
    reload: (next) => control.reloaded(node.reload(next)),
    noteRefusal: (refused) => node.noteRefusal(refused),
    drain: async () => {
      await Promise.all([data.close(), control.close()]);
      await node.close();
    },
    kill: () => undefined,
  };
}
