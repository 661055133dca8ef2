/**
 * `npm run clients:python [-- NAME...]`: asks the gateway, before the strict stand-in, by the client libraries that there
 * are for Python, or by those scripts alone that are named; prints what each of them made of the answers at each family.
 *
 * It installs them from PyPI, in the versions of `requirements/`, into virtual environments of its own, and is not part of
 * the tests for that reason. While they run they reach nobody but this machine. Exits with 1 where anything failed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { CLIENT_KEY, startStrictGateway } from '../translate/strict-gateway.ts';
import { CLIENT_GROUPS } from './clients.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Not among the sources; kept for the next run. */
const ENVIRONMENTS = fileURLToPath(new URL('../../../.sparekey/python', import.meta.url));
/** A library that hangs does not hang this. */
const MOST_MINUTES = 5;

const outcome = z.object({
  client: z.string(),
  back: z.string(),
  check: z.string(),
  outcome: z.enum(['passed', 'failed', 'absent']),
  detail: z.string(),
});
type Outcome = z.infer<typeof outcome>;

const { positionals: wanted } = parseArgs({ allowPositionals: true });

const home = await mkdtemp(join(tmpdir(), 'sparekey-python-'));
const strict = await startStrictGateway();
try {
  const outcomes: Outcome[] = [];
  for (const { requirements, scripts } of CLIENT_GROUPS) {
    const chosen = scripts.filter((script) => wanted.length === 0 || wanted.includes(script));
    if (chosen.length === 0) continue;
    const python = await environmentFor(requirements);
    for (const script of chosen) outcomes.push(...(await tryScript(python, script)));
  }
  process.stdout.write(table(outcomes));
  const failed = outcomes.filter((each) => each.outcome === 'failed');
  for (const { client, back, check, detail } of failed)
    process.stdout.write(`\n${client} at ${back}: ${check}\n${detail}\n`);
  process.stdout.write(`\n${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
  if (failed.length > 0 || outcomes.length === 0) process.exitCode = 1;
} finally {
  await strict.close();
  await rm(home, { recursive: true, force: true });
}

/** The interpreter of an environment that has what is required; made anew where the requirements have changed. */
async function environmentFor(name: string): Promise<string> {
  const file = join(HERE, 'requirements', `${name}.txt`);
  const folder = join(ENVIRONMENTS, name);
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const wantedStamp = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp) return python;
  process.stdout.write(`installing what ${file} requires\n`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(ENVIRONMENTS, { recursive: true });
  await run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', file]);
  writeFileSync(stamp, wantedStamp);
  return python;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

/** What a script tells of its library; one that tells nothing has failed. */
async function tryScript(python: string, script: string): Promise<readonly Outcome[]> {
  process.stdout.write(`${script}\n`);
  const child = spawn(python, [join(HERE, 'clients', `${script}.py`)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MOST_MINUTES * 60_000,
    env: environment(),
  });
  let told = '';
  let complaints = '';
  child.stdout.on('data', (piece: Buffer) => {
    told += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    complaints = (complaints + piece.toString()).slice(-4_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const outcomes = told
    .split('\n')
    .filter((line) => line.startsWith('{"client"'))
    .map((line) => outcome.parse(JSON.parse(line)));
  if (code === 0 || outcomes.some((each) => each.outcome === 'failed')) return outcomes;
  return [...outcomes, { client: script, back: '-', check: 'ran', outcome: 'failed', detail: complaints }];
}

/** Nothing of this process's own environment but where programs are: no credentials, no proxies. */
function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    PYTHONPATH: [join(HERE, 'loopback'), HERE].join(':'),
    PYTHONDONTWRITEBYTECODE: '1',
    SPAREKEY_URL: strict.url,
    SPAREKEY_KEY: CLIENT_KEY,
    // What else they would fetch, or tell.
    DO_NOT_TRACK: '1',
    LANGCHAIN_TRACING_V2: 'false',
    LANGSMITH_TRACING: 'false',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_TELEMETRY: 'False',
    LOGFIRE_SEND_TO_LOGFIRE: 'false',
  };
}

/** A row for each client and family, a column for each check. */
function table(outcomes: readonly Outcome[]): string {
  const checks = [...new Set(outcomes.map(({ check }) => check))];
  const rows = Map.groupBy(outcomes, ({ client, back }) => `${client} at ${back}`);
  const width = Math.max(...[...rows.keys()].map((name) => name.length));
  const head = ['', ...checks].map((check, at) => (at === 0 ? ' '.repeat(width) : check)).join('  ');
  const lines = [...rows].map(([name, row]) =>
    [
      name.padEnd(width),
      ...checks.map((check) => shown(row.find((each) => each.check === check)?.outcome).padEnd(check.length)),
    ].join('  '),
  );
  return `\n${[head, ...lines].join('\n')}\n`;
}

function shown(found: Outcome['outcome'] | undefined): string {
  return found === 'passed' ? 'ok' : found === 'failed' ? 'FAILED' : '-';
}
