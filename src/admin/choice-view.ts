import type { Obstacle, Strategy } from '../failover/choose.ts';
import { previewChoice } from '../failover/choice-preview.ts';
import type { KeyPreview, ChoicePreview } from '../failover/choice-preview.ts';
import type { RouteTarget } from '../routing/route.ts';
import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { ANY_MODEL, holdOn } from '../keys/record/record.ts';
import { viewOutage } from './outage-view.ts';
import type { OutageView } from './outage-view.ts';
import { heldReason, reasonOf, sharedReason } from './reason.ts';
import { timeOrNull, timeText } from './time-text.ts';
import { viewSeenFrom } from './viewpoint.ts';
import type { SeenFrom, Viewpoint } from './viewpoint.ts';

/** Which key a request would get now, and why not the others. Times in RFC 3339. */
export interface ChoiceView {
  readonly at: string;
  /** As the client names it; null for a request without one. */
  readonly model: string | null;
  /**
   * In the order they are asked, the second where the first has no answer. Equals stand beside each other, the one
   * that is asked first most often in front.
   */
  readonly providers: readonly ProviderChoiceView[];
  readonly seenFrom: SeenFrom;
}

/** The choice among the keys of one provider, for a request that it is the first to be asked with. */
export interface ProviderChoiceView {
  readonly provider: string;
  /** As this provider names it; null for a request without one. */
  readonly model: string | null;
  /** The part of requests that ask it before its equals on the route; 1 where it has none. */
  readonly share: number;
  /** Why it is asked only when the others have failed, because it is down; null where it is not. */
  readonly down: (OutageView & { readonly whole: boolean }) | null;
  readonly strategy: Strategy;
  /** With `session`, a conversation's own key goes before all that stands here. */
  readonly affinity: 'none' | 'session';
  readonly outcome: ChoicePreview['outcome'];
  /** Where no key can be chosen: when the first one is due back. */
  readonly returnsAt: string | null;
  /** Choices made for trial, which chances are taken from. */
  readonly draws: number;
  /** All its keys by how they stand. */
  readonly counts: ChoicePreview['counts'];
  /** Up to a hundred of them, those chosen most often first. */
  readonly keys: readonly KeyChoiceView[];
}

/** How one key stands in the choice. */
export interface KeyChoiceView {
  readonly id: string;
  readonly name: string | null;
  readonly hint: string | null;
  /** What keeps it back; null where it may be chosen. */
  readonly obstacle: Obstacle | null;
  /** The same in words, with the rule that judged it. */
  readonly reason: string | null;
  /** The part of the choices that takes it; null where there are too many keys to tell. */
  readonly chance: number | null;
  readonly weight: number;
  /** The part of its traffic it gets since it has come back; 1 is all. */
  readonly share: number;
  /** Requests under way with it; null where this process cannot know. */
  readonly inFlight: number | null;
  /** Little is left of its limits for the model, as far as that was worth telling this process. */
  readonly scarce: boolean;
  /** When its trouble ends or is tested; null where no time is set. */
  readonly dueAt: string | null;
  /** It may be tried all the same where no key of the provider can be chosen. */
  readonly lastResort: boolean;
}

/** Keys shown of one provider. */
const MAX_KEYS = 100;
/** Troubles of a domain looked through for the one that matters. */
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
    at: timeText(now),
    model: model ?? null,
    providers: sortTargets(targets).map((target) => viewProvider(target, viewpoint, now, random)),
    seenFrom: viewSeenFrom(viewpoint),
  };
}

/** Equals come in an order of chance, which is told as their shares. */
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
    returnsAt: timeOrNull(returnsAt),
    draws,
    counts,
    keys: keys.map((prospect) => viewKeyChoice(prospect, model ?? ANY_MODEL, serves, now)),
  };
}

function viewKeyChoice(prospect: KeyPreview, model: string, serves: boolean, now: number): KeyChoiceView {
  const { pooled, obstacle, chance, share, scarce, dueAt, lastResort } = prospect;
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
    dueAt: timeOrNull(dueAt === undefined ? undefined : Math.max(dueAt, now)),
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
