import type { ClientError } from '../../dialects/errors/client-error.ts';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import { saysStream } from '../../dialects/watch/watch-answer.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { Prepared } from '../../providers/prepare.ts';
import { KEY_NO_LONGER_ACCEPTED } from '../../routing/owner-key.ts';
import type { ResourceOwner } from '../../routing/resource-owner.ts';
import type { UpstreamResult } from '../../upstream/exchange.ts';
import type { VerdictClass } from '../../verdict/verdict.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { headerText } from '../../upstream/exchange.ts';
import { isUnreadableReasoning } from '../unreadable-reasoning.ts';
import type { GatewayError } from './answer.ts';

/*
 * Which failure a client sees, with which status and in whose words, is decided here: of a request that was served and
 * found no answer (`chooseFailedAttempt` picks, `clientFailure` words it), and of an answer that broke after it had begun.
 * Refusals before that are the gateway's, and so is an answer that cannot follow a ping, since it is no stream.
 */

/** How a request ended that found no answer. */
export type Failed =
  | FailedAttempt
  /** No provider on the route can do what is asked for, with any key. */
  | Extract<Prepared, { readonly kind: 'refused' }>
  /** No key could be chosen. `returnsAt` is when the first one is due back, where one is. Milliseconds since the epoch. */
  | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
  | { readonly kind: 'deadline' };

/** The failed attempt that a client gets to know of. */
export interface FailedAttempt {
  readonly kind: 'failed';
  readonly attempt: Attempt;
  /**
   * The status under which the provider's error goes out; undefined where it said nothing that a client may see, and
   * Sparekey speaks for itself.
   */
  readonly status: number | undefined;
}

/** What the client sees: an error of Sparekey's own, or a provider's. */
export type ClientFailure = GatewayError | VisibleError;

/** A provider's error that the client sees. */
export interface VisibleError {
  readonly kind: 'provider-error';
  readonly attempt: Attempt;
  readonly opening: BodyOpening;
  readonly status: number;
  readonly error: ClientError;
  /** The client can read the provider's bytes as they came; else `error` is put into its dialect. */
  readonly isReadable: boolean;
}

/** An answer that has a body. */
export type BodyOpening = Extract<UpstreamResult, { readonly kind: 'whole' | 'open' }>;

/** What decides beside how the request ended. */
export interface FailureContext {
  /** What the client speaks. */
  readonly dialect: Dialect;
  /** Tries that were made. */
  readonly attempts: number;
  /** Id of what the request refers to, where only the key that made it could answer. */
  readonly resource: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the client sees of a request that found no answer. */
export function clientFailure(end: Failed, context: FailureContext): ClientFailure {
  switch (end.kind) {
    case 'failed':
      return failureOfAttempt(end, context);
    case 'refused': {
      const { code, values, thrownAt } = end;
      const details = { values };
      return { kind: 'gateway-error', code, details, ...(thrownAt !== undefined && { thrownAt }) };
    }
    case 'no-key': {
      const { returnsAt } = end;
      const retryAfterMs = returnsAt === undefined ? Infinity : Math.max(0, returnsAt - context.now);
      return { kind: 'gateway-error', code: 'no_key_available', details: { retryAfterMs } };
    }
    case 'deadline':
      return { kind: 'gateway-error', code: 'deadline_exceeded' };
  }
}

function failureOfAttempt(
  { attempt, status }: FailedAttempt,
  { dialect, attempts, resource }: FailureContext,
): ClientFailure {
  const { verdict, opening } = attempt;
  if (resource !== undefined && verdict.class === 'key_dead') {
    // The provider's answer speaks of our key, and is not for the client.
    const values = { id: resource, reason: KEY_NO_LONGER_ACCEPTED };
    return { kind: 'gateway-error', code: 'resource_key_gone', details: { values } };
  }
  if (status === undefined || !hasBody(opening)) {
    const headers = ['x-sparekey-attempts', String(attempts)];
    return { kind: 'gateway-error', code: codeOfFailure(attempt), headers };
  }
  // One that came as the first event of a stream came with 200.
  const error = clientErrorOf(attempt, status < 300 ? statusForClass(verdict.class) : status);
  const isReadable = isReadableAs(dialect, attempt, opening);
  return {
    kind: 'provider-error',
    attempt,
    opening,
    status: isReadable ? status : error.status,
    error,
    isReadable,
  };
}

/**
 * Whether a client can read a provider's error as it came. Errors that are whole have one shape within a family; within a stream
 * each dialect has its own. One that came encoded could not be redacted.
 */
function isReadableAs(dialect: Dialect, attempt: Attempt, opening: BodyOpening): boolean {
  if (isEncoded(opening)) return false;
  // Some servers stream without saying so.
  const isStream = attempt.errorWhere === 'stream' || saysStream(opening.headers);
  return isStream ? attempt.dialect === dialect : familyOf(attempt.dialect) === familyOf(dialect);
}

function hasBody(opening: UpstreamResult): opening is BodyOpening {
  return opening.kind === 'whole' || opening.kind === 'open';
}

/** Whether a provider encoded an answer, although it was asked not to. */
function isEncoded({ headers }: BodyOpening): boolean {
  const encoding = headerText(headers['content-encoding']).trim().toLowerCase();
  return encoding !== '' && encoding !== 'identity';
}

/** The error where no provider said anything that the client may see. */
function codeOfFailure({ fault, timedOut, verdict }: Attempt): GatewayErrorCode {
  if (timedOut) return 'upstream_timeout';
  if (fault === 'key-unusable') return 'upstream_credentials_exhausted';
  if (fault === 'not-sent' || fault === 'no-tunnel') return 'upstream_unreachable';
  if (fault !== undefined || verdict.class === 'overloaded') return 'upstream_broken';
  return 'upstream_credentials_exhausted';
}

/** The error of a stream that cannot be given to its end: the provider's own, where it sent one. */
export function failureOfStream(attempt: Attempt): GatewayErrorCode | ClientError {
  return attempt.providerError === undefined
    ? codeOfBreak(attempt)
    : clientErrorOf(attempt, statusForClass(attempt.verdict.class));
}

/** The same for a whole answer. */
export function codeOfBreak({ fault, timedOut }: Attempt): GatewayErrorCode {
  if (fault === 'too-large') return 'answer_too_large';
  return timedOut ? 'upstream_timeout' : 'upstream_broken';
}

/** A provider's error, for a client that cannot read its bytes. */
function clientErrorOf({ providerError, verdict }: Attempt, status: number): ClientError {
  const message = providerError?.message ?? '';
  return {
    status,
    // Clients of OpenAI look for this one word to know that a conversation has to be shortened.
    code: verdict.rule.includes('context-length') ? 'context_length_exceeded' : providerError?.code,
    message: message === '' ? `The provider answered ${status}.` : message,
  };
}

/**
 * Of several failures, how useful each is to a client: first the mistakes that only the client can correct, then
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

/**
 * Picks the failed attempt that the client gets to know of: the first with an answer where `retryOnFailure` was asked for,
 * the one that ranks highest otherwise.
 * @param failed - at least one
 */
export function chooseFailedAttempt(failed: readonly Attempt[]): FailedAttempt {
  const [first, ...others] = failed;
  if (first === undefined) throw new RangeError('no attempt has failed');
  if (first.plan.provider.policy.firstAnswerWins) {
    const attempt = failed.find(hasVisibleError) ?? first;
    return { kind: 'failed', attempt, status: visibleStatus(attempt) };
  }
  const attempt = others.reduce((best, other) => (rankOf(other) > rankOf(best) ? other : best), first);
  return { kind: 'failed', attempt, status: blamesOurKey(attempt) ? undefined : visibleStatus(attempt) };
}

/**
 * Of the tries of a request that sends back what only `owner` can read, those that speak of it: where its own key
 * failed and another account then found fault with the request, the fault is most likely that it cannot read it. The
 * client can do nothing about that, but ask again.
 * @returns all of them where there is no owner, where it was not asked, or where it had the last word
 */
export function attemptsOfOwner(
  failed: readonly Attempt[],
  owner: ResourceOwner | undefined,
): readonly Attempt[] {
  if (owner === undefined) return failed;
  const own = failed.filter(({ plan: { provider, pooled } }) => {
    const { id, quotaDomain } = pooled?.key ?? {};
    return provider.id === owner.providerId && (id === owner.keyId || quotaDomain === owner.quotaDomain);
  });
  const last = failed.at(-1);
  const isElsewhere = last?.verdict.class === 'client_error' && own.at(-1) !== last;
  return isElsewhere && own.length > 0 ? own : failed;
}

function rankOf(attempt: Attempt): number {
  if (!hasVisibleError(attempt)) return 0;
  // It was sent again without that, or could not be: what came of other tries says more.
  if (isUnreadableReasoning(attempt)) return CLASS_RANK.unknown;
  return isClientError(attempt) ? CLASS_RANK.client_error : CLASS_RANK[attempt.verdict.class];
}

/** What is not believed of the keys is the request's: only its client can correct it. */
function isClientError({ confidence }: Attempt): boolean {
  return confidence === 'in-doubt';
}

function hasVisibleError(attempt: Attempt): boolean {
  return visibleStatus(attempt) !== undefined;
}

/** An error that came inside a 200 goes out under the status it should have had, unless it is a stream's event. */
function visibleStatus(attempt: Attempt): number | undefined {
  const { opening, verdict, abandoned, errorWhere } = attempt;
  if (opening.kind !== 'whole' && (opening.kind !== 'open' || abandoned)) return undefined;
  // To a client that did not ask whether anything has changed it says nothing.
  if (opening.status === 304) return undefined;
  if (errorWhere !== 'body' || opening.status >= 300)
    return errorWhere === undefined ? undefined : opening.status;
  return statusForClass(isClientError(attempt) ? 'client_error' : verdict.class);
}

/** The status that an error should have had which came inside a 200. */
function statusForClass(verdict: VerdictClass): number {
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
