import { ANY_MODEL } from '../keys/record/record.ts';
import type { Doubt, Hold, KeyRecord, OutCause, OutOfService } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { answersChats } from '../catalog/capabilities.ts';
import { providerTypes } from '../catalog/provider-types.ts';
import { freeTargetOf } from './check-call.ts';
import type { CheckForms } from './check-form.ts';
import type { ListAccess, ListAccessProbe } from './list-access.ts';

/**
 * What a check of a key asks for. `list`: what costs nothing and is for valid keys alone, such as the list of models.
 * `answer`: a short answer, and one that finds fault with the question will do. `purchase`: only a good one will, for
 * it has to be paid, or has to show that the model answers.
 */
export type CheckKind = 'list' | 'answer' | 'purchase';

/** What one check asks. */
export interface CheckSpec {
  readonly kind: CheckKind;
  /** As the provider names it; undefined where no model is asked. */
  readonly model: string | undefined;
}

const LIST: CheckSpec = { kind: 'list', model: undefined };

/** What decides how a key is asked, beside its record. */
export interface CheckContext {
  readonly forms: CheckForms;
  readonly listAccess: Pick<ListAccessProbe, 'known'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What the trouble of a key makes of its check; undefined where nothing that may be asked would show anything.
 *
 * - A refused credential is put to the list of models, where that is for valid keys alone at this address.
 * - Credit is shown by a good answer alone.
 * - A key that left again soon after it had come back is asked for a good answer of the very model it left by: whatever
 *   put it back the last time proved too little.
 * - A key in doubt is asked for what would show the trouble that it was said to have; for one with a model, any answer
 *   of that model.
 * - A key in service that is held is asked for a good answer of a model it is held from, the one that it would have to
 *   wait for longest.
 * - For all others any answer to a known caller will do.
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

/** @param cause - undefined for a key that has no trouble */
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

/** What is asked where a list shows nothing; undefined where there is no other question. */
export function fallbackSpec(provider: Provider): CheckSpec | undefined {
  const model = configuredModel(provider);
  return model === undefined || !supportsChat(provider) ? undefined : { kind: 'answer', model };
}

/** The model of health checks, as the provider names it; undefined where there are none. */
function configuredModel({ config, mapModel }: Provider): string | undefined {
  const { healthCheckModel } = config.failover;
  return healthCheckModel === undefined ? undefined : mapModel(healthCheckModel);
}

/** Whether it is worth while to find out if the address refuses strangers. */
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

/** A model that takes no question cannot show that a key is well. */
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
