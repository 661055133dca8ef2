import type { Command } from 'commander';
import { nearest } from '../config/load/nearest.ts';
import { allProviderFacts, providerFacts } from '../config/pages/provider-facts.ts';
import type { ProviderFacts } from '../config/pages/provider-facts.ts';
import { CommandFailure } from './failure.ts';
import { alignedLines } from './table.ts';

interface Options {
  readonly json?: true;
}

/** Adds `sparekey providers`. */
export function registerProviders(program: Command): void {
  program
    .command('providers')
    .description('list the types of provider, or tell of one: address, credential, operations, options')
    .argument('[type]', 'a type, such as openai')
    .option('--json', 'print JSON')
    .action((type: string | undefined, { json }: Options) => {
      process.stdout.write(`${type === undefined ? listOf(json) : detailOf(type, json)}\n`);
    });
}

function listOf(json: true | undefined): string {
  const all = allProviderFacts();
  if (json === true) return JSON.stringify(all, undefined, 2);
  const rows = all.map(({ type, baseUrl = '(yours)', env = '', operations }) => [
    type,
    baseUrl,
    env,
    Object.keys(operations).join(', '),
  ]);
  return alignedLines([['TYPE', 'BASE URL', 'VARIABLE', 'SPEAKS'], ...rows]).join('\n');
}

function detailOf(type: string, json: true | undefined): string {
  const facts = providerFacts(type);
  if (facts === undefined) {
    const meant = nearest(
      type,
      allProviderFacts().map((each) => each.type),
    );
    throw new CommandFailure(
      `There is no provider type ${JSON.stringify(type)}${meant === undefined ? '' : `; ${meant}, perhaps`}.`,
    );
  }
  return json === true ? JSON.stringify(facts, undefined, 2) : described(facts).join('\n');
}

function described(facts: ProviderFacts): string[] {
  const { type, baseUrl, env, models, credential, keyless, healthCheckModel, freeChecks, notes, options } =
    facts;
  const rows = [
    ['type', type],
    ['base URL', baseUrl ?? 'yours: the configuration says it'],
    ['key', `${credential}${keyless ? ', or none' : ''}`],
    ['variable', env ?? 'none'],
    ...(models.length === 0 ? [] : [['models', models.join(', ')]]),
    ['checks', `${healthCheckModel ?? 'no usual model'}${freeChecks ? '; free after a refused key' : ''}`],
    ...Object.entries(facts.operations).map(([dialect, names]) => [
      dialect,
      names === 'all' ? 'every operation' : names.join(', '),
    ]),
    ...options.map(({ name, kind, meaning }) => [name, `(${plain(kind)}) ${plain(meaning)}`]),
    ...(notes === undefined ? [] : [['notes', plain(notes)]]),
  ];
  return alignedLines(rows);
}

/** Texts are written for pages; a terminal has no use for their marks. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
