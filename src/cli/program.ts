import { Command, CommanderError } from 'commander';
import { CommandFailure } from './failure.ts';
import { packageVersion } from './version.ts';

/** Adds a command to the program. */
type Register = (program: Command) => void;

/** Each command is loaded only when it is used. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  start: async () => (await import('./start/start.ts')).registerStart,
  check: async () => (await import('./check.ts')).registerCheck,
  keys: async () => (await import('./keys/keys.ts')).registerKeys,
  providers: async () => (await import('./providers.ts')).registerProviders,
  verdict: async () => (await import('./verdict/verdict.ts')).registerVerdict,
  import: async () => (await import('./import.ts')).registerImport,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
};

/**
 * Runs the command line. Exits with 0 when done; 1 where a configuration or an operation failed; 2 where the
 * command line itself makes no sense.
 * @param argv - as `process.argv`
 */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('sparekey')
    .description('An LLM gateway that keeps answering when API keys fail.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  for (const register of await registersFor(argv[2])) register(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = exitCodeOf(error);
    else if (error instanceof CommandFailure) {
      process.stderr.write(`${error.message}\n`);
      // Open handles must not keep the process alive.
      process.exit(1);
    } else throw error;
  }
}

function registersFor(name: string | undefined): Promise<readonly Register[]> {
  const load = name === undefined ? undefined : commands[name];
  return Promise.all(load === undefined ? Object.values(commands).map((each) => each()) : [load()]);
}

/** Commander has printed its message; a command that ended by `error` chose its own code. */
function exitCodeOf({ code, exitCode }: CommanderError): number {
  if (exitCode === 0 || code === 'commander.error') return exitCode;
  return 2;
}
