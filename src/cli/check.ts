import type { Command } from 'commander';
import { describeConfig } from '../config/pages/describe.ts';
import { formatProblem } from '../config/load/problem.ts';
import { Environment, envFileOption, loadFile } from './environment.ts';
import { usable } from './failure.ts';
import { DEFAULT_CONFIG_FILE } from './start/setup.ts';

interface CheckOptions {
  readonly config: string;
  readonly envFile: readonly string[];
}

/** Adds `sparekey check`. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('validate a configuration and print what it comes to, without secrets')
    .option('--config <file>', 'the configuration', DEFAULT_CONFIG_FILE)
    .addOption(envFileOption())
    .addHelpText(
      'after',
      '\nWith mistakes in it, all of them are printed with their line and column, and the exit code is 1.',
    )
    .action(check);
}

async function check({ config: file, envFile }: CheckOptions): Promise<void> {
  const { config, warnings } = usable(await loadFile(file, new Environment(envFile)), file);
  process.stdout.write(`${describeConfig(config).join('\n')}\n`);
  for (const warning of warnings) {
    process.stderr.write(`warning: ${formatProblem(warning, file)}\n`);
  }
}
