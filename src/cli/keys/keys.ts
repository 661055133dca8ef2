import type { CheckReportView } from '../../admin/contract.ts';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_ADMIN_URL, findAdmin } from './admin-access.ts';
import type { AdminAccessOptions } from './admin-access.ts';
import { AdminClient } from './admin-client.ts';
import type { ChoiceQuery } from './admin-client.ts';
import { choiceText } from './choice-text.ts';
import { explainText } from './explain-text.ts';
import { CommandFailure } from '../failure.ts';
import { explainMatching } from './find-key.ts';
import { keysTable } from './keys-table.ts';
import { envFileOption } from '../environment.ts';
import { DEFAULT_CONFIG_FILE } from '../start/setup.ts';

interface ListOptions extends AdminAccessOptions {
  readonly provider?: string;
  readonly json?: true;
}

interface LiftOptions extends AdminAccessOptions {
  readonly provider: string;
  readonly model?: string;
}

/** Adds `sparekey keys`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('see and change the keys of a running gateway');
  withAdminOptions(keys.command('list').description('print every key and its state'))
    .option('--provider <id>', 'only the keys of this provider')
    .option('--json', 'print JSON')
    .action(list);
  withAdminOptions(
    withKey(keys.command('disable'), '<id>').description('take a key out of service until it is enabled'),
  ).action((id: string, options: AdminAccessOptions) => change(id, 'disable', options));
  withAdminOptions(
    withKey(keys.command('enable'), '<id>').description(
      'put a key back in service, whatever took it out or holds it',
    ),
  ).action((id: string, options: AdminAccessOptions) => change(id, 'enable', options));
  withAdminOptions(
    withKey(keys.command('probe'), '<id>').description(
      'check a key now, with the model it is held from; the exit code is 1 where it fails',
    ),
  )
    .option('--model <name>', 'ask this model instead')
    .action(probe);
  withAdminOptions(keys.command('lift').description('end what holds the keys of a provider from models'))
    .requiredOption('--provider <id>', 'whose keys')
    .option('--model <name>', 'this model alone')
    .action(lift);
  withAdminOptions(
    withKey(keys.command('explain'), '<key>')
      .description('tell why a key is as it is, who decided that, and what comes next')
      .addHelpText('after', '\nThe key is given by its id, the beginning of its id, or its name.'),
  )
    .option('--json', 'print JSON')
    .action(explain);
  withAdminOptions(
    keys.command('simulate').description('tell which key a request would get now, and why not the others'),
  )
    .option('--model <name>', 'the model it asks for, as clients name it')
    .option('--host <name>', 'the host that it calls')
    .option('--path <path>', 'the path that it calls')
    .option('--provider <id>', 'look at this provider instead of those that it is routed to')
    .option('--json', 'print JSON')
    .action(simulate);
}

/** An empty one is refused: that is a variable of a shell which is not set. */
function withKey(command: Command, argument: string): Command {
  return command.argument(argument, '', (written: string) => {
    if (written === '') throw new InvalidArgumentError('It is empty.');
    return written;
  });
}

/** What each of these commands needs to find the gateway. */
function withAdminOptions(command: Command): Command {
  return command
    .option(
      '--admin <url>',
      `the gateway's admin listener (default: the configuration's, or ${DEFAULT_ADMIN_URL})`,
    )
    .option('--token <token>', 'its token (default: SPAREKEY_ADMIN_TOKEN, or the configuration’s)')
    .option('--config <file>', `where both may stand (default: ${DEFAULT_CONFIG_FILE} where there is one)`)
    .addOption(envFileOption());
}

async function list({ provider, json, ...access }: ListOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const [keys, { store, down, checksSpentUntil }] = await Promise.all([
    client.list(provider),
    client.state(),
  ]);
  const outages = down.filter((outage) => provider === undefined || outage.provider === provider);
  print(json === true ? keys.body : keysTable(keys.known, outages, Date.now()));
  if (store.awaySince !== null) warnStoreAway(store.awaySince);
  for (const [id, until] of Object.entries(checksSpentUntil)) {
    if (provider === undefined || id === provider) warnChecksSpent(id, until);
  }
}

/** Until then a key that needs a paid check is out, unless a request has no other key. */
function warnChecksSpent(provider: string, until: string | null): void {
  process.stderr.write(
    `The health checks of a day for ${provider} are used up${until === null ? '' : ` until ${until}`}: those that cost something wait.\n`,
  );
}

/** A warning beside the answer, which is right as far as this gateway knows. */
function warnStoreAway(since: string): void {
  process.stderr.write(
    `The store is away since ${since}: what other processes and machines have met since then is not known here.\n`,
  );
}

async function change(id: string, action: 'disable' | 'enable', access: AdminAccessOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { key, stored } = await client.change(id, action);
  const name = key.name === null ? key.id : `${key.id} (${key.name})`;
  process.stdout.write(`${name} of ${key.provider} is ${key.state.replaceAll('-', ' ')}.\n`);
  if (!stored) warnNotStored();
}

function warnNotStored(): void {
  process.stderr.write('The store is away: this counts already, and is written when it is back.\n');
}

async function probe(
  id: string,
  { model, ...access }: AdminAccessOptions & { model?: string },
): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const report = await client.probe(id, model);
  const check = report.model === undefined ? 'free check' : `check of ${report.model}`;
  if (!report.passed) throw new CommandFailure(`The ${check} failed: ${describeCheck(report)}`);
  process.stdout.write(`The ${check} passed: ${describeCheck(report)}\n`);
}

async function lift({ provider, model, ...access }: LiftOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { keys, stored } = await client.lift(provider, model);
  const what = model === undefined ? 'from any model' : `from ${model}`;
  process.stdout.write(
    keys.length === 0
      ? `No key of ${provider} was held ${what}.\n`
      : `${keys.length} ${keys.length === 1 ? 'key' : 'keys'} of ${provider} can be used again: ${keys.join(', ')}.\n`,
  );
  if (!stored) warnNotStored();
}

async function explain(
  idOrName: string,
  { json, ...access }: AdminAccessOptions & { json?: true },
): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { known, body } = await explainMatching(client, idOrName);
  print(json === true ? body : explainText(known));
  if (known.seenFrom.storeAwaySince !== null) warnStoreAway(known.seenFrom.storeAwaySince);
}

async function simulate({
  json,
  model,
  host,
  path,
  provider,
  ...access
}: AdminAccessOptions & ChoiceQuery & { json?: true }): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { known, body } = await client.choice({ model, host, path, provider });
  print(json === true ? body : choiceText(known));
  if (known.seenFrom.storeAwaySince !== null) warnStoreAway(known.seenFrom.storeAwaySince);
}

/** Text as it is, all else as JSON. */
function print(answer: unknown): void {
  process.stdout.write(`${typeof answer === 'string' ? answer : JSON.stringify(answer, undefined, 2)}\n`);
}

function describeCheck({ verdict, rule, status, detail, ms }: CheckReportView): string {
  return [
    verdict === rule ? verdict : `${verdict} (${rule})`,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(detail === undefined ? [] : [detail]),
    `${Math.round(ms)} ms`,
  ].join(', ');
}
