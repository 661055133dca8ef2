import type { CheckReportView, KeyView } from '../../admin/contract.ts';
import { printable } from '../../telemetry/request-line.ts';
import { CommandFailure } from '../failure.ts';
import { findAdmin } from './admin-access.ts';
import type { AdminAccessOptions } from './admin-access.ts';
import { AdminClient } from './admin-client.ts';
import { printAnswer, warnNotStored } from './answers.ts';
import { findKey } from './find-key.ts';

interface ActOptions extends AdminAccessOptions {
  readonly json?: true;
}

/** Of an act that is recorded with a reason. */
export interface ReasonedOptions extends ActOptions {
  readonly reason?: string;
}

/** `sparekey keys disable`, `sparekey keys enable` */
export async function change(
  text: string,
  action: 'disable' | 'enable',
  { reason, json, ...access }: ReasonedOptions,
): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { id } = await findKey(client, text);
  const { known: key, body, stored } = await client.change(id, action, reason);
  printAnswer(
    json === true
      ? body
      : printable(`${namedKey(key)} of ${key.provider} is ${key.state.replaceAll('-', ' ')}.`),
  );
  if (!stored) warnNotStored();
}

function namedKey({ id, name }: KeyView): string {
  return name === null ? id : `${id} (${name})`;
}

/** `sparekey keys probe`. @throws CommandFailure where the check fails */
export async function probe(
  text: string,
  { model, json, ...access }: ActOptions & { readonly model?: string },
): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const { id } = await findKey(client, text);
  const { known: report, body } = await client.probe(id, model);
  const check = report.model === undefined ? 'free check' : `check of ${report.model}`;
  if (json === true) printAnswer(body);
  if (!report.passed) throw new CommandFailure(`The ${check} failed: ${describeCheck(report)}`);
  if (json !== true) printAnswer(`The ${check} passed: ${describeCheck(report)}`);
}

function describeCheck({ verdict, rule, status, detail, ms }: CheckReportView): string {
  return [
    verdict === rule ? verdict : `${verdict} (${rule})`,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(detail === undefined ? [] : [detail]),
    `${Math.round(ms)} ms`,
  ].join(', ');
}

interface LiftOptions extends ReasonedOptions {
  readonly provider?: string;
  readonly model?: string;
}

/** `sparekey keys lift`, of one key or of all of a provider. */
export async function lift(
  text: string | undefined,
  { provider, model, reason, json, ...access }: LiftOptions,
): Promise<void> {
  if ((text === undefined) === (provider === undefined))
    throw new CommandFailure('Which keys? Name one, or all of a provider with --provider ID.');
  const client = new AdminClient(await findAdmin(access));
  const key = text === undefined ? undefined : await findKey(client, text);
  const of =
    key === undefined
      ? ({ kind: 'providers', id: provider ?? '' } as const)
      : ({ kind: 'keys', id: key.id } as const);
  const { known, body, stored } = await client.lift(of, { model, reason });
  printAnswer(json === true ? body : liftedText(known.keys, key, provider ?? '', model));
  if (!stored) warnNotStored();
}

function liftedText(
  ids: readonly string[],
  key: KeyView | undefined,
  provider: string,
  model: string | undefined,
): string {
  const whose = key === undefined ? `No key of ${provider}` : `${namedKey(key)} of ${key.provider}`;
  const not = key === undefined ? '' : ' not';
  if (ids.length === 0) return printable(`${whose} was${not} held from ${model ?? 'any model'}.`);
  if (key !== undefined) return printable(`${whose} can be used again.`);
  return `${ids.length} ${ids.length === 1 ? 'key' : 'keys'} of ${provider} can be used again: ${ids.join(', ')}.`;
}
