import type { Config } from '../config/schema/schema.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import { openControlPlane } from '../node/control-plane.ts';
import { openNode } from '../node/gateway-node.ts';
import type { Running } from '../main.ts';
import { logDropped } from '../telemetry/descriptor-lines.ts';
import type { SharedLog } from '../telemetry/contract.ts';
import type { LogStyle } from '../telemetry/log.ts';
import { Acceptor } from './acceptor.ts';
import { HEARTBEAT } from './heartbeat.ts';
import type { HeartbeatBounds } from './heartbeat.ts';
import { Supervisor } from './supervisor.ts';

/** What a gateway of several processes needs beside its configuration. */
export interface WorkersOptions {
  readonly log: SharedLog;
  readonly logStyle: LogStyle;
  /** How many workers answer applications. This process does not: it looks after them and the keys. */
  readonly count: number;
  /** When a worker counts as frozen; `HEARTBEAT` by default. */
  readonly heartbeat?: HeartbeatBounds;
}

/**
 * Makes this the control process of a gateway: accepts connections, starts the workers that serve them, and
 * looks after the keys.
 */
export async function startWithWorkers(
  config: Config,
  { log, logStyle, count, heartbeat = HEARTBEAT }: WorkersOptions,
): Promise<Running> {
  // Closed again where a later one fails to open.
  await using resources = new AsyncDisposableStack();
  const node = resources.adopt(await openNode(config, log), (it) => it.close());
  const onDrop = logDropped(log, () => performance.now());
  const acceptor = resources.adopt(await Acceptor.open(config.listen, { onDrop }), (it) => it.close());
  const { level: logLevel } = config.log;
  const { now, recorder } = node.tools;
  const known = (): readonly RecordSnapshot[] => recorder.book.snapshots;
  const supervisor = resources.adopt(
    new Supervisor({ count, acceptor, config, log, logLevel, logStyle, heartbeat, now, known }),
    (it) => it.kill(),
  );
  await supervisor.start();
  const control = await openControlPlane(node, () => supervisor.status());
  resources.move();
  return {
    address: acceptor.address,
    adminAddress: control.adminAddress,
    stateDescription: node.store.description,
    runtime: node.runtime,
    reload: async (next) => {
      const previous = node.reload(next);
      await supervisor.reload(next);
      await control.reloaded(previous);
    },
    noteRefusal: (refused) => {
      node.noteRefusal(refused);
      supervisor.noteRefusal(node.refusedFile());
    },
    drain: async () => {
      acceptor.close();
      await Promise.all([supervisor.stop(node.runtime().config.limits.drain), control.close()]);
      await node.close();
    },
    kill: () => supervisor.kill(),
  };
}
