import { Argument, type Command } from 'commander';
import { formatProblem } from '../config/load/problem.ts';
import { loadConfig } from '../config/load/load.ts';
import { IMPORT_SOURCES, readPlan } from '../import/import.ts';
import type { ImportSource } from '../import/import.ts';
import { ImportFailure } from '../import/plan.ts';
import type { Plan } from '../import/plan.ts';
import { counted, notesText, summaryOf } from '../import/report.ts';
import type { SecretFile } from '../import/secret-files.ts';
import { writePlan } from '../import/write.ts';
import { CommandFailure } from './failure.ts';
import { DEFAULT_CONFIG_FILE } from './start/setup.ts';

/** Mistakes that are shown; `sparekey check` shows them all. */
const SHOWN_PROBLEMS = 20;

interface ImportOptions {
  readonly output: string;
  readonly keys?: string;
  readonly force?: true;
}

/** Adds `sparekey import`. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('write a configuration from that of another gateway, and say what it could not carry')
    .addArgument(new Argument('<source>', 'the other gateway').choices(IMPORT_SOURCES))
    .argument('<file>', 'its configuration (litellm, cliproxyapi), or its SQLite database or tables as JSON')
    .option('--output <file>', 'the configuration to write', DEFAULT_CONFIG_FILE)
    .option('--keys <folder>', 'where keys go, for you alone to read; by default beside the configuration')
    .option('--force', 'replace files that are there already')
    .addHelpText(
      'after',
      '\nThe file is only read. No key is printed, or written into the configuration itself.',
    )
    .action((source: ImportSource, file: string, options: ImportOptions) =>
      importFrom(source, file, options),
    );
}

async function importFrom(
  source: ImportSource,
  file: string,
  { output, keys, force }: ImportOptions,
): Promise<void> {
  try {
    const plan = await readPlan(source, file, { env: process.env, now: Date.now() / 1000 });
    const folder = keys ?? `${output.replace(/\.ya?ml$/, '')}.keys`;
    const heading = [`Made by sparekey import ${source}. sparekey check says what it comes to.`];
    const files = await writePlan(plan, { output, keys: folder, force: force === true }, heading);
    const left = await problemsOf(output);
    process.stdout.write(`${reportLines(plan, output, folder, files, left).join('\n')}\n`);
  } catch (error) {
    throw error instanceof ImportFailure ? new CommandFailure(error.message) : error;
  }
}

/** What `sparekey check` says of the new configuration. */
async function problemsOf(output: string): Promise<readonly string[]> {
  const result = await loadConfig(output, process.env);
  return result.ok ? [] : result.problems.map((problem) => formatProblem(problem, output));
}

function reportLines(
  plan: Plan,
  output: string,
  folder: string,
  files: readonly SecretFile[],
  left: readonly string[],
): readonly string[] {
  const notes = notesText(plan.notes);
  const more = left.length - SHOWN_PROBLEMS;
  return [
    `Wrote ${output}: ${summaryOf(plan)}.`,
    ...(files.length === 0
      ? []
      : [`Keys are in ${folder}/, for you alone to read: ${counted(files.length, 'file')}.`]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...(left.length === 0
      ? []
      : ['', 'To do before it can start:', ...left.slice(0, SHOWN_PROBLEMS).map((line) => `  ${line}`)]),
    ...(more > 0 ? [`  … and ${more} more.`] : []),
    '',
    `Next: sparekey check --config ${output}`,
  ];
}
