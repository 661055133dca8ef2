import { Option } from 'commander';
import type { Command } from 'commander';
import { nextTurn } from '../../base/turns.ts';
import { holdYoungGeneration } from '../../base/young-generation.ts';
import { envFileOption } from '../environment.ts';
import { parsePort } from '../port-option.ts';
import type { RunOptions } from './run.ts';
import { findSetup } from './setup.ts';
import type { SetupOptions } from './setup.ts';

interface StartOptions extends RunOptions, SetupOptions {}

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
    .option('--port <number>', 'port for applications; 0 is any free one', parsePort)
    .option('--admin-port <number>', 'port of the admin listener; 0 is any free one', parsePort)
    .option('--quiet', 'print nothing but the log')
    .addHelpText(
      'after',
      `
Without a configuration it uses the API keys it finds in the environment (OPENAI_API_KEY and the customary names
of other providers; a comma-separated list is a pool). Without those it starts a demonstration, on a terminal only,
and not where a file or variable has nearly the right name.

It first prints where it listens. Then the log begins: a line for each request, for people on a terminal and as
JSON elsewhere. SIGTERM and Ctrl-C stop it when the requests under way are done; a second one stops it at once.
SIGHUP takes the configuration over anew, as does saving it; on a terminal it stops, like Ctrl-C.`,
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  holdYoungGeneration();
  const finding = findSetup(options);
  // The process that reads the configuration is started first: meanwhile the gateway is loaded here, which stops all else.
  const loading = nextTurn().then(() => import('./run.ts'));
  const [setup, { run }] = await Promise.all([finding, loading]);
  await run(setup, options);
}
