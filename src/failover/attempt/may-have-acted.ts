import type { BodyHints } from '../../dialects/scan/body-facts.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import { readError } from '../../verdict/provider-error/read-error.ts';

/**
 * Statuses under which an intermediary says that it timed out, or lost the provider while it worked
 * (RFC 9110, 15.5.9, 15.6.3 and 15.6.5; 499 is nginx's; 520 to 524 and 527 are Cloudflare's). Whatever else the
 * answer says: its sender does not know what the provider did.
 */
const OUTCOME_UNKNOWN: ReadonlySet<number> = new Set([408, 499, 502, 504, 520, 521, 522, 523, 524, 527]);

/**
 * Statuses of 500 and above that say the request was not accepted: a method or version that is not supported (RFC 9110,
 * 15.6.2 and 15.6.6), a network that asks for a login (RFC 6585, 6), a TLS handshake that failed (Cloudflare's).
 */
const NOT_ACCEPTED: ReadonlySet<number> = new Set([501, 505, 511, 525, 526]);

/**
 * Whether the provider may have done what was asked for although its answer says otherwise, or none came. What
 * creates something is not sent again then, neither with another key nor to another provider.
 *
 * - A refusal (any other 4xx, a redirect, an error of the provider's inside a 200) has done nothing.
 * - A 5xx in the provider's own structured words has done nothing: it is the application itself that speaks, it says
 *   that the request failed, and the providers' pages on errors tell callers to send it again. Without such words
 *   (a page, a text, an empty body, a message that any gateway could write) it may be from an
 *   intermediary, while the request goes on behind it.
 * - Of an exchange that broke, a request that never left has done nothing; one that left may have. Where a stream
 *   of words had begun and has shown none, what was asked for had hardly begun, too: its client waits for them, and it
 *   is sent again. What was to come whole may be done when it breaks, and so may an image or a workflow whose stream
 *   has shown nothing yet; and what runs in the background goes on.
 */
export function mayHaveActed(
  outcome: Answered | Faulted,
  call: Pick<Call, 'stream'> & {
    readonly hints: Pick<BodyHints, 'background'>;
    readonly target: { readonly operation: Pick<Operation, 'honorsStore'> };
  },
): boolean {
  if (outcome.kind === 'faulted') return mayHaveActedBeforeFault(outcome.fault, isTextStreamCall(call));
  const { status, where } = outcome;
  if (OUTCOME_UNKNOWN.has(status)) return true;
  if (NOT_ACCEPTED.has(status)) return false;
  if (status >= 500) return !hasErrorName(outcome);
  // A page or a text in the place of an answer shows nothing of what happened behind it.
  return status < 300 && where === 'body' && readError(outcome.errorText, outcome.headers).form !== 'json';
}

function isTextStreamCall({ stream, hints, target }: Parameters<typeof mayHaveActed>[1]): boolean {
  return stream && target.operation.honorsStore && !hints.background;
}

function mayHaveActedBeforeFault(fault: Faulted['fault'], isTextStream: boolean): boolean {
  switch (fault) {
    case 'key-unusable':
    case 'unbuilt':
    case 'not-sent':
    case 'no-tunnel':
      return false;
    case 'no-output':
      return !isTextStream;
    case 'maybe-sent':
    case 'broken-unseen':
    case 'broken':
    case 'too-large':
      return true;
  }
}

/** JSON in which the error calls itself something beside its status: a gateway's has a message, and no more. */
function hasErrorName({ errorText, headers }: Answered): boolean {
  const { form, names } = readError(errorText, headers);
  return form === 'json' && names.some((name) => !/^\d{3}$/.test(name));
}
