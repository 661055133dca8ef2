import { randomBytes } from 'node:crypto';
import { startAdmin } from '../admin/admin.ts';
import type { WorkerStatus } from '../admin/worker-view.ts';
import { ConfigurationWatch } from '../cluster/configuration-watch.ts';
import { findKey, forgetKeysThatLeft } from '../gateway/runtime.ts';
import type { Runtime } from '../gateway/runtime.ts';
import { isDueSooner } from '../keys/record/check-due.ts';
import { CircuitChecks } from '../probe/circuit-checks.ts';
import { Prober } from '../probe/prober.ts';
import { stateStatus } from './state-status.ts';
import { logChecks, logConfigurations, logLift } from '../telemetry/notice-lines.ts';
import type { ListenAddress } from '../listener/listen.ts';
import type { GatewayNode } from './gateway-node.ts';

/** Looks after the keys: the operator's API and the health checks. */
export interface ControlPlane {
  readonly adminAddress: ListenAddress;
  /** Follows the node to its new runtime, and removes the records of keys that left. */
  reloaded(previous: Runtime): Promise<void>;
  /** Gives leases back, so that another node can take over at once. */
  close(): Promise<void>;
}

/** Opens the admin listener and begins to test keys that are out of service. */
export async function openControlPlane(
  node: GatewayNode,
  workers: () => readonly WorkerStatus[],
): Promise<ControlPlane> {
  const { log, store, tools, runtime } = node;
  const { recorder } = tools;
  const { book } = recorder;
  const lines = logChecks(log, { isStoreAway: () => node.health.awaySince !== undefined });
  const prober = new Prober({
    store,
    tools,
    holder: `${tools.node}-${randomBytes(3).toString('hex')}`,
    ...lines,
  });
  const circuitChecks = new CircuitChecks({
    tools,
    budgetOf: (providerId) => prober.budgetOf(providerId),
    onCheck: lines.onCircuitCheck,
    onDefect: lines.onDefect,
  });
  const { node: name, now } = tools;
  const configurations = new ConfigurationWatch({
    cache: store,
    node: name,
    now,
    onNotice: logConfigurations(log),
  });
  const admin = await startAdmin({
    ...runtime().config.admin,
    ...tools,
    tls: () => runtime().config.admin.tls,
    workers,
    state: () => stateStatus({ ...node, book, prober, configurations }),
    runtime,
    book,
    prober,
    onLift: logLift(log),
    onDefect: (error) => log.error('the admin API met a defect', { error }),
  });
  const stopHurrying = book.subscribe((keyId, record, before) => {
    if (!isDueSooner(record, before)) return;
    const key = findKey(runtime(), keyId);
    if (key !== undefined) prober.checkSoon(key.providerId);
  });
  await prober.watch(runtime().providers.values());
  await circuitChecks.watch(runtime().providers.values());
  configurations.watch(runtime().providers.values());
  const followRuntime = async (previous: Runtime): Promise<void> => {
    await prober.watch(runtime().providers.values());
    await circuitChecks.watch(runtime().providers.values());
    configurations.watch(runtime().providers.values());
    await forgetKeysThatLeft(previous, runtime(), book);
  };
  // One reload after another, so that the last one is watched in the end. Each rejects for its own caller.
  let reloading: Promise<void> = Promise.resolve();
  return {
    adminAddress: admin.address,
    reloaded: (previous) => {
      reloading = Promise.allSettled([reloading]).then(() => followRuntime(previous));
      return reloading;
    },
    close: async () => {
      await Promise.allSettled([reloading]);
      stopHurrying();
      await Promise.all([circuitChecks.stop(), prober.stop(), configurations.close(), admin.close()]);
    },
  };
}
