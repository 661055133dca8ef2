import { formatWallTime, wallTimeOrNull } from '../clock/wall-time.ts';
import type { Obstacle } from '../failover/choose.ts';
import { previewChoice } from '../failover/choice-preview.ts';
import type { KeyPreview } from '../failover/choice-preview.ts';
import type { RouteTarget } from '../routing/route.ts';
import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { ANY_MODEL, holdOn } from '../keys/record/record.ts';
import type { ChoiceView, KeyChoiceView, ProviderChoiceView } from './contract.ts';
import { viewOutage } from './outage-view.ts';
import { heldReason, reasonOf, sharedReason } from './reason.ts';
import { viewSeenFrom } from './viewpoint.ts';
import type { Viewpoint } from './viewpoint.ts';

/** Keys shown of one provider. */
const MAX_KEYS = 100;
/** Troubles of a domain searched for the one that matters. */
const MAX_TROUBLES = 1_000;

/**
 * @param model - as the client names it
 * @param now - milliseconds since the epoch
 * @param random - in [0, 1)
 */
export function viewChoice(
  model: string | undefined,
  targets: readonly RouteTarget[],
  viewpoint: Viewpoint,
  now: number,
  random: () => number,
): ChoiceView {
  return {
    at: formatWallTime(now),
    model: model ?? null,
    providers: sortTargets(targets).map((target) => viewProvider(target, viewpoint, now, random)),
    seenFrom: viewSeenFrom(viewpoint),
  };
}

/** Targets of equal preference come in random order, and are sorted by their shares. */
function sortTargets(targets: readonly RouteTarget[]): readonly RouteTarget[] {
  const placed = targets.map((target, n) => {
    const { tier, share = 1 } = target.balancing ?? {};
    const first = tier === undefined ? n : targets.findIndex(({ balancing }) => balancing?.tier === tier);
    return { target, first, share };
  });
  return placed.toSorted((a, b) => a.first - b.first || b.share - a.share).map(({ target }) => target);
}

function viewProvider(
  target: RouteTarget,
  { serves, circuitsOf }: Viewpoint,
  now: number,
  random: () => number,
): ProviderChoiceView {
  const { provider, model, balancing } = target;
  const { strategy, outcome, returnsAt, draws, counts, keys } = previewChoice(target, MAX_KEYS, now, random);
  const outage = circuitsOf(provider).outageOf(provider, model ?? ANY_MODEL, now);
  return {
    provider: provider.id,
    model: model ?? null,
    share: balancing?.share ?? 1,
    down:
      outage === undefined ? null : { ...viewOutage(provider, outage.status), whole: outage.isWholeProvider },
    strategy,
    affinity: provider.config.affinity,
    outcome,
    returnsAt: wallTimeOrNull(returnsAt),
    draws,
    counts,
    keys: keys.map((preview) => viewKeyChoice(preview, model ?? ANY_MODEL, serves, now)),
  };
}

function viewKeyChoice(preview: KeyPreview, model: string, serves: boolean, now: number): KeyChoiceView {
  const { pooled, obstacle, chance, share, scarce, dueAt, lastResort } = preview;
  const { id, name, secret, weight } = pooled.key;
  return {
    id,
    name: name === '' ? null : name,
    hint: secret.hint === '' ? null : secret.hint,
    obstacle: obstacle ?? null,
    reason: obstacle === undefined ? null : obstacleText(pooled, obstacle, model, now),
    chance: chance ?? null,
    weight,
    share,
    inFlight: serves ? pooled.inFlight : null,
    scarce,
    dueAt: wallTimeOrNull(dueAt === undefined ? undefined : Math.max(dueAt, now)),
    lastResort,
  };
}

function obstacleText(
  { record, domain }: PooledKey,
  obstacle: Obstacle,
  model: string,
  now: number,
): string | null {
  switch (obstacle) {
    case 'tried':
      return 'tried by this request';
    case 'other-models':
      return 'for other models only';
    case 'out-of-service':
    case 'disabled':
      return reasonOf(record, []);
    case 'held': {
      const held = record.state === 'in-service' ? holdOn(record, model, now) : undefined;
      return held === undefined ? 'denied: no key is known to have this model' : heldReason(held);
    }
    case 'domain-held': {
      const shared = domain?.holds(now).take(MAX_TROUBLES).find(concerns(model));
      return `shares ${domain?.name ?? ''}${shared === undefined ? '' : ` with ${shared.keyId}, which is ${sharedReason(shared)}`}`;
    }
  }
}

function concerns(model: string): (trouble: DomainHold) => boolean {
  return (trouble) => trouble.model === model || trouble.model === ANY_MODEL;
}
