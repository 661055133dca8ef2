import type { Command } from 'commander';
import { DEFAULT_ADMIN_URL, findAdmin } from './admin-access.ts';
import type { AccessOptions } from './admin-access.ts';
import { AdminClient } from './admin-client.ts';
import type { ShownCheck } from './admin-client.ts';
import { CommandFailure } from './failure.ts';
import { keysTable } from './keys-table.ts';
import { DEFAULT_CONFIG_FILE } from './setup.ts';

interface ListOptions extends AccessOptions {
  readonly provider?: string;
  readonly json?: true;
}

/** Adds `sparekey keys`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('see and change the keys of a running gateway');
  withAccess(keys.command('list').description('print every key and its state'))
    .option('--provider <id>', 'only the keys of this provider')
    .option('--json', 'print JSON')
    .action(list);
  withAccess(
    keys.command('disable <id>').description('take a key out of service until it is enabled'),
  ).action((id: string, options: AccessOptions) => change(id, 'disable', options));
  withAccess(
    keys.command('enable <id>').description('put a key back in service, whatever took it out'),
  ).action((id: string, options: AccessOptions) => change(id, 'enable', options));
  withAccess(
    keys.command('probe <id>').description('check a key now; the exit code is 1 where it fails'),
  ).action(probe);
}

/** What each of these commands needs to find the gateway. */
function withAccess(command: Command): Command {
  return command
    .option(
      '--admin <url>',
      `the gateway's admin listener (default: the configuration's, or ${DEFAULT_ADMIN_URL})`,
    )
    .option('--token <token>', 'its token (default: SPAREKEY_ADMIN_TOKEN, or the configuration’s)')
    .option('--config <file>', `where both may stand (default: ${DEFAULT_CONFIG_FILE} where there is one)`);
}

async function list({ provider, json, ...access }: ListOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access, process.env));
  const [keys, awaySince] = await Promise.all([client.list(provider), client.storeAwaySince()]);
  process.stdout.write(
    `${json === true ? JSON.stringify({ keys }, undefined, 2) : keysTable(keys, Date.now())}\n`,
  );
  if (awaySince !== null) noteStoreAway(awaySince);
}

/** Goes beside what is asked for: the list is right as far as this gateway knows. */
function noteStoreAway(since: string): void {
  process.stderr.write(
    `The store is away since ${since}: what other processes and machines have met since then is not in this list.\n`,
  );
}

async function change(id: string, action: 'disable' | 'enable', access: AccessOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access, process.env));
  const { key, stored } = await client.change(id, action);
  const name = key.name === null ? key.id : `${key.id} (${key.name})`;
  process.stdout.write(`${name} of ${key.provider} is ${key.state.replaceAll('-', ' ')}.\n`);
  if (!stored)
    process.stderr.write('The store is away: this counts already, and is written when it is back.\n');
}

async function probe(id: string, access: AccessOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access, process.env));
  const report = await client.probe(id);
  if (!report.passed) throw new CommandFailure(`The check failed: ${describeCheck(report)}`);
  process.stdout.write(`The check passed: ${describeCheck(report)}\n`);
}

function describeCheck({ verdict, rule, status, detail, ms }: ShownCheck): string {
  return [
    verdict === rule ? verdict : `${verdict} (${rule})`,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(detail === undefined ? [] : [detail]),
    `${Math.round(ms)} ms`,
  ].join(', ');
}
