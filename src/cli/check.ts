import type { Command } from 'commander';
import { describeConfig } from '../config/pages/describe.ts';
import { loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problem.ts';
import { usable } from './failure.ts';
import { DEFAULT_CONFIG_FILE } from './start/setup.ts';

/** Adds `sparekey check`. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('validate a configuration and print what it comes to, without secrets')
    .option('--config <file>', 'the configuration', DEFAULT_CONFIG_FILE)
    .addHelpText(
      'after',
      '\nWith mistakes in it, all of them are printed with their line and column, and the exit code is 1.',
    )
    .action(({ config }: { readonly config: string }) => check(config));
}

async function check(file: string): Promise<void> {
  const { config, warnings } = usable(await loadConfig(file, process.env), file);
  process.stdout.write(`${describeConfig(config).join('\n')}\n`);
  for (const warning of warnings) {
    process.stderr.write(`warning: ${formatProblem(warning, file)}\n`);
  }
}
