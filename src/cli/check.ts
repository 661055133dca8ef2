import type { Command } from 'commander';
import { formatProblem } from '../config/load/problem.ts';
import { envFileOption } from './environment.ts';
import { described } from './start/banner.ts';
import { findConfigured, nothingToRun } from './start/setup.ts';

interface CheckOptions {
  readonly config?: string;
  readonly envFile: readonly string[];
}

/** Adds `sparekey check`. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('validate a configuration and print what it comes to, without secrets')
    .option('--config <file>', 'the configuration; without it, what start would run here')
    .addOption(envFileOption())
    .addHelpText(
      'after',
      '\nWith mistakes in it, all of them are printed with their line and column, and the exit code is 1.',
    )
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const setup = await findConfigured(options);
  if (setup.kind === 'nothing') throw nothingToRun(setup.unread);
  const { config, warnings } = setup.loaded;
  process.stdout.write(`${described(setup, config).join('\n')}\n`);
  const file = setup.kind === 'file' ? setup.path : undefined;
  const unread = setup.kind === 'environment' ? setup.unread : [];
  for (const warning of [...unread, ...warnings.map((each) => formatProblem(each, file))])
    process.stderr.write(`warning: ${warning}\n`);
}
