import type { ResourceOwner } from '../../routing/resource-owner.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { VerdictClass } from '../../verdict/verdict.ts';

/**
 * Of several failures, how much each tells a client: the mistakes that only the client can mend first, then
 * what says when to come back, last what is between Sparekey and its providers.
 */
const CLASS_RANK: Readonly<Record<VerdictClass, number>> = {
  client_error: 9,
  content_blocked: 8,
  region: 7,
  rate_limit: 6,
  model_denied: 5,
  billing: 4,
  overloaded: 3,
  unknown: 2,
  key_dead: 1,
  ok: 0,
};

/** The failure a client gets to see. */
export interface ClientFailure {
  readonly kind: 'failed';
  readonly attempt: Attempt;
  /**
   * The status under which the provider's answer goes out, as it came unless it says our key back; undefined where
   * there is none that a client may see, and Sparekey has to say it in its own words.
   */
  readonly passedStatus: number | undefined;
}

/**
 * Picks the failure that the client gets: the first answer where `retryOnFailure` was asked for, the most
 * telling one otherwise.
 * @param failed - at least one
 */
export function chooseClientFailure(failed: readonly Attempt[]): ClientFailure {
  const [first, ...others] = failed;
  if (first === undefined) throw new RangeError('there is no failure to tell of');
  if (first.plan.provider.policy.firstAnswerWins) {
    const attempt = failed.find(hasAnswer) ?? first;
    return { kind: 'failed', attempt, passedStatus: answerStatus(attempt) };
  }
  const attempt = others.reduce((best, other) => (rankOf(other) > rankOf(best) ? other : best), first);
  return { kind: 'failed', attempt, passedStatus: blamesOurKey(attempt) ? undefined : answerStatus(attempt) };
}

/**
 * Of the tries of a request that sends back what only `owner` can read, those that speak of it: where its own key
 * failed and another account then found fault with the request, the fault is most likely that it cannot read it. The
 * client can do nothing about that, but ask again.
 * @returns all of them where the owner was not asked, or where it had the last word
 */
export function attemptsOfOwner(failed: readonly Attempt[], owner: ResourceOwner): readonly Attempt[] {
  const own = failed.filter(({ plan: { provider, pooled } }) => {
    const { id, quotaDomain } = pooled?.key ?? {};
    return provider.id === owner.providerId && (id === owner.keyId || quotaDomain === owner.quotaDomain);
  });
  const last = failed.at(-1);
  const isElsewhere = last?.verdict.class === 'client_error' && own.at(-1) !== last;
  return isElsewhere && own.length > 0 ? own : failed;
}

function rankOf(attempt: Attempt): number {
  if (!hasAnswer(attempt)) return 0;
  return isClientError(attempt) ? CLASS_RANK.client_error : CLASS_RANK[attempt.verdict.class];
}

/** What is not believed of the keys is the request's: only its client can mend it. */
function isClientError({ confidence }: Attempt): boolean {
  return confidence === 'in-doubt';
}

function hasAnswer(attempt: Attempt): boolean {
  return answerStatus(attempt) !== undefined;
}

/** An error that came inside a 200 goes out under the status it should have had, unless it is a stream's event. */
function answerStatus(attempt: Attempt): number | undefined {
  const { opening, verdict, abandoned, errorWhere } = attempt;
  if (opening.kind !== 'whole' && (opening.kind !== 'open' || abandoned)) return undefined;
  // To a client that did not ask whether anything has changed it says nothing.
  if (opening.status === 304) return undefined;
  if (errorWhere !== 'body' || opening.status >= 300)
    return errorWhere === undefined ? undefined : opening.status;
  return statusForClass(isClientError(attempt) ? 'client_error' : verdict.class);
}

/** The status that an error should have had which came inside a 200. */
export function statusForClass(verdict: VerdictClass): number {
  switch (verdict) {
    case 'rate_limit':
    case 'billing':
      return 429;
    case 'client_error':
    case 'content_blocked':
      return 400;
    case 'model_denied':
      return 404;
    case 'region':
      return 403;
    case 'key_dead':
    case 'overloaded':
    case 'unknown':
    case 'ok':
      return 502;
  }
}

/** A 401 that speaks of our key would make the client doubt its own. */
function blamesOurKey(attempt: Attempt): boolean {
  const { verdict, failedByStatus } = attempt;
  const isBlamed = verdict.class === 'key_dead' && !isClientError(attempt);
  return isBlamed || failedByStatus === 401 || failedByStatus === 407;
}
