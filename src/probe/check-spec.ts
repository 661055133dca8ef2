import { ANY_MODEL } from '../keys/record/record.ts';
import type { Doubt, Hold, KeyRecord, OutCause, OutOfService } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { answersChats } from '../catalog/capabilities.ts';
import { providerTypes } from '../catalog/provider-types.ts';
import { freeTargetOf } from './check-call.ts';
import type { CheckForms } from './check-form.ts';
import type { ListAccess, ListAccessProbe } from './list-access.ts';

/**
 * What a check requests. `list`: a free call that needs a valid key, such as the list of models. `answer`: a short answer;
 * an error that blames the request passes, too. `purchase`: a good answer, which shows that it can be paid for or that
 * the model answers.
 */
export type CheckKind = 'list' | 'answer' | 'purchase';

/** What one check requests. */
export interface CheckSpec {
  readonly kind: CheckKind;
  /** As the provider names it; undefined for `list`. */
  readonly model: string | undefined;
}

const LIST: CheckSpec = { kind: 'list', model: undefined };

/** What a check depends on beside the key's record. */
export interface CheckContext {
  readonly forms: CheckForms;
  readonly listAccess: Pick<ListAccessProbe, 'known'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The check of a key, by its record; undefined where no allowed request would show anything.
 *
 * - `key_dead`: the list of models, where this address refuses invalid credentials.
 * - `billing`: a good answer.
 * - A relapse (out again soon after a check had put it back): a good answer of the model with which it failed, since the
 *   last check proved too little.
 * - In doubt: what would show the doubted cause; for a doubt about one model any answer of that model.
 * - In service with holds: a good answer of the model with the longest hold.
 * - All others: any answer.
 *
 * @param record - settled
 */
export function checkSpecFor(
  provider: Provider,
  record: KeyRecord,
  context: CheckContext,
): CheckSpec | undefined {
  const configured = configuredModel(provider);
  if (configured === undefined) return undefined;
  if (record.state === 'in-service') {
    if (record.doubt !== undefined) return specForDoubt(provider, record.doubt, configured, context);
    const held = longestHold(record.holds, context.now);
    if (held !== undefined && supportsChat(provider)) return { kind: 'purchase', model: held.model };
  }
  const cause = record.state === 'out-of-service' ? record.cause : undefined;
  if (record.state === 'out-of-service' && (record.relapses ?? 0) > 0 && supportsChat(provider))
    return { kind: 'purchase', model: relapseModel(provider, record, context) ?? configured };
  return specByCause(provider, cause, configured, context);
}

/** @param cause - undefined for a key in service */
function specByCause(
  provider: Provider,
  cause: OutCause | undefined,
  model: string,
  context: CheckContext,
): CheckSpec | undefined {
  if (!supportsChat(provider)) {
    return cause === 'billing' || !mayBeListed(provider, context) ? undefined : LIST;
  }
  if (cause === 'billing') return { kind: 'purchase', model };
  return cause === 'key_dead' && mayBeListed(provider, context) ? LIST : { kind: 'answer', model };
}

function specForDoubt(
  provider: Provider,
  { cause, model }: Doubt,
  configured: string,
  context: CheckContext,
): CheckSpec | undefined {
  if (cause !== 'throttled' && cause !== 'denied') return specByCause(provider, cause, configured, context);
  return supportsChat(provider)
    ? { kind: 'answer', model: model === ANY_MODEL ? configured : model }
    : undefined;
}

/** The check where a list shows nothing; undefined where there is none. */
export function fallbackSpec(provider: Provider): CheckSpec | undefined {
  const model = configuredModel(provider);
  return model === undefined || !supportsChat(provider) ? undefined : { kind: 'answer', model };
}

/** The configured model, as the provider names it; undefined where health checks are off. */
function configuredModel({ config, mapModel }: Provider): string | undefined {
  const { healthCheckModel } = config.failover;
  return healthCheckModel === undefined ? undefined : mapModel(healthCheckModel);
}

/** Whether it is worth probing if the address refuses invalid credentials. */
function isWorthListing(provider: Provider): boolean {
  const row = providerTypes.get(provider.type);
  const isHinted = row?.listNeedsKey === true || row?.freeCall !== undefined || !supportsChat(provider);
  return isHinted && freeTargetOf(provider) !== undefined;
}

function mayBeListed(provider: Provider, { listAccess }: CheckContext): boolean {
  const doors: ListAccess | undefined = listAccess.known(provider);
  return doors !== 'open' && isWorthListing(provider);
}

function supportsChat({ type, config }: Provider): boolean {
  const row = providerTypes.get(type);
  return row === undefined || answersChats(row, config.capabilities);
}

/** A model that accepts none of the forms of a check cannot show that a key works. */
function relapseModel(
  provider: Provider,
  { model }: OutOfService,
  { forms, now }: CheckContext,
): string | undefined {
  return model !== undefined && !forms.acceptsNone(provider, model, now) ? model : undefined;
}

function longestHold(holds: readonly Hold[], now: number): Hold | undefined {
  return holds
    .filter(({ until, chat }) => chat === true && until > now)
    .toSorted((a, b) => b.until - a.until)
    .at(0);
}
