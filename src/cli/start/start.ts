import { Option } from 'commander';
import type { Command } from 'commander';
import { freeYoungGeneration, holdYoungGeneration } from '../../base/young-generation.ts';
import type { Loaded } from '../../config/load/load.ts';
import { formatProblem } from '../../config/load/problem.ts';
import { connectionCaps, descriptorLimit } from '../../listener/file-descriptors.ts';
import type { Running } from '../../main.ts';
import { logDescriptors } from '../../telemetry/descriptor-lines.ts';
import { chooseStyle, createLog } from '../../telemetry/log.ts';
import type { Log } from '../../telemetry/contract.ts';
import { workerCount } from '../../node/worker-count.ts';
import { envFileOption } from '../environment.ts';
import { banner } from './banner.ts';
import { parsePort } from '../port-option.ts';
import { keepReloading, onReloadSignal } from './reload.ts';
import { findSetup, withPorts } from './setup.ts';
import type { Ports, Setup, SetupOptions } from './setup.ts';
import { startFailure } from './start-failure.ts';
import { stopOnSignal } from './stop.ts';
import { packageVersion } from '../version.ts';

interface StartOptions extends Ports, SetupOptions {
  readonly quiet?: true;
}

/** Adds `sparekey start`. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('run the gateway')
    .option('--config <file>', 'the configuration; without it, sparekey.yaml where there is one')
    .addOption(envFileOption())
    .addOption(
      new Option('--demo', 'a pretend provider, whose answers are invented').conflicts(['config', 'envFile']),
    )
    .option('--port <number>', 'port of the data plane; 0 is any free one', parsePort)
    .option('--admin-port <number>', 'port of the admin listener; 0 is any free one', parsePort)
    .option('--quiet', 'print nothing but the log')
    .addHelpText(
      'after',
      `
Without a configuration it uses the API keys it finds in the environment (OPENAI_API_KEY and the customary names
of other providers; a comma-separated list is a pool). Without those it starts a demonstration on a terminal, where
nothing nearly right shows that something else was meant.

It first prints where it listens. Then the log begins: a line for each request, for people on a terminal and as
JSON elsewhere. SIGTERM and Ctrl-C stop it when the requests under way are done; a second one stops it at once.
SIGHUP takes the configuration over anew, as does saving it; on a terminal it stops, like Ctrl-C.`,
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  holdYoungGeneration();
  // The gateway is loaded while another process reads the configuration.
  const [setup, { startSparekey }] = await Promise.all([findSetup(options), import('../../main.ts')]);
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
