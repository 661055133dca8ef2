import { freeYoungGeneration } from '../../base/young-generation.ts';
import type { Loaded } from '../../config/load/load.ts';
import { formatProblem } from '../../config/load/problem.ts';
import { connectionCaps, descriptorLimit } from '../../listener/file-descriptors.ts';
import { startSparekey } from '../../main.ts';
import type { Running } from '../../main.ts';
import { workerCount } from '../../node/worker-count.ts';
import type { Log } from '../../telemetry/contract.ts';
import { logDescriptors } from '../../telemetry/descriptor-lines.ts';
import { chooseStyle, createLog } from '../../telemetry/log.ts';
import { packageVersion } from '../version.ts';
import { banner } from './banner.ts';
import { keepReloading, onReloadSignal } from './reload.ts';
import { withPorts } from './setup.ts';
import type { Ports, Setup } from './setup.ts';
import { startFailure } from './start-failure.ts';
import { stopOnSignal } from './stop.ts';

/** What the command line says of how to run it. */
export interface RunOptions extends Ports {
  readonly quiet?: true;
}

/** Runs a gateway until it is told to stop; it is ready when this resolves. @throws CommandFailure where it cannot start */
export async function run(setup: Setup, options: RunOptions): Promise<void> {
  const given = withPorts(setup.loaded.config, options);
  const config = { ...given, workers: workerCount(given.workers) };
  const logStyle = chooseStyle(config.log.format);
  const log = createLog({ level: config.log.level, format: logStyle });
  const starting =
    config.workers === 1
      ? startSparekey(config, { log })
      : import('../../workers/control.ts').then(({ startWithWorkers }) =>
          startWithWorkers(config, { log, logStyle, count: config.workers }),
        );
  const sparekey = await starting.catch((error: unknown) => {
    throw startFailure(error, config);
  });
  const stopReloading = await followFiles(setup, sparekey, options, log);
  freeYoungGeneration();
  stopOnSignal({
    log,
    stop: async () => {
      stopReloading();
      await sparekey.drain();
      if (setup.kind === 'demo') await setup.demo.close();
    },
    stopAtOnce: () => sparekey.kill(),
  });
  // Ready only now that signals are handled.
  if (options.quiet !== true) log.writeLines(banner(setup, config, sparekey, packageVersion()));
  void log.flush();
  const descriptors = descriptorLimit();
  logDescriptors(log, descriptors, connectionCaps(descriptors, config.limits));
  if (setup.kind === 'environment') for (const line of setup.unread) log.warn(line);
  for (const warning of setup.loaded.warnings) log.warn(formatProblem(warning, sourceOf(setup)));
}

/** Keeps a gateway up with the files that it runs. */
async function followFiles(setup: Setup, sparekey: Running, ports: Ports, log: Log): Promise<() => void> {
  if (setup.kind === 'demo' || (setup.kind === 'environment' && setup.envFiles.length === 0)) {
    return onReloadSignal(() => log.warn('there is nothing to reload: the gateway runs without a file'));
  }
  const { loaded, load } = setup;
  const takeOver = ({ config }: Loaded): Promise<void> => sparekey.reload(withPorts(config, ports));
  return keepReloading({
    path: sourceOf(setup),
    loaded,
    load,
    log,
    takeOver,
    noteRefusal: (refused) => sparekey.noteRefusal(refused),
  });
}

function sourceOf(setup: Setup): string | undefined {
  return setup.kind === 'file' ? setup.path : undefined;
}
