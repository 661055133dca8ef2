import { Option, type Command } from 'commander';
import type { KeyScript, Script } from '../../simulator/behaviour.ts';
import { COMPATIBLE_VENDORS, type ServiceName } from '../../simulator/request-target.ts';
import { describeRules } from '../../simulator/strict/describe-rules.ts';
import { STRICT_VENDORS } from '../../simulator/strict/strict.ts';
import { CONTROL_PATH } from '../../simulator/control.ts';
import { defaultScript } from '../../simulator/default-script.ts';
import { describeScript } from '../../simulator/describe.ts';
import { ScriptError, readScript } from '../../simulator/script-file.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { CommandFailure } from './failure.ts';
import { parsePort } from './port-option.ts';

const DEFAULT_PORT = 5399;

interface SimulateOptions {
  readonly host: string;
  readonly port: number;
  readonly script?: string;
  /** True: every vendor. */
  readonly strict?: true | readonly ServiceName[];
  readonly rules?: true;
}

/** Adds `sparekey simulate`. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description(
      'run a pretend provider, OpenAI, Anthropic, Gemini and Bedrock in one, whose keys fail as a script says',
    )
    .option('--port <number>', 'where to listen; 0 is any free port', parsePort, DEFAULT_PORT)
    .option('--host <address>', 'address to listen on; whoever reaches it can change the script', '127.0.0.1')
    .option('--script <file>', 'what the keys do, as YAML or JSON; without it, five keys of which three fail')
    .addOption(
      new Option(
        '--strict [vendors...]',
        'refuse what these vendors refuse, by their own rules; without a name, every one',
      ).choices(STRICT_VENDORS),
    )
    .option('--rules', 'say what the vendors refuse, and stop')
    .action(simulate);
}

async function simulate({ host, port, script: file, strict, rules }: SimulateOptions): Promise<void> {
  const vendors = strict === true ? STRICT_VENDORS : (strict ?? []);
  if (rules === true) {
    process.stdout.write(describeRules(vendors.length === 0 ? STRICT_VENDORS : vendors));
    return;
  }
  const script = file === undefined ? defaultScript : await scriptAt(file);
  const simulator = await startSimulator({ host, port, script, strict: vendors }).catch((error: unknown) => {
    throw startFailure(error);
  });
  process.stdout.write(introduction(simulator, script, vendors));
  const stop = (): void => {
    void simulator.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

/** What a person needs to know of a running simulator, with lines that work as they are. */
function introduction(simulator: Simulator, script: Script, strict: readonly ServiceName[]): string {
  const keys = Object.entries(script.keys);
  const width = Math.max(0, ...keys.map(([key]) => key.length));
  const key = keys[0]?.[0] ?? 'any-key';
  const origin = simulator.url.slice(0, -'/v1'.length);
  const others =
    script.knownKeysOnly === true
      ? 'is refused as invalid (401)'
      : script.unknownKeys === undefined
        ? 'answers'
        : describeScript(script.unknownKeys);
  return `${[
    `A pretend provider listens at ${simulator.url}`,
    `It speaks OpenAI and Anthropic there, Gemini at ${origin}/v1beta, and Bedrock's Converse at ${origin}.`,
    `What speaks OpenAI as well stands below its name: ${COMPATIBLE_VENDORS.map((name) => `${origin}/${name}/v1`).join(', ')}.`,
    'No model runs here: it repeats what you say, and its keys fail as they were told.',
    ...(strict.length === 0 ? [] : [`Requests are refused by the rules of ${strict.join(', ')}.`]),
    '',
    'Its keys, and what each of them does:',
    ...keys.map(([name, keyScript]) => `  ${name.padEnd(width)}  ${describeKey(keyScript)}`),
    `  ${'any other key'.padEnd(width)}  ${others}`,
    '',
    'Ask it something:',
    `  curl ${simulator.url}/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}'`,
    '',
    'Change what a key does while it runs (this one hangs for three requests):',
    `  curl -X PUT '${origin}${CONTROL_PATH}keys/${encodeURIComponent(key)}' -d '[{"kind":"hang","times":3}]'`,
    'See what has happened, and go back to the beginning:',
    `  curl ${origin}${CONTROL_PATH}state`,
    `  curl ${origin}${CONTROL_PATH}requests`,
    `  curl -X POST ${origin}${CONTROL_PATH}reset`,
    '',
    'Ctrl-C stops it; requests under way are then cut off.',
  ].join('\n')}\n`;
}

function describeKey(script: KeyScript): string {
  return `${script.note === undefined ? '' : `${script.note}: `}${describeScript(script)}`;
}

async function scriptAt(file: string): Promise<Script> {
  try {
    return await readScript(file);
  } catch (error) {
    throw error instanceof ScriptError ? new CommandFailure(error.message) : error;
  }
}

/** The words for a start that failed for a reason of the user's; any other error comes back as it is. */
function startFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'EADDRINUSE':
    case 'EADDRNOTAVAIL':
    case 'EACCES':
    case 'ENOTFOUND':
      return new CommandFailure(`The simulator cannot listen there: ${error.message}`);
    default:
      return error;
  }
}
