import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load/load.ts';
import type { Config, ProviderConfig } from '../../config/schema/schema.ts';
import { formatDuration } from '../../config/schema/notations.ts';
import { effectOf } from '../../verdict/effect.ts';
import { judge } from '../../verdict/judge.ts';
import { outcomeOfRecordedAnswer } from '../../verdict/recorded-answer.ts';
import type { RecordedAnswer } from '../../verdict/recorded-answer.ts';
import { ruleFacts } from '../../verdict/rule-facts.ts';
import type { RuleCore } from '../../verdict/rules/rule.ts';
import { hasOwnTable } from '../../verdict/rules/tables.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { CLASS_DESCRIPTIONS, SCOPE_DESCRIPTIONS } from '../../verdict/descriptions.ts';
import { CommandFailure, usable } from '../failure.ts';
import { judgeBatch, verdictLine } from './batch.ts';
import { RETRY_TEXT, effectText } from './effect-text.ts';
import type { KeyPolicySummary } from './effect-text.ts';

interface Options {
  readonly provider?: string;
  readonly status?: number;
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  readonly stream?: true;
  readonly config?: string;
  readonly json?: true;
  readonly batch?: string;
}

/** Adds `sparekey verdict`. */
export function registerVerdict(program: Command): void {
  const command: Command = program
    .command('verdict')
    .description("say who is to blame for a provider's answer, by which rule, and what follows")
    .option('--provider <type>', 'a provider type or name; with --config, an id of one of its providers too')
    .option('--status <code>', 'status of the answer', parseStatus)
    .option('--header <line>', "a header of it, as 'name: value'; may be repeated", addHeader, [])
    .option('--body <file>', 'its body, or the text of its event stream; - is standard input')
    .option('--stream', 'the body is an event stream')
    .option('--config <file>', 'a configuration, whose verdicts go first')
    .option('--json', 'print JSON')
    .option('--batch <file>', 'judge each line of a file of JSON lines instead; - is standard input')
    .addHelpText(
      'after',
      '\nA line of a batch has provider, status, headers, body and stream, and gets a line of JSON in return.\nThe exit code is 1 where a line could not be read.',
    );
  command.action(async (options: Options) => {
    const { provider, status, batch, ...answer } = options;
    const judges = await providerFinder(options.config);
    if (batch !== undefined) return batchVerdicts(batch, judges);
    if (provider === undefined || status === undefined) {
      command.error('error: --provider and --status are needed, or --batch', { exitCode: 2 });
    }
    return singleVerdict(judges(provider), status, answer);
  });
}

/** What a provider's name resolves to. */
interface Judged {
  readonly type: string;
  readonly ownRules: readonly RuleCore[];
  readonly policy: KeyPolicySummary;
  readonly isKnown: boolean;
}

const USUAL_POLICY: KeyPolicySummary = { failureThreshold: 3, remembers: true, byStatus: false };

/** Resolves a name: a provider of the configuration by its id, else by its type, else a table. */
async function providerFinder(path: string | undefined): Promise<(provider: string) => Judged> {
  const config = path === undefined ? undefined : usable(await loadConfig(path, process.env), path).config;
  const found = new Map<string, Judged>();
  return (name) => {
    let judged = found.get(name);
    if (judged === undefined) found.set(name, (judged = findProvider(name, config)));
    return judged;
  };
}

function findProvider(name: string, config: Config | undefined): Judged {
  const configured =
    config?.providers.find(({ id }) => id === name) ?? config?.providers.find(({ type }) => type === name);
  return {
    type: configured?.type ?? name,
    ownRules: configured?.verdicts ?? config?.verdicts ?? [],
    policy: configured === undefined ? USUAL_POLICY : policyOf(configured),
    isKnown: hasOwnTable(configured?.type ?? name),
  };
}

function policyOf({ failover }: ProviderConfig): KeyPolicySummary {
  return {
    failureThreshold: failover.failureThreshold,
    remembers: failover.enabled,
    byStatus: failover.failoverOnStatus !== undefined,
  };
}

function verdictOn(answer: RecordedAnswer, { type, ownRules }: Judged): Verdict {
  return judge(outcomeOfRecordedAnswer(answer), { providerType: type, now: Date.now(), ownRules });
}

async function batchVerdicts(path: string, judges: (provider: string) => Judged): Promise<void> {
  // A reader that has seen enough, such as `head`, ends the command.
  process.stdout.once('error', () => process.exit(0));
  const unreadable = await judgeBatch(path, (line) => verdictOn(line, judges(line.provider)), process.stdout);
  if (unreadable > 0) throw new CommandFailure(`Lines that could not be read: ${unreadable}.`);
}

async function singleVerdict(judged: Judged, status: number, options: Options): Promise<void> {
  const body = options.body === undefined ? '' : await bodyAt(options.body);
  const headers = Object.fromEntries(options.header);
  const verdict = verdictOn({ status, headers, body, stream: options.stream === true }, judged);
  const lines = options.json === true ? [verdictLine(verdict)] : explained(verdict, judged);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function bodyAt(path: string): Promise<string> {
  try {
    return path === '-' ? await readStream(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

function explained(verdict: Verdict, { type, ownRules, policy, isKnown }: Judged): string[] {
  const wait = verdict.waitMs === undefined ? undefined : formatDuration(verdict.waitMs);
  return [
    `rule     ${verdict.rule}`,
    `source   ${ruleFacts(verdict.rule, type, ownRules)?.source ?? 'unknown'}`,
    `class    ${verdict.class}: ${CLASS_DESCRIPTIONS[verdict.class]}`,
    `scope    ${verdict.scope}: ${SCOPE_DESCRIPTIONS[verdict.scope]}`,
    `retry    ${verdict.retry}: ${RETRY_TEXT[verdict.retry]}`,
    `wait     ${wait ?? 'none asked for'}`,
    `the key  ${effectText(effectOf(verdict), wait, policy)}`,
    ...(isKnown ? [] : [`(${type} has no table of its own: the general one was asked)`]),
  ];
}

function parseStatus(text: string): number {
  if (/^[1-9]\d\d$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 100 to 999.');
}

function addHeader(line: string, previous: Options['header']): Options['header'] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError("It must be 'name: value'.");
  return [...previous, [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
}
