import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { STANDINGS } from '../../admin/contract-words.ts';
import { DEFAULT_CONFIG_FILE } from '../start/setup.ts';
import { change, lift, probe } from './acts.ts';
import type { ReasonedOptions } from './acts.ts';
import { findAdmin } from './admin-access.ts';
import type { AdminAccessOptions } from './admin-access.ts';
import { AdminClient } from './admin-client.ts';
import type { ChoiceQuery } from './admin-client.ts';
import { DEFAULT_ADMIN_URL } from './admin-url.ts';
import { printAnswer, warnStoreAway } from './answers.ts';
import { choiceText } from './choice-text.ts';
import { explainText } from './explain-text.ts';
import { envFileOption } from '../environment.ts';
import { findKey } from './find-key.ts';
import { list } from './list.ts';

/** Adds `sparekey keys`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('see and change the keys of a running gateway');
  withAdminOptions(keys.command('list').description('print every key and its state'))
    .option('--provider <id>', 'only the keys of this provider')
    .addOption(new Option('--state <state>', 'only the keys that stand so').choices(STANDINGS))
    .option('--reason <text>', 'only the keys whose reason has this in it, such as billing or a rule')
    .option('--json', 'print JSON')
    .action(list);
  for (const [action, description] of [
    ['disable', 'take a key out of service until it is enabled'],
    ['enable', 'put a key back in service, whatever took it out or holds it'],
  ] as const) {
    withReason(withAdminOptions(withKey(keys.command(action)).description(description))).action(
      (key: string, options: ReasonedOptions) => change(key, action, options),
    );
  }
  withAdminOptions(
    withKey(keys.command('probe')).description(
      'check a key now, with the model it is held from; the exit code is 1 where it fails',
    ),
  )
    .option('--model <name>', 'ask this model instead')
    .option('--json', 'print JSON')
    .action(probe);
  withReason(
    withAdminOptions(
      withKey(keys.command('lift'), '[key]').description(
        'end what holds a key, or all keys of a provider, from models',
      ),
    ),
  )
    .option('--provider <id>', 'all keys of this provider')
    .option('--model <name>', 'this model alone')
    .action(lift);
  withAdminOptions(
    withKey(keys.command('explain')).description(
      'tell why a key is as it is, who decided that, and what comes next',
    ),
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
function withKey(command: Command, argument = '<key>'): Command {
  return command
    .argument(argument, 'its id, its name, or the beginning of either', (written: string) => {
      if (written === '') throw new InvalidArgumentError('It is empty.');
      return written;
    })
    .addHelpText('after', '\nWhere several providers have keys of one name, PROVIDER/NAME tells them apart.');
}

/** Of acts that are recorded: `sparekey keys explain` and the log show who acted and why. */
function withReason(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the log and for explain')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nIt is recorded as done by SPAREKEY_OPERATOR, or by who runs this.');
}

/** What each of these commands needs to find the gateway. */
function withAdminOptions(command: Command): Command {
  return command
    .option(
      '--admin <url>',
      `the gateway's admin listener (default: the configuration's, or ${DEFAULT_ADMIN_URL})`,
    )
    .option('--token <token>', 'its token (default: SPAREKEY_ADMIN_TOKEN, or the configuration’s)')
    .option(
      '--ca <file>',
      'certificates to trust, where it speaks TLS (default: the configuration’s, or Node’s)',
    )
    .option(
      '--config <file>',
      `where all of these may stand (default: ${DEFAULT_CONFIG_FILE} where there is one)`,
    )
    .addOption(envFileOption());
}

async function explain(
  text: string,
  { json, ...access }: AdminAccessOptions & { json?: true },
): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { id } = await findKey(client, text);
  const { known, body } = await client.explain(id);
  printAnswer(json === true ? body : explainText(known));
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
  printAnswer(json === true ? body : choiceText(known));
  if (known.seenFrom.storeAwaySince !== null) warnStoreAway(known.seenFrom.storeAwaySince);
}
